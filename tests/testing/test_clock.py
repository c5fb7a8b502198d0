"""The clock that a test sets."""

from datetime import UTC, datetime, timedelta

from cordboard.testing import Clock

NOON = datetime(2031, 5, 6, 12, tzinfo=UTC)


def test_a_clock_that_nobody_set_is_the_real_one() -> None:
    before = datetime.now(UTC)

    now = Clock()()

    assert before <= now <= datetime.now(UTC)
    assert now.tzinfo is not None


def test_a_clock_that_was_set_stands_still_until_it_is_moved() -> None:
    clock = Clock(NOON)

    assert [NOON, NOON] == [clock(), clock()]
    assert NOON + timedelta(hours=1, seconds=30) == clock.forward(hours=1, seconds=30) == clock()


def test_a_clock_can_run_again() -> None:
    clock = Clock(NOON)

    clock.run()

    assert abs(clock() - datetime.now(UTC)) < timedelta(minutes=1)


def test_a_moment_without_an_offset_is_of_this_machines_zone() -> None:
    clock = Clock()

    clock.set(datetime(2031, 5, 6, 12))

    assert datetime(2031, 5, 6, 12).astimezone() == clock()
