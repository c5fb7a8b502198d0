"""Every call ends, whatever was lost: expiry, crash, restart, ids that come back."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from cordboard.calls.tracker import SILENCE, UNLISTED

Tell = Callable[..., Any]
SECOND = 1_000_000
ZERO = 1_700_000_000 * SECOND
RINGS = """
0.00 CHAN_START trunk-a/0 A exten=74951000001 num=79161234567
0.01 CHAN_START 101/1 A exten=s num=101
"""
TALKS = (
    RINGS
    + """
2.00 ANSWER 101/1 A
2.00 BRIDGE_ENTER 101/1 A bridge=b1
2.01 BRIDGE_ENTER trunk-a/0 A bridge=b1 with=101/1
"""
)


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


LEAVES = "5.0 BRIDGE_EXIT 101/1 A bridge=b1\n5.0 HANGUP 101/1 A by=101/1\n5.1 HANGUP trunk-a/0 A by=101/1\n"


@pytest.mark.parametrize(
    "rows",
    [LEAVES, "4.0 LINKEDID_END 101/1 A\n" + LEAVES, LEAVES + "5.1 LINKEDID_END trunk-a/0 A\n" * 2],
    ids=["missing", "early", "doubled"],
)
def test_linkedid_end_ends_nothing_whether_it_is_missing_early_or_doubled(tell: Tell, rows: str) -> None:
    told = tell(TALKS + rows)

    assert (200, "ended", 2) == (told.call["result"], told.call["channel"]["state"], told.facts.talk_seconds)


def test_a_channel_that_outlives_its_linkedid_keeps_the_call_open(tell: Tell) -> None:
    told = tell(TALKS + "5.0 HANGUP trunk-a/0 A by=trunk-a/0\n5.0 LINKEDID_END trunk-a/0 A")

    assert [] == told.ended
    for step in told.tracker.expire(told.tracker.next_deadline()):
        told.take(step)
    assert 200 == told.call["result"]


def test_an_answer_that_comes_late_by_milliseconds_still_gives_the_time_of_the_answer(tell: Tell) -> None:
    told = tell(
        """
        0.00 CHAN_START trunk-a/0 A exten=74951000001 num=79161234567
        0.01 CHAN_START 101/1 A exten=s num=101
        2.001 BRIDGE_ENTER 101/1 A bridge=b1
        2.002 BRIDGE_ENTER trunk-a/0 A bridge=b1 with=101/1
        1.999 ANSWER 101/1 A
        5.0 HANGUP 101/1 A by=101/1
        5.0 HANGUP trunk-a/0 A by=101/1
        """
    )

    assert ["2023-11-14 22:13:21"] == [
        conversation["channel"]["answer_time"] for conversation in told.call["conversations"].values()
    ]


@pytest.mark.parametrize("length", [0, 1, 13, 20, 40])
def test_a_hangup_whose_extra_is_cut_ends_the_call_all_the_same(tell: Tell, length: int) -> None:
    told = tell(
        RINGS + "3.0 HANGUP 101/1 A cause=17 by=101/1\n3.1 HANGUP trunk-a/0 A cause=17",
        change=lambda event: msgspec.structs.replace(event, extra=event.extra[:length]),
    )

    whole_cause = length >= len('{"hangupcause":17')
    assert "ended" == told.call["channel"]["state"]
    assert told.call["result"] in ((480, 486) if whole_cause else (480,))


def test_two_bridges_whose_ids_are_cut_to_the_same_letters_are_not_one(tell: Tell) -> None:
    told = tell(
        """
        0.0 CHAN_START trunk-a/0 A exten=74951000001 num=79161111111
        0.0 CHAN_START 101/1 A exten=s num=101
        0.0 CHAN_START trunk-a/2 B exten=74951000001 num=79162222222
        0.0 CHAN_START 102/3 B exten=s num=102
        2.0 BRIDGE_ENTER 101/1 A bridge=aaaa-1
        2.1 BRIDGE_ENTER 102/3 B bridge=aaaa-2
        2.2 BRIDGE_ENTER trunk-a/0 A bridge=aaaa-1 with=101/1
        9.0 HANGUP 101/1 A
        9.0 HANGUP trunk-a/0 A
        9.0 HANGUP 102/3 B
        9.0 HANGUP trunk-a/2 B
    """,
        change=lambda event: msgspec.structs.replace(event, extra=event.extra[:18]),
    )

    assert [True, False] == [call["channel"]["was_answered"] for call in told.ended]


def test_a_channel_name_that_comes_back_after_a_restart_belongs_to_the_new_call(tell: Tell) -> None:
    never_ended = tell(TALKS)

    never_ended.go_on("""
        90.0 CHAN_START trunk-b/0 B exten=74951000002 num=79162222222
        90.1 CHAN_START 101/1 B exten=s num=101
        92.0 BRIDGE_ENTER 101/1 B bridge=b9
        92.1 BRIDGE_ENTER trunk-b/0 B bridge=b9 with=101/1
        95.0 HANGUP 101/1 B by=101/1
        95.0 HANGUP trunk-b/0 B by=101/1
    """)

    assert [("79162222222", True)] == [
        (call["channel"]["from"]["original"], call["channel"]["was_answered"]) for call in never_ended.ended
    ]
    assert {"1700000000.0"} == set(never_ended.tracker.calls)


def test_a_crash_in_mid_call_and_the_next_start_end_the_call_when_it_was_last_heard_of(tell: Tell) -> None:
    told = tell(TALKS)
    told.tracker.listed(["1700000000.1"], ZERO + 60 * SECOND)

    for step in told.tracker.restarted(ZERO + 300 * SECOND):
        told.take(step)

    assert ZERO + 60 * SECOND == told.facts.end
    assert 57 == told.facts.talk_seconds
    assert any("restart" in doubt for doubt in told.doubts)


def test_whole_seconds_in_the_order_of_the_file_tell_the_same_people(tell: Tell) -> None:
    told = tell(
        TALKS + LEAVES,
        change=lambda event: msgspec.structs.replace(event, eventtime=event.eventtime // SECOND * SECOND),
    )

    assert (200, [("101", True)]) == (told.call["result"], [person[:2] for person in told.people])
    assert any("whole seconds" in doubt for doubt in told.doubts)
