"""Local time: what a PBX writes as `2026-11-21 23:37:51`, made into microseconds since the epoch.

In:   the text of `eventtime`, the row's `uniqueid` (its number is the second, in UTC, in which the channel was made),
      and whether the row is that channel's CHAN_START.
Out:  microseconds since the epoch, UTC.

The surprise: nothing in such a row names the zone. Where the settings give none, it is found from the difference
between the local time and the uniqueid, never from the machine we run on (decisions.md 16); a CHAN_START tells it
exactly, so each one corrects it, over a clock change too. Where the settings give a zone, the uniqueid decides which of
the two equal hours of an autumn night is meant, and whether the rows are in that zone at all: `usegmtime=yes` of
cel_odbc and cel_pgsql writes UTC, whatever the exchange's own clock shows.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from decimal import Decimal
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cordboard.asterisk.date_forms import DateForms

#: `1795303956.1`, or with a system name `pbx-north-1-1795303956.1`
BORN = re.compile(r"(?:^|-)(\d{9,10})\.\d+$")

SECOND = 1_000_000
QUARTER = 900

#: whether times without a zone are in UTC; "auto": each CHAN_START says it
Utc = bool | Literal["auto"]


class LocalClock:
    """Reads the local times of one PBX, in the order in which its rows come."""

    def __init__(self, zone: str | None = None, utc: Utc = "auto") -> None:
        self._zone = UTC if utc is True else find_zone(zone) if zone else None
        self._dates = DateForms()
        self._may_be_utc = utc == "auto"
        self._is_utc = False
        self._found: tzinfo | None = None
        self._last = 0
        self._second = ""
        self._base = 0

    @property
    def utc_offset(self) -> int | None:
        """Seconds east of Greenwich as found from the rows; None while no row has told, or where a zone is set."""
        offset = self._found.utcoffset(None) if self._found else None
        return None if offset is None else int(offset.total_seconds())

    def micros(self, text: str, uniqueid: str, *, started: bool = False) -> int:
        """Microseconds since the epoch; ValueError where the text is no time."""
        if text[:19] == self._second and len(text) == 19 and not started:
            return self._base
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            moment = self._dates.read(text, birth(uniqueid), started=started)
        at = self._aware(moment, uniqueid, started) if moment.tzinfo is None else epoch_micros(moment)
        self._second, self._base = (text, at) if len(text) == 19 else ("", 0)
        self._last = max(self._last, at)
        return at

    def _aware(self, moment: datetime, uniqueid: str, started: bool) -> int:
        born = birth(uniqueid)
        if self._zone is not None:
            if self._may_be_utc and started and born is not None:
                self._is_utc = is_near(moment, UTC, born) and not is_near(moment, self._zone, born)
            return self._in_zone(moment, UTC if self._is_utc else self._zone, born)
        if born is not None and (started or self._found is None):
            apart = int(moment.replace(tzinfo=UTC).timestamp()) - born
            self._found = timezone(timedelta(seconds=round(apart / QUARTER) * QUARTER))
        return epoch_micros(moment.replace(tzinfo=self._found or UTC))

    def _in_zone(self, moment: datetime, zone: tzinfo, born: int | None) -> int:
        first = epoch_micros(moment.replace(tzinfo=zone, fold=0))
        second = epoch_micros(moment.replace(tzinfo=zone, fold=1))
        if second <= first:
            return first
        # The hour that comes twice: no row is older than its own channel, nor much older than the row before it.
        too_early = born is not None and first < (born - 1) * SECOND
        return second if too_early or first < self._last - 600 * SECOND else first


def is_near(moment: datetime, zone: tzinfo, born: int) -> bool:
    """Whether a CHAN_START is about as old as its channel, where its time is read in this zone."""
    readings = (epoch_micros(moment.replace(tzinfo=zone, fold=fold)) // SECOND for fold in (0, 1))
    return any(abs(at - born) < QUARTER for at in readings)


def epoch_text_micros(text: str) -> int:
    """`1795304271.944487` with any number of decimals, or none; ValueError where it is not that."""
    whole, _, part = text.partition(".")
    if not (whole.isascii() and whole.isdigit()) or (part and not (part.isascii() and part.isdigit())):
        raise ValueError(f"no epoch time: {text[:40]!r}")
    return int(whole) * SECOND + int(part[:6].ljust(6, "0"))


def row_micros(clock: LocalClock, value: object, uniqueid: str, *, started: bool) -> int:
    """The time of a row whose source has types: a moment, a number of seconds, or either as text.

    ValueError where it is none of these."""
    if isinstance(value, datetime):
        return clock.micros(value.isoformat(" "), uniqueid, started=started)
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return round(value * SECOND)
    text = str(value).strip()
    try:
        return epoch_text_micros(text)
    except ValueError:
        pass
    try:
        return clock.micros(text, uniqueid, started=started)
    except ValueError as error:
        raise ValueError(f"eventtime {text[:40]!r} is neither seconds since the epoch nor a local time") from error


def epoch_micros(moment: datetime) -> int:
    """An aware moment as whole microseconds, without the rounding of floats."""
    apart = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return (apart.days * 86_400 + apart.seconds) * SECOND + apart.microseconds


def birth(uniqueid: str) -> int | None:
    """The second in which the channel was made; None where an Originate chose the id itself."""
    found = BORN.search(uniqueid)
    return int(found[1]) if found else None


def find_zone(name: str) -> tzinfo:
    """The zone by its name; ValueError with a sentence where there is none of that name."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"timezone {name!r} is unknown here; write it as in Europe/Moscow") from error
