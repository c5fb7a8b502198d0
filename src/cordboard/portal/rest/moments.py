"""Moments between the database (microseconds since the epoch) and the wire (ISO 8601 with the portal's offset)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo

from cordboard.b24wire.dates import format_date, parse_date

__all__ = ["micros", "moment_of", "read_moment", "shown"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def micros(moment: datetime) -> int:
    """Microseconds since the epoch of an aware datetime."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def moment_of(value: int, zone: tzinfo | None) -> datetime:
    """The aware datetime of a stored moment, in `zone`."""
    return (_EPOCH + timedelta(microseconds=value)).astimezone(zone)


def shown(value: int | None, zone: tzinfo | None) -> str:
    """A stored moment as the wire shows it; none is empty."""
    return "" if value is None else format_date(moment_of(value, zone))


def read_moment(text: str, zone: tzinfo | None) -> int | None:
    """A moment of the wire as it is stored, None where it is no date."""
    moment = parse_date(text, zone or UTC)
    return micros(moment) if moment else None
