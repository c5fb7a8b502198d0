"""`cordboard.testing` as the author of a connector uses it: faults, the clock, what was asked."""

import http.client
import json
import time
from datetime import UTC, datetime
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest

from cordboard.testing import Clock, PortalHere, RestRefused


def ask(address: str, body: bytes = b"") -> tuple[int, str, bytes]:
    """Status, media type and body of an answer."""
    try:
        with urlopen(Request(address, body or None), timeout=10) as answer:
            return answer.status, answer.headers["Content-Type"], answer.read()
    except HTTPError as error:
        return error.code, error.headers["Content-Type"], error.read()


def test_a_call_goes_through_and_can_be_looked_up_afterwards(cordboard_portal: PortalHere) -> None:
    made = cordboard_portal.call(
        "telephony.externalCall.register", USER_ID=2, PHONE_NUMBER="+79161234567", TYPE=2, CRM_CREATE=1
    )

    [asked] = cordboard_portal.asked("telephony.externalCall.register")
    assert ("+79161234567", 200) == (asked.params["PHONE_NUMBER"], asked.status)
    assert made["CALL_ID"] == asked.answer["result"]["CALL_ID"]


def test_a_refusal_is_an_exception_with_the_portals_words(cordboard_portal: PortalHere) -> None:
    with pytest.raises(RestRefused, match="Method not found!") as refused:
        cordboard_portal.call("telephony.nothing")

    assert ("ERROR_METHOD_NOT_FOUND", 404) == (refused.value.code, refused.value.status)


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        ("QUERY_LIMIT_EXCEEDED", 503),
        ("OPERATION_TIME_LIMIT", 429),
        ("expired_token", 401),
        ("INTERNAL_SERVER_ERROR", 500),
    ],
)
def test_an_error_is_answered_as_often_as_asked_and_then_all_is_well(
    cordboard_portal: PortalHere, fault: str, status: int
) -> None:
    cordboard_portal.faults.add(fault, ["server.time"], times=1)

    answers = [ask(cordboard_portal.webhook + "server.time") for _ in range(2)]

    assert [status, 200] == [answer[0] for answer in answers]
    assert fault == json.loads(answers[0][2])["error"]
    assert [fault, ""] == [asked.fault for asked in cordboard_portal.asked("server.time")]


def test_an_error_is_xml_for_who_asks_for_xml(cordboard_portal: PortalHere) -> None:
    cordboard_portal.faults.add("OVERLOAD_LIMIT")

    status, kind, body = ask(cordboard_portal.webhook + "server.time.xml")

    assert (503, "text/xml; charset=utf-8") == (status, kind)
    assert b"<error>OVERLOAD_LIMIT</error>" in body


def test_a_bad_gateway_is_a_page_and_no_json(cordboard_portal: PortalHere) -> None:
    cordboard_portal.faults.add("bad_gateway")

    status, kind, body = ask(cordboard_portal.webhook + "profile", b"a=1")

    assert (502, "text/html") == (status, kind)
    assert body.startswith(b"<html>")


def test_a_slow_answer_is_late_and_right(cordboard_portal: PortalHere) -> None:
    cordboard_portal.faults.add("slow", seconds=0.4)
    began = time.perf_counter()

    status, _, _ = ask(cordboard_portal.webhook + "server.time")

    assert 200 == status
    assert time.perf_counter() - began >= 0.4


@pytest.mark.parametrize(("fault", "made"), [("cut", 0), ("lost", 1)])
def test_a_cut_connection_gives_no_answer_and_lost_means_it_was_carried_out(
    cordboard_portal: PortalHere, fault: str, made: int
) -> None:
    before = len(cordboard_portal.call("crm.lead.list", select=["ID"]))
    cordboard_portal.faults.add(fault, ["crm.lead.add"], times=1)

    with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
        ask(cordboard_portal.webhook + "crm.lead.add", urlencode({"fields[TITLE]": "once"}).encode())

    [asked] = cordboard_portal.asked("crm.lead.add")
    assert (0, fault) == (asked.status, asked.fault)
    assert made == len(cordboard_portal.call("crm.lead.list", select=["ID"])) - before


def test_a_command_of_a_batch_can_be_struck_alone(cordboard_portal: PortalHere) -> None:
    cordboard_portal.faults.add("QUERY_LIMIT_EXCEEDED", ["profile"])

    answer = cordboard_portal.call("batch", cmd={"who": "profile", "when": "server.time"})

    assert "QUERY_LIMIT_EXCEEDED" == answer["result_error"]["who"]["error"]
    assert {"when"} == set(answer["result"])


def test_a_token_expires_when_the_test_says_an_hour_has_passed(
    cordboard_portal: PortalHere, cordboard_clock: Clock
) -> None:
    token = cordboard_portal.application["access_token"]
    address = f"{cordboard_portal.url}/rest/server.time?auth={token}"
    before = ask(address)[0]

    cordboard_clock.forward(hours=1)

    status, _, body = ask(address)
    assert (200, 401, "expired_token") == (before, status, json.loads(body)["error"])


def test_the_portal_tells_the_time_that_was_set(cordboard_portal: PortalHere, cordboard_clock: Clock) -> None:
    cordboard_clock.set(datetime(2031, 5, 6, 7, 8, 9, tzinfo=UTC))

    assert "2031-05-06T07:08:09+00:00" == cordboard_portal.call("server.time")


def test_faults_can_be_switched_over_the_wire_by_an_administrator_alone(cordboard_portal: PortalHere) -> None:
    made = cordboard_portal.call(
        "cordboard.faults.set", FAULT="slow", METHODS=["crm.*"], SHARE=50, TIMES=3, SECONDS=0.1
    )
    shown = cordboard_portal.call("cordboard.faults.get")
    cleared = cordboard_portal.call("cordboard.faults.clear", ID=made["ID"])

    fault = {"ID": 1, "FAULT": "slow", "METHODS": ["crm.*"], "SHARE": 50, "TIMES_LEFT": 3, "SECONDS": 0.1, "STRUCK": 0}
    assert [fault] == shown
    assert cleared is True
    assert [] == cordboard_portal.faults.active


def test_a_fault_over_the_wire_that_makes_no_sense_is_refused_in_words(cordboard_portal: PortalHere) -> None:
    with pytest.raises(RestRefused, match="thunder is no fault"):
        cordboard_portal.call("cordboard.faults.set", FAULT="thunder")


def test_what_was_asked_can_be_forgotten_and_a_switch_changed(cordboard_portal: PortalHere) -> None:
    cordboard_portal.call("server.time")
    cordboard_portal.forget_asked()
    cordboard_portal.switch("request_log", False)

    cordboard_portal.call("server.time")

    assert [] == cordboard_portal.asked()
