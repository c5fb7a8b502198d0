"""Working hours: until when something must be done that nobody can do at night.

Pure. In: a moment with its offset, a time span, the hours of the settings. Out: the moment at which so much working
time has passed. No hours at all means that somebody always works.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from cordboard.settings import Hours
from cordboard.settings.spans import span_of

#: minutes from midnight, of each weekday; None: nobody works
Week = tuple[tuple[int, int] | None, ...]

#: no longer than a year is looked ahead
MOST_DAYS = 366


def week_of(hours: Hours) -> Week | None:
    """The week of the settings; None when they name no day."""
    days = [hours.mon, hours.tue, hours.wed, hours.thu, hours.fri]
    texts = [day or hours.mon_fri for day in days] + [hours.sat, hours.sun]
    return tuple(map(span_of, texts)) if any(texts) else None


def deadline(at: datetime, after: timedelta, week: Week | None) -> datetime:
    """When `after` of working time has passed since `at`."""
    if week is None:
        return at + after
    left = after
    for day in range(MOST_DAYS):
        midnight = (at + timedelta(days=day)).replace(hour=0, minute=0, second=0, microsecond=0)
        if (span := week[midnight.weekday()]) is None:
            continue
        begin = max(midnight + timedelta(minutes=span[0]), at)
        end = midnight + timedelta(minutes=span[1])
        if begin + left <= end:
            return begin + left
        left -= max(end - begin, timedelta())
    return at + after
