"""Acceptance 21 to 31 and 35 to 40: a call ends, its recording, the way of requests; and a guard of all forty."""

import asyncio
import base64
import importlib
from typing import Any
from xml.etree import ElementTree

import pytest
from sqlalchemy import select
from tests.portal.rest.acceptance import BORIS, NUMBER, NUMBERS, Office, acceptance
from tests.portal.rest.conftest import Rest
from tests.portal.rest.examples import FORM, WAV, form_with_file

from cordboard.portal.credentials import add_webhook
from cordboard.portal.rest.moments import micros
from cordboard.portal.tables import missed

CONTENT = base64.b64encode(WAV).decode()


@pytest.fixture
def office(rest: Rest) -> Office:
    return Office(rest)


def missed_list(office: Office) -> list[Any]:
    return office.rest.portal.store.read_sync(lambda c: list(c.execute(select(missed)).all()))


@acceptance(21)
def test_what_a_call_created_follows_the_one_who_served_it(office: Office) -> None:
    call = office.register(CRM_CREATE=1)

    finished = office.finish(call, USER_ID=BORIS, DURATION=10)

    activity = office.activity(call)
    assert str(BORIS) == office.get("lead", call["CRM_CREATED_LEAD"])["ASSIGNED_BY_ID"]
    assert ("200", str(BORIS)) == (finished["CALL_FAILED_CODE"], activity["RESPONSIBLE_ID"])
    assert f"VI_{call['CALL_ID']}" == activity["ORIGIN_ID"]


@acceptance(22)
def test_a_call_without_talk_is_missed(office: Office) -> None:
    finished = office.finish(office.register())

    assert ("304", 0) == (finished["CALL_FAILED_CODE"], finished["CALL_STATUS"])
    assert [NUMBER] == [row.phone_number for row in missed_list(office)]


@acceptance(23)
def test_an_answered_call_to_the_same_number_calls_a_missed_one_back(office: Office) -> None:
    office.finish(office.register())
    assert missed_list(office)[0].called_back_at is None

    office.finished(TYPE=1)

    assert missed_list(office)[0].called_back_at is not None


@acceptance(24)
def test_a_second_finish_finds_no_call(office: Office) -> None:
    call = office.register()
    office.finish(call)

    refusal = office.rest.call("telephony.externalCall.finish", {"CALL_ID": call["CALL_ID"], "USER_ID": 2}).refusal

    assert (400, "", "Call is not found (call should be registered prior to finishing") == refusal


@acceptance(25)
def test_a_finished_call_has_no_card_any_more(office: Office) -> None:
    finished = office.finished()

    assert office.rest.call("telephony.externalCall.show", {"CALL_ID": finished["CALL_ID"]}).result is False


@acceptance(26)
def test_a_running_call_takes_no_recording(office: Office) -> None:
    refusal = office.attach(office.register(), FILENAME="talk.wav", FILE_CONTENT=CONTENT).refusal

    assert (400, "", "Call is not found in the statistic table. Looks like it is not finished yet.") == refusal


@acceptance(27)
def test_a_recording_by_content_is_in_the_history(office: Office) -> None:
    finished = office.finished()

    file_id = office.attach(finished, FILENAME="talk.wav", FILE_CONTENT=CONTENT).result["FILE_ID"]

    assert isinstance(file_id, int)
    assert [file_id] == [row["RECORD_FILE_ID"] for row in office.calls()]


@acceptance(28)
def test_a_recording_in_two_steps_is_in_the_history(office: Office) -> None:
    told = office.attach(office.finished(), FILENAME="talk.wav").result

    path = told["uploadUrl"].removeprefix("http://portal.example")
    file_id = office.rest.send(path, form_with_file(), content_type=FORM).result["FILE_ID"]

    assert "file" == told["fieldName"]
    assert [file_id] == [row["RECORD_FILE_ID"] for row in office.calls()]


@acceptance(29)
def test_a_file_name_in_capitals_is_refused(office: Office) -> None:
    refusal = office.attach(office.finished(), FILENAME="A.WAV", FILE_CONTENT=CONTENT).refusal

    assert (400, "", "Wrong file extension. Only wav and mp3 are allowed") == refusal


@acceptance(30)
def test_a_client_made_during_the_call_gets_its_activity(office: Office) -> None:
    call = office.register()
    contact = office.contact()

    office.finish(call, DURATION=5)

    activity = office.activity(call)
    assert ("3", str(contact)) == (activity["OWNER_TYPE_ID"], activity["OWNER_ID"])


@acceptance(31)
def test_a_call_id_that_is_a_number_is_refused(office: Office) -> None:
    refusal = office.rest.call("telephony.externalCall.finish", {"CALL_ID": 12, "USER_ID": 2}).refusal

    assert (400, "INVALID_ARGUMENT", "CALL_ID must be a string") == refusal


@acceptance(35)
def test_a_batch_registers_and_shows_by_reference(office: Office) -> None:
    register = "telephony.externalCall.register?USER_ID=2&PHONE_NUMBER=%2B79001234567&TYPE=2&SHOW=0"
    show = "telephony.externalCall.show?CALL_ID=$result[{}][CALL_ID]&USER_ID[]=2&USER_ID[]=3"

    named = office.rest.call("batch", {"cmd": {"reg": register, "show": show.format("reg")}}).result
    listed = office.rest.call("batch", {"cmd": [register, show.format("0")]}).result

    assert named["result"]["show"] is True
    assert [named["result"]["reg"]["CALL_ID"], True] == [listed["result"][0]["CALL_ID"], listed["result"][1]]
    assert [[]] * 3 == [named[name] for name in ("result_error", "result_total", "result_next")]
    assert (dict, list) == (type(named["result_time"]), type(listed["result_time"]))


@acceptance(36)
def test_every_form_of_a_request_is_answered_alike(office: Office) -> None:
    rest, name = office.rest, "telephony.externalCall.searchCrmEntities"
    contact = office.contact()
    query, form = "?PHONE_NUMBER=%2B79001234567", b"PHONE_NUMBER=%2B79001234567"
    urlencoded = "application/x-www-form-urlencoded"

    answers = [
        rest.call(name, {"PHONE_NUMBER": NUMBER}),
        rest.call(name.upper(), {"PHONE_NUMBER": NUMBER}),
        rest.call(name.lower() + "/", {"PHONE_NUMBER": NUMBER}),
        rest.call(name + ".json", {"PHONE_NUMBER": NUMBER}),
        rest.send(rest.webhook + name + query, http="GET"),
        rest.send(rest.webhook + name, form, content_type=urlencoded),
        rest.send(f"/rest/{name}.json{query}&auth={rest.application['access_token']}", http="GET"),
        rest.send(f"/rest/{name}{query}", headers={"authorization": f"Bearer {rest.application['access_token']}"}),
    ]
    xml = ElementTree.fromstring(rest.send(rest.webhook + name + ".xml" + query, http="GET").raw)

    assert {contact} == {answer.result[0]["CRM_ENTITY_ID"] for answer in answers}
    assert 1 == len({str(answer.result) for answer in answers})
    assert str(contact) == xml.findtext("result/item/CRM_ENTITY_ID")


@acceptance(37)
def test_a_wrong_secret_a_missing_scope_and_an_unknown_method_are_told_apart(office: Office) -> None:
    rest, now = office.rest, micros(office.rest.clock())
    narrow = rest.portal.store.write_sync(lambda c: add_webhook(c, 1, now, scopes="crm"))

    assert (401, "INVALID_CREDENTIALS") == rest.call("profile", webhook="/rest/1/wrong/").refusal[:2]
    assert (401, "insufficient_scope") == rest.call("user.get", webhook=narrow).refusal[:2]
    assert (404, "ERROR_METHOD_NOT_FOUND") == rest.call("no.such.method").refusal[:2]


@acceptance(38)
def test_a_misspelt_filter_filters_nothing(office: Office) -> None:
    office.finished()

    assert 1 == len(office.calls(PHONE_NUMMER="1"))
    assert 0 == len(office.calls(PHONE_NUMBER="1"))


@acceptance(39)
def test_a_list_without_counting_has_neither_total_nor_next(office: Office) -> None:
    office.contact()

    body = office.rest.call("crm.contact.list", {"start": -1}).body

    assert (1, 0, False) == (len(body["result"]), body["total"], "next" in body)


@acceptance(40)
def test_the_limiter_refuses_what_comes_too_fast_and_recovers_by_two_a_second(office: Office) -> None:
    asyncio.run(office.rest.portal.set_switch("rate_limit", "2/50"))

    first = [office.rest.call("server.time").status for _ in range(60)]
    office.rest.clock.forward(seconds=1)
    later = [office.rest.call("server.time").status for _ in range(3)]

    assert [200] * 50 + [503] * 10 == first
    assert [200, 200, 503] == later
    assert (503, "QUERY_LIMIT_EXCEEDED", "Too many requests") == office.rest.call("server.time").refusal


def test_all_forty_are_there() -> None:
    for name in ("test_acceptance_register", "test_acceptance_click"):
        importlib.import_module(f"tests.portal.rest.{name}")

    assert set(range(1, 41)) == NUMBERS.keys()
