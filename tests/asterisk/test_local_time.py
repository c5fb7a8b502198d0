"""Local times of rows: in the zone of the settings, in UTC, or found out."""

from datetime import UTC, datetime

import pytest

from cordboard.asterisk.local_time import LocalClock, Utc

BORN = int(datetime(2026, 7, 1, 12, 0, 0, tzinfo=UTC).timestamp())
CHANNEL = f"{BORN}.7"


def epoch_of(clock: LocalClock, text: str, *, started: bool = True) -> int:
    return clock.micros(text, CHANNEL, started=started) // 1_000_000


@pytest.mark.parametrize("text", ["2026-07-01 15:00:00", "2026-07-01 12:00:00"], ids=["local", "usegmtime"])
def test_a_first_row_tells_whether_a_table_is_in_the_zone_of_the_settings_or_in_utc(text: str) -> None:
    clock = LocalClock("Europe/Moscow")

    assert BORN == epoch_of(clock, text)
    assert BORN + 7 == epoch_of(clock, text[:-1] + "7", started=False)


@pytest.mark.parametrize(("utc", "apart"), [(True, 0), (False, -3 * 3600)])
def test_the_settings_may_say_it_themselves(utc: Utc, apart: int) -> None:
    clock = LocalClock("Europe/Moscow", utc)

    assert BORN + apart == epoch_of(clock, "2026-07-01 12:00:00")


def test_a_zone_that_fits_neither_way_is_believed() -> None:
    """The clock of the exchange is wrong by hours, and nothing here can know by how many."""
    clock = LocalClock("Europe/Moscow")

    assert BORN + 3600 == epoch_of(clock, "2026-07-01 16:00:00")


def test_without_a_zone_the_rows_tell_the_distance_to_greenwich() -> None:
    clock = LocalClock()

    assert BORN == epoch_of(clock, "2026-07-01 15:00:00")
    assert 3 * 3600 == clock.utc_offset
