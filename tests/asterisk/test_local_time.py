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


FORMATS = [
    "%F %T", "%F %T.%f", "%d.%m.%Y %H:%M:%S", "%d/%m/%Y %H:%M:%S", "%m/%d/%Y %H:%M:%S", "%D %T", "%d-%m-%y %T",
    "%Y/%m/%d %T", "%c", "%d %b %Y %T", "%b %d, %Y %I:%M:%S %p", "%T %d.%m.%Y", "%Y%m%d %T", "%FT%T%z",
    "%d.%m.%Y %T %z",
]  # fmt: skip


@pytest.mark.parametrize("form", FORMATS)
def test_any_order_of_a_date_is_read_by_the_birth_of_the_channel(form: str) -> None:
    clock = LocalClock("UTC")
    moments = [datetime.fromtimestamp(BORN + 86_400 * day, UTC) for day in (0, 1, 3, 40, 300)]

    for moment in moments:
        uniqueid = f"{int(moment.timestamp())}.1"
        assert int(moment.timestamp()) == clock.micros(moment.strftime(form), uniqueid, started=True) // 1_000_000


def test_a_row_long_after_the_birth_of_its_channel_keeps_the_order() -> None:
    clock = LocalClock("UTC")
    born = int(datetime(2026, 3, 13, tzinfo=UTC).timestamp())
    clock.micros("13/03/2026 00:00:00", f"{born}.1", started=True)

    april = int(datetime(2026, 4, 3, tzinfo=UTC).timestamp())
    assert april == clock.micros("03/04/2026 00:00:00", f"{born}.1") // 1_000_000


def test_a_row_without_a_birth_is_read_as_the_rows_before_it() -> None:
    clock = LocalClock("UTC")
    born = int(datetime(2026, 4, 3, tzinfo=UTC).timestamp())

    clock.micros("04/03/2026 00:00:00", f"{born}.1", started=True)

    april = int(datetime(2026, 4, 5, 12, tzinfo=UTC).timestamp())
    assert april == clock.micros("04/05/2026 12:00:00", "crm-7") // 1_000_000


@pytest.mark.parametrize("text", ["yesterday", "12:30", "31.31.2026 10:00:00", "21.11.2026 25:00:00", "10:00:00", ""])
def test_what_is_no_date_is_told(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        LocalClock("UTC").micros(text, CHANNEL)


def test_without_a_zone_the_rows_tell_the_distance_to_greenwich() -> None:
    clock = LocalClock()

    assert BORN == epoch_of(clock, "2026-07-01 15:00:00")
    assert 3 * 3600 == clock.utc_offset
