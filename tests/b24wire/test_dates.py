"""Dates on the wire."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from cordboard.b24wire.dates import format_date, format_day, parse_date

MOSCOW = timezone(timedelta(hours=3))


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-08-14T09:30:00+03:00", datetime(2026, 8, 14, 6, 30, tzinfo=UTC)),
        ("2026-08-14T06:30:00Z", datetime(2026, 8, 14, 6, 30, tzinfo=UTC)),
        ("2026-08-14T09:30:00", datetime(2026, 8, 14, 6, 30, tzinfo=UTC)),
        ("2026-08-14 09:30:00", datetime(2026, 8, 14, 6, 30, tzinfo=UTC)),
        ("14.08.2026 09:30:00", datetime(2026, 8, 14, 6, 30, tzinfo=UTC)),
        ("2026-08-14", datetime(2026, 8, 13, 21, 0, tzinfo=UTC)),
    ],
)
def test_a_time_without_offset_is_server_time(text: str, moment: datetime) -> None:
    assert moment == parse_date(text, MOSCOW)


@pytest.mark.parametrize("text", ["", "yesterday", "2026-13-01", "0001-01-01T00:00:00+14:00", "32.01.2026", "9" * 99])
def test_what_is_no_date_is_none(text: str) -> None:
    assert parse_date(text, MOSCOW) is None


def test_dates_are_shown_with_the_offset_and_whole_seconds() -> None:
    moment = datetime(2026, 8, 14, 9, 30, 0, 123456, tzinfo=MOSCOW)

    assert "2026-08-14T09:30:00+03:00" == format_date(moment)
    assert "2026-08-14T00:00:00+03:00" == format_day("2026-08-14", MOSCOW)
    assert "" == format_day("", MOSCOW)
