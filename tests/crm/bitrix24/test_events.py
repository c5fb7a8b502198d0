"""What a portal's events ask, and how a call goes that the portal registered itself or asked for."""

import pytest
from stories import ANSWERS, START, TERMS, asked, kinds, news, outgoing, over, talk

from cordboard.crm.asked import Click, Command
from cordboard.crm.bitrix24.events import asked_in, token_of
from cordboard.crm.bitrix24.flows import call_flow, known_from, known_of_click
from cordboard.flow.play import play
from cordboard.flow.questions import Finish, Register

CLICK = Click("externalCall.1", "79161234567", "externalCall.1", 2, entity=("contact", "84"))


def event(name, **data):
    return {"event": name, "data": data, "ts": "1700000000", "auth": {"application_token": "secret"}}


def test_a_click_is_asked_for_by_the_international_number_and_its_call():
    form = event(
        "ONEXTERNALCALLSTART",
        PHONE_NUMBER="8 (916) 123-45-67",
        PHONE_NUMBER_INTERNATIONAL="+79161234567",
        USER_ID="2",
        LINE_NUMBER="74951000001",
        CALL_ID="externalCall.1",
        CRM_ENTITY_TYPE="CONTACT",
        CRM_ENTITY_ID="84",
    )

    found = asked_in(form)

    assert "secret" == token_of(form)
    assert ("externalCall.1", "externalCall.1", "+79161234567", 2, "74951000001", ("contact", "84"), False) == (
        found.mark,
        found.call_id,
        found.number,
        found.user,
        found.line,
        found.entity,
        found.is_callback,
    )
    assert '"LINE_NUMBER": "74951000001"' in found.request


def test_a_callback_that_comes_again_has_the_same_mark_and_another_one_has_not():
    def mark(ts, **data):
        return asked_in({**event("onExternalCallBackStart", PHONE_NUMBER="79161234567", **data), "ts": ts}).mark

    client = {"CRM_ENTITY_TYPE": "LEAD", "CRM_ENTITY_ID": "5"}
    assert mark("1", **client) == mark("2", **client)
    assert mark("1") == mark("1")
    assert 3 == len({mark("1", **client), mark("1"), mark("2")})


def test_a_command_says_who_pressed_what_on_which_call():
    data = {"COMMAND_ID": "c1", "COMMAND": "transfer", "PBX": "main", "LINKEDID": "1.1", "CONVERSATION": "1.2"}
    form = event("ONCORDBOARDCALLCOMMAND", **data, TO="102", NOTE="hi", USER_ID="2", AT="2023-11-14T22:13:20+00:00")

    assert Command("c1", "transfer", "main", "1.1", 2, "1.2", "102", "hi", START) == asked_in(form)


@pytest.mark.parametrize(
    ("form", "words"),
    [
        (event("ONEXTERNALCALLSTART", PHONE_NUMBER="1"), "the event ONEXTERNALCALLSTART came without CALL_ID"),
        (event("ONEXTERNALCALLSTART", CALL_ID="1"), "the event ONEXTERNALCALLSTART came without PHONE_NUMBER"),
        (event("ONEXTERNALCALLBACKSTART"), "the event ONEXTERNALCALLBACKSTART came without PHONE_NUMBER"),
        ({"event": "ONCORDBOARDCALLCOMMAND"}, "the event ONCORDBOARDCALLCOMMAND came without COMMAND_ID"),
    ],
)
def test_an_event_that_lacks_what_it_is_about_says_so(form, words):
    with pytest.raises(ValueError, match=words):
        asked_in(form)


@pytest.mark.parametrize("form", [{}, event("ONCRMCONTACTADD"), {"event": ["x"], "data": "y", "auth": "z"}])
def test_other_events_ask_nothing(form):
    assert asked_in(form) is None
    assert token_of(form) in {"", "secret"}


def clicked(told, known=None):
    return play(call_flow(TERMS, known or known_of_click(CLICK)), told, ANSWERS)


def test_the_call_of_a_click_is_never_registered_again_and_its_card_is_left_to_the_portal():
    talks = outgoing(talk("79161234567", "talking", accepted=True), answered=True)
    ended = outgoing(talk("79161234567", "ended", accepted=True), after=9, answered=True, result=200, talk_seconds=7)

    played = clicked([news(outgoing(talk("79161234567"))), news(talks), over(ended)])

    assert [Finish] == kinds(played)
    [finish] = asked(played, Finish)
    assert ("externalCall.1", 2, 7, "200") == tuple(
        finish.params[key] for key in ("CALL_ID", "USER_ID", "DURATION", "STATUS_CODE")
    )


@pytest.mark.parametrize(("result", "code"), [(480, "603-S"), (487, "603-S"), (503, "503")])
def test_a_click_whose_client_was_never_rung_is_cancelled_unless_the_exchange_is_at_fault(result, code):
    played = clicked([over(outgoing(after=5, result=result))])

    [finish] = asked(played, Finish)
    assert (code, 0) == (finish.params["STATUS_CODE"], finish.params["DURATION"])


def test_a_client_who_was_rung_and_did_not_answer_is_told_as_such():
    played = clicked([over(outgoing(talk("79161234567", "ended"), after=5, result=480))])

    [finish] = asked(played, Finish)
    assert "480" == finish.params["STATUS_CODE"]


def test_a_run_that_is_superseded_still_knows_the_portals_call():
    known = known_from([], known_of_click(CLICK))

    played = clicked([over(outgoing(after=5, result=480))], known)

    assert [Finish] == kinds(played)


def test_a_callback_is_registered_as_one_for_the_client_that_the_form_made():
    wish = Click("callback-1", "79161234567", entity=("lead", "5"))

    played = clicked([over(outgoing(after=5, result=480))], known_of_click(wish))

    assert [Register, Finish] == kinds(played)
    [register] = asked(played, Register)
    assert (4, "LEAD", "5", 0) == tuple(
        register.params[key] for key in ("TYPE", "CRM_ENTITY_TYPE", "CRM_ENTITY_ID", "SHOW")
    )
