"""Date forms: a local time in whatever order `dateformat` of cel.conf writes it, `21.11.2026 23:37:51` or `11/21/26 …`.

In:   the text; the second in which the row's channel was made, where that is known.
Out:  the moment, without a zone.
Errors: ValueError where the text is no date with a time.

The surprise: `03/04/2026` is in March or in April, and no row says which. But the first row of a channel is as old as
the channel, so the order that fits its birth is the file's, and stays so for the rows that know no birth.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone

MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
TIME = re.compile(r"(\d{1,2}):(\d{2}):(\d{2})(?:[.,](\d+))?(?:\s*([ap])\.?m\.?)?", re.IGNORECASE)
ZONE = re.compile(r"(?<=[\d\s])([+-])(\d{2}):?(\d{2})\s*$")
#: places of year, month and day among the numbers of a date
ORDERS = ((0, 1, 2), (2, 1, 0), (2, 0, 1))


class DateForms:
    """Reads the dates of one source, whose order it finds out."""

    def __init__(self) -> None:
        self._order = ORDERS[1]
        self._known = False

    def read(self, text: str, born: int | None, *, started: bool) -> datetime:
        """The moment, with the zone that the text has, if it has one. `started`: it is a channel's first row."""
        if self._known and not started:
            born = None
        time = TIME.search(text)
        if time is None:
            raise ValueError(f"no time of day in {text[:40]!r}")
        zone = ZONE.search(text[time.end() :])
        behind = text[time.end() :] if zone is None else text[time.end() : time.end() + zone.start()]
        moments = dict(dates(text[: time.start()] + " " + behind))
        if not moments:
            raise ValueError(f"no date in {text[:40]!r}")
        order = min(moments, key=lambda order: (apart(moments[order], born), order != self._order))
        if born is not None:
            self._order, self._known = order, True
        return moments[order].replace(tzinfo=zone_of(zone)) + time_of(time)


def dates(text: str) -> Iterator[tuple[tuple[int, int, int], datetime]]:
    """Every date that the numbers of a text can be, by the order in which they are read."""
    numbers = [int(number) for number in re.findall(r"\d+", text)]
    month = next((place for place, name in enumerate(MONTHS, 1) if re.search(rf"\b{name}", text.lower())), 0)
    if month and len(numbers) == 2:
        year, day = max(numbers), min(numbers)
        orders = [((0, 1, 2), (year, month, day))]
    elif len(numbers) == 3:
        orders = [(order, (numbers[order[0]], numbers[order[1]], numbers[order[2]])) for order in ORDERS]
    else:
        return
    for order, (year, month, day) in orders:
        try:
            yield order, datetime(year + 2000 if year < 100 else year, month, day)
        except ValueError:
            continue


def apart(moment: datetime, born: int | None) -> int:
    """How far a date is from the birth of its channel; less than two days are nothing, whatever the zone."""
    if born is None:
        return 0
    return int(abs(moment.replace(tzinfo=UTC).timestamp() - born) // (2 * 86_400))


def time_of(found: re.Match[str]) -> timedelta:
    hour = int(found[1])
    if found[5]:
        hour = hour % 12 + (12 if found[5].lower() == "p" else 0)
    if not (hour < 24 and int(found[2]) < 60 and int(found[3]) < 62):
        raise ValueError(f"no time of day: {found[0]}")
    micros = int((found[4] or "0")[:6].ljust(6, "0"))
    return timedelta(hours=hour, minutes=int(found[2]), seconds=int(found[3]), microseconds=micros)


def zone_of(found: re.Match[str] | None) -> timezone | None:
    if found is None:
        return None
    away = timedelta(hours=int(found[2]), minutes=int(found[3]))
    return timezone(-away if found[1] == "-" else away)
