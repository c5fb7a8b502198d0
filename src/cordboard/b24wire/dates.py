"""Dates on the wire: ISO 8601 with the offset of the server, seconds precision.

In:   text from a client, and the zone that a text without offset means.
Out:  aware datetimes; text with offset.

The surprise: a time without offset is *server* time, the usual cause of calls shifted by hours.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, tzinfo

__all__ = ["format_date", "format_day", "parse_date"]

_OWN_FORMAT = re.compile(r"(\d{2})\.(\d{2})\.(\d{4})(?:[ T](\d{1,2}):(\d{2})(?::(\d{2}))?)?")


def format_date(moment: datetime) -> str:
    """`2026-08-14T09:30:00+03:00`."""
    return moment.isoformat(timespec="seconds")


def format_day(text: str, zone: tzinfo) -> str:
    """A date field as the wire shows it: midnight with offset; empty stays empty."""
    day = parse_date(text, zone)
    return format_date(day.replace(hour=0, minute=0, second=0, microsecond=0)) if day else ""


def parse_date(text: str, zone: tzinfo = UTC) -> datetime | None:
    """The moment a text names, in `zone`, or None: ISO 8601, or the portal's own `14.08.2026 09:30:00`."""
    text = text.strip()
    if not 8 <= len(text) <= 40:
        return None
    try:
        moment = _own_format(text) or datetime.fromisoformat(text)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=zone)
        offset = moment.utcoffset()
        if offset is None or abs(offset) > timedelta(hours=15):
            return None
        return moment.astimezone(zone)
    except (ValueError, OverflowError):
        return None


def _own_format(text: str) -> datetime | None:
    if not (found := _OWN_FORMAT.fullmatch(text)):
        return None
    day, month, year, hour, minute, second = (int(part or 0) for part in found.groups())
    return datetime(year, month, day, hour, minute, second)
