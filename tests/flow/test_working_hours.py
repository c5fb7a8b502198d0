"""Until when something must be done."""

from datetime import datetime, timedelta

import pytest

from cordboard.flow.working_hours import deadline, week_of
from cordboard.settings import Hours
from cordboard.settings.spans import span_of

OFFICE = week_of(Hours(mon_fri="09:00-18:00", fri="09:00-16:00", sat="10:00-12:00"))


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-11-23T10:00:00+03:00", "2026-11-23T11:00:00+03:00"),
        ("2026-11-23T03:00:00+03:00", "2026-11-23T10:00:00+03:00"),
        ("2026-11-23T17:30:00+03:00", "2026-11-24T09:30:00+03:00"),
        ("2026-11-27T15:30:00+03:00", "2026-11-28T10:30:00+03:00"),
        ("2026-11-28T11:30:00+03:00", "2026-11-30T09:30:00+03:00"),
        ("2026-11-29T11:30:00+03:00", "2026-11-30T10:00:00+03:00"),
    ],
)
def test_an_hour_of_working_time_skips_the_night_and_the_days_off(at, expected):
    assert datetime.fromisoformat(expected) == deadline(datetime.fromisoformat(at), timedelta(hours=1), OFFICE)


def test_without_hours_somebody_always_works():
    at = datetime.fromisoformat("2026-11-29T23:30:00+03:00")

    assert at + timedelta(hours=1) == deadline(at, timedelta(hours=1), week_of(Hours()))


@pytest.mark.parametrize("text", ["9-18", "18:00-09:00", "09:00-25:00", "09:70-18:00", "always"])
def test_nonsense_is_refused(text):
    with pytest.raises(ValueError, match=text):
        span_of(text)
