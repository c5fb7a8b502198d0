"""Clock text: microseconds since the epoch as the PBX's own local time.

In:   a zone name (`Europe/Moscow`), an offset (`+03:00`), or nothing (UTC).
Out:  `YYYY-MM-DD HH:MM:SS` for `call_full`, ISO 8601 with offset for `at`.

Many rows share a second, so the text is cached by second. No clock is read here.
"""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from cordboard.calls.snapshot import NOT_YET

CACHE_LIMIT = 2_000  #: seconds kept: half an hour of rows; then the cache begins anew
SECOND = 1_000_000
_OFFSET = re.compile(r"^([+-])(\d{2}):?(\d{2})$")


class Seconds(dict[int, str]):
    """Local times by second since the epoch; it fills itself."""

    def __init__(self, zone: tzinfo):
        super().__init__({0: NOT_YET})
        self._zone = zone

    def __missing__(self, second: int) -> str:
        if len(self) > CACHE_LIMIT:
            self.clear()
            self[0] = NOT_YET
        text = self[second] = moment(second, self._zone).strftime("%Y-%m-%d %H:%M:%S")
        return text


class ClockText:
    """Writes times in the zone of one PBX."""

    def __init__(self, zone: str | None = None):
        self.zone: tzinfo = find_zone(zone) if zone else UTC
        self.seconds = Seconds(self.zone)  #: what `local` says, for those who ask often
        self._second, self._date, self._offset = -1, "", ""

    def use_offset(self, seconds: int) -> None:
        """Take the zone that the rows tell: seconds east of Greenwich."""
        if self.zone.utcoffset(None) != timedelta(seconds=seconds):
            self.zone = timezone(timedelta(seconds=seconds))
            self.seconds, self._second = Seconds(self.zone), -1

    def local(self, micros: int) -> str:
        """Return the local time without zone and fraction; 0 is "not yet"."""
        return self.seconds[micros // SECOND]

    def iso(self, micros: int) -> str:
        """Return ISO 8601 with the PBX's offset and the fraction the source had."""
        second, fraction = divmod(micros, SECOND)
        if second != self._second:
            text = moment(second, self.zone).isoformat()
            self._second, self._date, self._offset = second, text[:19], text[19:]
        return f"{self._date}.{fraction:06d}{self._offset}" if fraction else self._date + self._offset


def moment(second: int, zone: tzinfo) -> datetime:
    """Return this second in the zone."""
    try:
        return datetime.fromtimestamp(second, zone)
    except (OverflowError, OSError, ValueError):  # a row with a senseless time must not stop the others
        return datetime(1970, 1, 1, tzinfo=zone)


def find_zone(name: str) -> tzinfo:
    """Return the zone of a name or of an offset; ValueError where there is none such."""
    if match := _OFFSET.match(name):
        minutes = int(match[2]) * 60 + int(match[3])
        return timezone(timedelta(minutes=-minutes if match[1] == "-" else minutes))
    if name.upper() in ("UTC", "Z"):
        return UTC
    try:
        return ZoneInfo(name)
    except (KeyError, OSError, ValueError) as error:
        raise ValueError(f"there is no time zone {name!r}") from error
