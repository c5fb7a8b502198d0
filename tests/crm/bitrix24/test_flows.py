"""What a portal is asked about a call, as stories."""

import msgspec
import pytest
from stories import ANSWERS, START, TERMS, asked, incoming, kinds, news, outgoing, over, quiet, run, talk

from cordboard.crm.bitrix24.flows import Known, call_flow, known_from
from cordboard.flow.journal import Record, decode_answer, encode_answer, encode_question, resume
from cordboard.flow.play import play
from cordboard.flow.questions import (
    FindUsers,
    Finish,
    Hide,
    LookForFinished,
    NeedUser,
    NextStages,
    NotFound,
    Outcome,
    Refused,
    Register,
    Registered,
    Show,
    Sight,
    TakeOver,
)

pytestmark = pytest.mark.thinking


ANSWERED = [
    news(incoming(talk("101")), "conversation_requested"),
    news(incoming(talk("101", "talking", accepted=True), after=2, answered=True), "conversation_accepted"),
    over(
        incoming(
            talk("101", "ended", accepted=True), after=7, answered=True, result=200, talk_seconds=5, last_speaker="c101"
        )
    ),
]


def test_an_answered_call_is_registered_at_its_first_ring_and_finished_once():
    played = run(ANSWERED)

    assert [Register, Finish] == kinds(played)
    assert {
        "USER_ID": 2,
        "PHONE_NUMBER": "79161234567",
        "TYPE": 2,
        "CALL_START_DATE": "2023-11-15T01:13:20+03:00",
        "CRM_CREATE": 1,
        "SHOW": 1,
        "EXTERNAL_CALL_ID": "main-1700000000.1",
        "LINE_NUMBER": "74951000001",
    } == asked(played, Register)[0].params
    assert {
        "CALL_ID": "call-1",
        "USER_ID": 2,
        "DURATION": 5,
        "STATUS_CODE": "200",
        "ADD_TO_CHAT": 0,
    } == asked(played, Finish)[0].params
    assert ("finished", "call-1", "55") == (played.outcome.status, played.outcome.call_id, played.outcome.activity_id)


def test_a_group_that_rings_together_is_shown_by_one_request_and_missed_once():
    ringing = incoming(talk("101"), talk("102"), talk("103"), after=0.02)
    told = [
        news(incoming(talk("101"))),
        news(ringing),
        quiet(ringing),
        over(incoming(*(talk(x, "ended") for x in ("101", "102", "103")), after=20, result=480)),
    ]

    played = run(told)

    assert [Register, Show, Hide, Finish] == kinds(played)
    assert (3, 4) == asked(played, Show)[0].users
    assert (2, 3) == asked(played, Hide)[0].users
    finish = asked(played, Finish)[0].params
    assert (4, 0, "304") == (finish["USER_ID"], finish["DURATION"], finish["STATUS_CODE"])


def test_who_lost_the_call_loses_the_card_and_the_winner_keeps_it():
    answered = incoming(talk("101", "ended"), talk("102", "talking", accepted=True), after=3, answered=True)
    told = [
        news(incoming(talk("101"), talk("102"))),
        news(incoming(talk("101"), talk("102"), after=0.6)),
        news(answered),
        quiet(answered),
        over(msgspec.structs.replace(answered, result=200, talk_seconds=4, last_speaker="c102")),
    ]

    played = run(told)

    assert [Register, Show, Hide, Finish] == kinds(played)
    assert (2,) == asked(played, Hide)[0].users
    assert 3 == asked(played, Finish)[0].params["USER_ID"]


def test_a_hunt_shows_the_second_phone_at_once():
    second = incoming(talk("101", "ended"), talk("102"), after=20)

    played = run([news(incoming(talk("101"))), news(second), quiet(second)])

    assert [Register, Show, Hide] == kinds(played)


def test_after_a_transfer_the_call_belongs_to_the_last_speaker():
    told = [
        *ANSWERED[:2],
        over(
            incoming(
                talk("101", "ended", accepted=True),
                talk("102", "ended", accepted=True),
                after=30,
                result=200,
                answered=True,
                talk_seconds=20,
                last_speaker="c102",
            )
        ),
    ]

    assert 3 == asked(run(told), Finish)[0].params["USER_ID"]


def test_no_card_is_asked_for_a_conversation_that_ended_before_the_portal_answered():
    told = [
        news(incoming(talk("101"))),
        news(incoming(talk("101"), talk("102", "ended"), after=3)),
    ]

    assert [] == asked(run(told), Show)


def test_a_call_that_ends_in_the_menu_is_registered_without_a_card_and_finished():
    played = run([over(incoming(after=9, result=487))])

    assert [Register, Finish] == kinds(played)
    params = asked(played, Register)[0].params
    assert (1, 0) == (params["USER_ID"], params["SHOW"])


def test_a_local_call_is_not_registered():
    local = msgspec.structs.replace(outgoing(talk("102")), direction="local", client="102")

    played = run([news(local), over(local)])

    assert [] == kinds(played)
    assert "unwanted" == played.outcome.status


def test_a_local_call_that_went_outside_is_registered_for_the_outside_number():
    local = msgspec.structs.replace(
        outgoing(talk("102", "ended"), talk("79160000000")), direction="local", client="102"
    )

    params = asked(run([news(local)]), Register)[0].params

    assert ("79160000000", 1, 2) == (params["PHONE_NUMBER"], params["TYPE"], params["USER_ID"])


def test_a_local_call_that_went_outside_lasts_as_long_as_the_talk_with_the_outside_number():
    outside = msgspec.structs.replace(talk("79160000000", "ended", accepted=True), talk_seconds=2)
    call = outgoing(talk("102", "ended", accepted=True), outside, result=200, answered=True, talk_seconds=9)
    local = msgspec.structs.replace(call, direction="local", client="102")

    finish = asked(run([news(local), over(local)]), Finish)[0].params

    assert (2, "200") == (finish["DURATION"], finish["STATUS_CODE"])


def test_an_outgoing_call_belongs_to_the_employee_who_dialled():
    told = [
        news(outgoing(talk("79161234567"))),
        over(outgoing(talk("79161234567", "ended"), after=5, result=486)),
    ]

    played = run(told)

    params, finish = asked(played, Register)[0].params, asked(played, Finish)[0].params
    assert (2, 1, 0) == (params["USER_ID"], params["TYPE"], params["CRM_CREATE"])
    assert (2, 0, "486") == (finish["USER_ID"], finish["DURATION"], finish["STATUS_CODE"])


def test_a_withheld_number_is_registered_with_the_search_switched_off():
    told = [news(msgspec.structs.replace(incoming(talk("101")), client=""))]

    params = asked(run(told), Register)[0].params

    assert ("0", 0, "", "") == tuple(
        params[name] for name in ("PHONE_NUMBER", "CRM_CREATE", "CRM_ENTITY_TYPE", "CRM_ENTITY_ID")
    )


def test_a_click_to_call_is_registered_when_its_number_is_known():
    ringing = msgspec.structs.replace(outgoing(talk("79161234567")), client="")

    played = run([news(ringing), news(outgoing(talk("79161234567"), after=3))])

    assert ["79161234567"] == [question.params["PHONE_NUMBER"] for question in asked(played, Register)]


def test_without_anybody_to_be_responsible_the_call_asks_for_a_repair():
    played = run([news(incoming(talk("199")))], msgspec.structs.replace(TERMS, default_user=0))

    assert [NeedUser, Register] == kinds(played)
    assert 9 == asked(played, Register)[0].params["USER_ID"]


def test_a_dismissed_user_is_replaced_by_the_default_user():
    def register(question):
        dismissed = question.params["USER_ID"] == 2
        return Refused("User is not found or is not active") if dismissed else Registered(id="call-2")

    played = run(ANSWERED[:1], register=register)

    assert [2, 1] == [question.params["USER_ID"] for question in asked(played, Register)]


def test_the_past_is_told_without_cards():
    played = run([news(incoming(talk("101")), fresh=False)])

    assert 0 == asked(played, Register)[0].params["SHOW"]


def test_a_finish_that_was_done_already_is_found_in_the_statistics():
    played = run(ANSWERED, finish=NotFound(), look=Sight.FOUND)

    assert [Register, Finish, LookForFinished] == kinds(played)
    assert "finished" == played.outcome.status


def test_a_call_the_portal_lost_is_registered_again_with_its_own_start_and_finished_once():
    finishes = iter([NotFound(), ANSWERS[Finish]])

    played = run(ANSWERED, finish=lambda question: next(finishes), look=Sight.ABSENT)

    assert [Register, Finish, LookForFinished, Register, Finish] == kinds(played)
    again = asked(played, Register)[1].params
    assert ("2023-11-15T01:13:20+03:00", 0) == (again["CALL_START_DATE"], again["SHOW"])
    assert "finished" == played.outcome.status


def test_where_we_may_not_look_the_call_counts_as_done_with_a_warning():
    played = run(ANSWERED, finish=NotFound(), look=Sight.UNKNOWN)

    assert "finished" == played.outcome.status
    assert "would not let us look" in played.outcome.words


# --- two calls that became one -------------------------------------------------------------------------------------

ABSORBED = "1700000000.9"


def left(client, **situation):
    its = msgspec.structs.replace(incoming(talk("102", "ended")), linkedid=ABSORBED, client=client, **situation)
    return Outcome("moved", registered=Registered(id="call-9"), user=3, shown=(3,), situation=its)


def test_an_absorbed_call_leaves_its_registration_and_asks_nothing_more():
    played = run([*ANSWERED[:2], news(incoming(talk("101", "talking")), "merged", absorbed_by="1699999999.1")])

    assert [Register] == kinds(played)
    assert ("moved", "call-1") == (played.outcome.status, played.outcome.registered.id)


def test_a_registration_moves_to_a_survivor_that_has_none():
    local = msgspec.structs.replace(outgoing(talk("102", "talking")), direction="local", client="102")
    merged = incoming(talk("102", "talking", accepted=True), after=9)
    told = [
        news(local),
        news(merged, "merged", absorbed=(ABSORBED,)),
        over(msgspec.structs.replace(merged, result=200)),
    ]

    played = run(told, take_over=left("79161234567"))

    assert [TakeOver, Finish] == kinds(played)
    assert "call-9" == asked(played, Finish)[0].params["CALL_ID"]


def test_of_two_registrations_for_one_client_the_younger_is_cancelled():
    told = [*ANSWERED[:2], news(ANSWERED[1].situation, "merged", absorbed=(ABSORBED,)), ANSWERED[2]]

    played = run(told, take_over=left("79161234567"))

    finishes = [question.params for question in asked(played, Finish)]
    assert [("call-9", "603-S", 0), ("call-1", "200", 5)] == [
        (finish["CALL_ID"], finish["STATUS_CODE"], finish["DURATION"]) for finish in finishes
    ]


def test_two_clients_have_each_their_own_finish():
    told = [*ANSWERED[:2], news(ANSWERED[1].situation, "merged", absorbed=(ABSORBED,)), ANSWERED[2]]

    played = run(told, take_over=left("79260000000", talk_seconds=12, last_speaker="c102"))

    first = asked(played, Finish)[0].params
    assert ("call-9", "200", 12, 3) == tuple(first[x] for x in ("CALL_ID", "STATUS_CODE", "DURATION", "USER_ID"))


# --- restarts ------------------------------------------------------------------------------------------------------

STORIES = {
    "answered": ANSWERED,
    "menu": [over(incoming(after=9, result=487))],
    "merged": [*ANSWERED[:2], news(ANSWERED[1].situation, "merged", absorbed=(ABSORBED,)), ANSWERED[2]],
}


def records_of(pairs):
    made = []
    for question, answer in pairs:
        kind, content = encode_question(question)
        made.append(Record(kind, content, answer=encode_answer(answer)))
    return made


@pytest.mark.parametrize("told", STORIES.values(), ids=STORIES)
def test_killed_after_any_answer_the_flow_goes_on_with_the_same_questions(told):
    whole = run(told, take_over=left("79161234567"))
    records = records_of(whole.pairs)

    for killed_after in range(len(records) + 1):
        resumed = resume(call_flow(TERMS), records[:killed_after])

        assert not resumed.superseded
        expected = whole.pairs[killed_after][0] if killed_after < len(records) else None
        assert expected == resumed.question


def test_a_changed_flow_is_superseded_and_starts_from_the_facts():
    whole = run(ANSWERED)
    records = records_of(whole.pairs)[:-1]
    other_terms = msgspec.structs.replace(TERMS, pbx="renamed")

    resumed = resume(call_flow(other_terms), records)
    known = known_from((question, answer) for question, answer in whole.pairs[:-1])
    rest = play(call_flow(other_terms, known), ANSWERED[2:], ANSWERS)

    assert resumed.superseded
    assert [Finish] == kinds(rest)
    assert "call-1" == asked(rest, Finish)[0].params["CALL_ID"]


def test_a_register_whose_answer_was_lost_is_repeated_unchanged_by_the_next_generation():
    params = asked(run(ANSWERED), Register)[0].params
    known = known_from([(Register(params), None)])

    rest = play(call_flow(msgspec.structs.replace(TERMS, default_user=8), known), ANSWERED[2:], ANSWERS)

    assert params == asked(rest, Register)[0].params


def test_the_facts_of_a_run_survive_their_own_encoding():
    known = known_from([*run(ANSWERED).pairs])

    assert known == msgspec.json.decode(encode_answer(known), type=Known)


def test_every_answer_is_decoded_as_it_was_given():
    for question, answer in run(STORIES["merged"], take_over=left("79161234567")).pairs:
        assert answer == decode_answer(question, encode_answer(answer))


def test_while_the_deciding_lane_is_silent_the_card_lingers_and_is_then_hidden():
    ended = msgspec.structs.replace(incoming(talk("101", "ended"), after=5), ended=True)

    played = run([ANSWERED[0], news(ended, "call_ended"), quiet(ended)])

    assert 2.0 == [question for question, _ in played.pairs if isinstance(question, NextStages)][-1].within
    assert [Register, Hide] == kinds(played)
    assert START < ended.at


def test_the_client_of_an_outgoing_call_is_not_looked_for_among_the_employees():
    called = talk("79161234567", "talking", accepted=True)
    told = [
        news(outgoing(talk("79161234567")), "conversation_requested"),
        news(outgoing(called, after=3, answered=True)),
    ]

    looked_for = {number for question in asked(run(told), FindUsers) for number in question.numbers}

    assert {"101"} == looked_for


def test_an_employee_who_is_rung_on_a_mobile_phone_sees_the_card():
    told = [news(incoming(talk("101"), talk("79169999999")), "conversation_requested")]

    looked_for = {number for question in asked(run(told), FindUsers) for number in question.numbers}

    assert {"101", "79169999999"} == looked_for
