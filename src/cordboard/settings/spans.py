"""Spans: hours of a day and lengths of time as the settings write them."""

from __future__ import annotations

import re
from datetime import timedelta

HOURS = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})")
LENGTH = re.compile(r"(\d+)\s*(m|h|d)")
UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def span_of(text: str) -> tuple[int, int] | None:
    """Minutes of `09:00-18:00`; None for none, ValueError for nonsense.

    >>> span_of("09:30-18:00")
    (570, 1080)
    """
    if not text:
        return None
    match = HOURS.fullmatch(text.strip())
    if match is None:
        raise ValueError(text)
    begin_hour, begin_minute, end_hour, end_minute = map(int, match.groups())
    begin, end = begin_hour * 60 + begin_minute, end_hour * 60 + end_minute
    if begin >= end or end > 24 * 60 or begin_minute > 59 or end_minute > 59:
        raise ValueError(text)
    return begin, end


def length_of(text: str) -> timedelta:
    """The time of "30m", "2h" or "1d"; ValueError for nonsense.

    >>> length_of("90m")
    datetime.timedelta(seconds=5400)
    """
    match = LENGTH.fullmatch(text.strip())
    if match is None or int(match[1]) > 10_000:
        raise ValueError(text)
    return timedelta(**{UNITS[match[2]]: int(match[1])})
