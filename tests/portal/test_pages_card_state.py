"""What a call card says to one user."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from cordboard.portal.pages.throttle import Throttle
from cordboard.portal.views.card_state import (
    PASSED_STAYS,
    SECOND,
    CardState,
    Finished,
    Running,
    moment,
    state_of_finished,
    state_of_running,
)

ANNA, BORIS = 2, 3
T0 = 1_795_600_000


def at(seconds: int) -> str:
    return datetime.fromtimestamp(T0 + seconds, UTC).isoformat()


def micros(seconds: int) -> int:
    return (T0 + seconds) * SECOND


def talk(
    user: int, state: str, rang: int = 2, answered: int | None = None, ended: int | None = None, end: str = ""
) -> Any:
    return {
        "USER_ID": user,
        "STATE": state,
        "RANG_AT": at(rang),
        "ANSWERED_AT": at(answered) if answered is not None else "",
        "ENDED_AT": at(ended) if ended is not None else "",
        "END": end,
    }


def running(*conversations: Any, outgoing: bool = False, place: str = "ringing", since: str = "") -> Running:
    return Running(outgoing, micros(1), place, conversations, since)


def test_without_a_word_from_the_connector_a_card_is_incoming_since_its_registration():
    assert CardState("incoming", since=micros(1)) == state_of_running(ANNA, running())


def test_an_outgoing_call_is_calling():
    assert CardState("calling", since=micros(1)) == state_of_running(ANNA, running(outgoing=True))


def test_a_ringing_card_waits_since_the_first_ring_of_the_call_not_of_this_telephone():
    call = running(talk(BORIS, "ended", rang=0, ended=5, end="no-answer"), talk(ANNA, "ringing", rang=5))

    assert CardState("incoming", since=micros(0)) == state_of_running(ANNA, call)


def test_the_timer_of_a_talk_begins_when_this_person_answered():
    call = running(talk(ANNA, "talking", answered=9), place="talking")

    assert CardState("talking", since=micros(9)) == state_of_running(ANNA, call)


def test_on_hold_both_times_run():
    call = running(talk(ANNA, "held", answered=9), place="talking", since=at(20))

    assert CardState("held", since=micros(20), total_since=micros(9)) == state_of_running(ANNA, call)


def test_who_did_not_answer_is_told_who_did():
    call = running(talk(ANNA, "ended", end="answered-elsewhere"), talk(BORIS, "talking", answered=9), place="talking")

    told = state_of_running(ANNA, call)

    assert ("elsewhere", BORIS, micros(13)) == (told.state, told.answered_by, told.closes_at)


def test_the_clients_leg_of_an_outgoing_call_is_no_users_and_makes_the_callers_card_talk():
    call = running(talk(0, "talking", answered=9), outgoing=True, place="talking")

    assert "talking" == state_of_running(ANNA, call).state


def finished(*, answered: bool, outgoing: bool = False, code: str = "200", conversations: Any = ()) -> Finished:
    return Finished(outgoing, BORIS, answered, 252 if answered else 0, code, micros(0), micros(300), conversations)


def test_after_a_talk_the_card_says_how_long_and_closes():
    assert CardState("ended", length=252, closes_at=micros(330)) == state_of_finished(BORIS, finished(answered=True))


def test_after_a_colleagues_talk_the_card_says_who_answered():
    assert CardState("elsewhere", answered_by=BORIS, closes_at=micros(304)) == state_of_finished(
        ANNA, finished(answered=True)
    )


def test_who_passed_the_call_on_has_talked_too():
    talked = [talk(ANNA, "ended", answered=9, ended=60, end="transferred")]

    assert "ended" == state_of_finished(ANNA, finished(answered=True, conversations=talked)).state


def test_a_missed_call_stays_until_it_is_closed():
    told = state_of_finished(ANNA, finished(answered=False, code="304"))

    assert ("missed", 300, None) == (told.state, told.length, told.closes_at)


def test_a_busy_client_is_not_a_missed_call():
    assert "failed" == state_of_finished(ANNA, finished(answered=False, outgoing=True, code="486")).state


UNREADABLE = ["", None, "soon", {}, "2026-13-45", "inf", "nan", "1e300", -1, 1e11, "9999-12-31", "0001-01-01T00:00Z"]


@pytest.mark.parametrize("nonsense", UNREADABLE)
def test_a_moment_that_cannot_be_read_is_none(nonsense: object):
    assert moment(nonsense) is None


def test_the_first_failures_cost_nothing_then_the_wait_doubles_and_a_success_forgets():
    throttle, waits = Throttle(), list[int]()
    for _ in range(8):
        throttle.failed("anna", micros(0))
        waits.append(throttle.wait("anna", micros(0)))

    assert [0, 0, 0, 0, 1, 2, 4, 8] == waits
    assert 0 == throttle.wait("boris", micros(0))
    throttle.succeeded("anna")
    assert 0 == throttle.wait("anna", micros(0))


def passing(call: Running, **transfer: Any) -> Running:
    return replace(call, transfer=transfer)


def test_who_clicked_a_number_is_asked_to_pick_up_first():
    call = running(talk(ANNA, "ringing", rang=2), outgoing=True)

    assert CardState("connecting", since=micros(2)) == state_of_running(ANNA, call)


def test_a_parked_call_says_so_and_since_when():
    parked = {**talk(ANNA, "parked", answered=5), "HELD_AT": at(20)}

    found = state_of_running(ANNA, running(parked, place="talking"))

    assert CardState("parked", since=micros(20), total_since=micros(5)) == found


def test_who_asks_a_colleague_sees_whom_and_since_when():
    call = running(talk(ANNA, "held", answered=5), talk(BORIS, "ringing", rang=30), place="talking")

    found = state_of_running(ANNA, passing(call, BY=ANNA, TO=BORIS, SINCE=at(30)))

    assert CardState("asking", since=micros(30), total_since=micros(5), answered_by=BORIS) == found


def test_who_passed_a_call_on_sees_to_whom_while_the_new_one_rings_and_talks():
    gone = talk(ANNA, "ended", answered=5, ended=40, end="transferred")
    for state in ("ringing", "talking"):
        call = running(gone, talk(BORIS, state, rang=40, answered=45 if state == "talking" else None))

        found = state_of_running(ANNA, passing(call, BY=ANNA, TO=BORIS))

        assert CardState("passed", answered_by=BORIS, closes_at=micros(40) + PASSED_STAYS) == found


def test_who_gets_a_call_waits_since_it_came_and_sees_how_long_the_caller_waits_in_all():
    call = running(
        talk(ANNA, "ended", rang=2, answered=5, ended=40, end="transferred"), talk(BORIS, "ringing", rang=40)
    )

    found = state_of_running(BORIS, passing(call, BY=ANNA, TO=BORIS))

    assert CardState("incoming", since=micros(40), total_since=micros(2)) == found
