"""Every call ends, whatever was lost: expiry, crash, restart, ids that come back."""

from collections.abc import Callable
from typing import Any

from cordboard.calls.tracker import SILENCE, UNLISTED

Tell = Callable[..., Any]
SECOND = 1_000_000
ZERO = 1_700_000_000 * SECOND
TALKS = """
0.00 CHAN_START trunk-a/0 A exten=74951000001 num=79161234567
0.01 CHAN_START 101/1 A exten=s num=101
2.00 ANSWER 101/1 A
2.00 BRIDGE_ENTER 101/1 A bridge=b1
2.01 BRIDGE_ENTER trunk-a/0 A bridge=b1 with=101/1
"""


def test_a_call_without_a_row_for_four_hours_is_ended_at_its_last_row(tell: Tell) -> None:
    told = tell(TALKS)
    deadline = told.tracker.next_deadline()

    assert [] == told.tracker.expire(deadline - 1)
    for step in told.tracker.expire(deadline):
        told.take(step)

    assert ZERO + round(2.01 * SECOND) + SILENCE == deadline
    assert ("ended", 200) == (told.call["channel"]["state"], told.call["result"])
    assert ZERO + round(2.01 * SECOND) == told.facts.end
    assert any("expire" in doubt for doubt in told.doubts)
    assert told.tracker.next_deadline() is None


def test_a_call_the_pbx_no_longer_lists_is_ended_after_a_minute(tell: Tell) -> None:
    told = tell(TALKS)
    now = ZERO + 100 * SECOND

    told.tracker.listed(["1700000000.1"], now)
    assert [] == told.tracker.expire(now + UNLISTED)

    told.tracker.listed([], now)
    assert now + UNLISTED == told.tracker.next_deadline()
    assert 1 == len(told.tracker.expire(now + UNLISTED))


def test_calls_begun_before_the_pbx_started_are_over_at_once(tell: Tell) -> None:
    told = tell(TALKS)

    assert [] == told.tracker.restarted(ZERO - SECOND)
    assert 1 == len(told.tracker.restarted(ZERO + 50 * SECOND))


def test_a_crash_in_mid_call_ends_it_when_the_pbx_fell_silent(tell: Tell) -> None:
    told = tell(TALKS)
    silent = ZERO + 30 * SECOND

    told.tracker.unheard(silent)
    [step] = told.tracker.restarted(silent + SECOND)

    told.take(step)
    assert silent == told.facts.end
    assert 27 == told.facts.talk_seconds  # since 2.01


def test_an_id_that_comes_back_after_a_restart_begins_a_new_call(tell: Tell) -> None:
    ids = TALKS + "5.0 HANGUP 101/1 A\n5.0 HANGUP trunk-a/0 A\n"
    told = tell(
        ids + "9.0 CHAN_START trunk-a/0 A exten=74951000002 num=79162222222\n9.5 HANGUP trunk-a/0 A by=trunk-a/0"
    )

    first, second = told.ended
    assert first["channel"]["id"] == second["channel"]["id"]
    assert ("79161234567", "79162222222") == (
        first["channel"]["from"]["original"],
        second["channel"]["from"]["original"],
    )


def test_late_and_doubled_rows_of_an_ended_call_are_ignored(tell: Tell) -> None:
    told = tell(
        TALKS
        + "5.0 HANGUP 101/1 A\n5.0 HANGUP trunk-a/0 A\n5.0 CHAN_END trunk-a/0 A\n5.0 LINKEDID_END trunk-a/0 A\n"
        + TALKS
    )

    assert 1 == len(told.ended)
    assert {} == told.tracker.calls


def test_a_call_whose_hangups_are_lost_ends_by_its_channel_ends(tell: Tell) -> None:
    told = tell(TALKS + "5.0 CHAN_END 101/1 A\n5.1 CHAN_END trunk-a/0 A")

    assert 200 == told.call["result"]


def test_a_user_event_of_any_name_means_nothing(tell: Tell) -> None:
    told = tell(TALKS + "3.0 IVR_CHOICE trunk-a/0 A\n3.0 RINGING 101/1 A\n3.0 HOLD 101/1 A")

    assert [] == told.ended
    assert ["conversation_requested", "conversation_accepted"] == [stage.name for stage in told.stages]


def test_the_clock_of_the_pbx_going_back_neither_raises_nor_gives_negative_talk(tell: Tell) -> None:
    told = tell(TALKS + "1.0 BRIDGE_EXIT 101/1 A bridge=b1\n1.0 HANGUP 101/1 A\n1.0 HANGUP trunk-a/0 A")

    assert 200 == told.call["result"]
    assert 0 == told.facts.talk_seconds


def test_an_id_that_comes_back_while_its_call_was_never_ended_ends_the_old_one(tell: Tell) -> None:
    told = tell(
        TALKS
        + """
        60.0 CHAN_START trunk-a/0 A exten=74951000002 num=79162222222
        61.0 HANGUP trunk-a/0 A by=trunk-a/0
        """
    )

    assert ["79161234567", "79162222222"] == [call["channel"]["from"]["original"] for call in told.ended]
    assert [True, False] == [call["channel"]["was_answered"] for call in told.ended]


def test_a_talk_of_many_hours_goes_on_while_the_pbx_lists_its_channels(tell: Tell) -> None:
    told = tell(TALKS)
    hours = ZERO + 5 * 3600 * SECOND

    told.tracker.listed(["1700000000.1"], hours)

    assert [] == told.tracker.expire(hours + SECOND)
    [step] = told.tracker.expire(hours + SILENCE)
    told.take(step)
    assert 5 * 3600 - 3 == told.facts.talk_seconds


def test_a_pbx_that_cannot_be_asked_has_lost_no_call(tell: Tell) -> None:
    told = tell(TALKS)
    now = ZERO + 100 * SECOND
    told.tracker.listed([], now)

    told.tracker.listed(None, now + SECOND)

    assert [] == told.tracker.expire(now + 2 * UNLISTED)
