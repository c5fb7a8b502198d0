"""What causes which event, and with which data: each event of the list that the portal can cause."""

from typing import Any

import msgspec
import pytest
from sqlalchemy import select
from tests.portal.rest.acceptance import Office
from tests.portal.rest.conftest import Rest
from tests.portal.rest.test_revocation import token_of

from cordboard.portal.credentials import add_outbound
from cordboard.portal.rest.event_names import EVENTS
from cordboard.portal.rest.moments import micros
from cordboard.portal.tables import event_outbox


@pytest.fixture
def office(rest: Rest) -> Office:
    """An office whose outbound webhook hears of everything."""
    now = micros(rest.clock())
    rest.portal.store.write_sync(lambda c: add_outbound(c, "http://127.0.0.1:9/", EVENTS, 1, now))
    return Office(rest)


def caused(office: Office) -> list[tuple[str, Any]]:
    """The events that wait, with their data."""
    query = select(event_outbox.c.event, event_outbox.c.data).order_by(event_outbox.c.id)
    rows = office.rest.portal.store.read_sync(lambda c: c.execute(query).all())
    return [(row.event, msgspec.json.decode(row.data)) for row in rows]


def names(office: Office) -> list[str]:
    return [event for event, _ in caused(office)]


def fields(number: int) -> dict[str, Any]:
    return {"FIELDS": {"ID": number}}


def test_a_registration_tells_twice_and_its_repetition_once(office: Office) -> None:
    call = office.register()
    office.register()

    init = {"CALL_ID": call["CALL_ID"], "CALL_TYPE": 2, "CALLER_ID": "+79001234567", "REST_APP_ID": ""}
    start = {"CALL_ID": call["CALL_ID"], "USER_ID": 2}
    expected = [("ONVOXIMPLANTCALLINIT", init), ("ONVOXIMPLANTCALLSTART", start), ("ONVOXIMPLANTCALLINIT", init)]
    assert expected == caused(office)


def test_a_call_that_creates_tells_of_the_client_and_its_end_of_the_activity(office: Office) -> None:
    call = office.register(CRM_CREATE=1)
    finished = office.finish(call, USER_ID=3, DURATION=7)

    ended = caused(office)[3:]
    assert ("ONCRMLEADADD", fields(call["CRM_CREATED_LEAD"])) == caused(office)[2]
    assert ["ONVOXIMPLANTCALLEND", "ONCRMACTIVITYADD", "ONCRMLEADUPDATE"] == [event for event, _ in ended]
    assert fields(finished["CRM_ACTIVITY_ID"]) == ended[1][1]
    assert {
        "CALL_ID": call["CALL_ID"],
        "CALL_TYPE": 2,
        "PHONE_NUMBER": "+79001234567",
        "PORTAL_NUMBER": "REST_APP:",
        "PORTAL_USER_ID": 3,
        "CALL_DURATION": 7,
        "CALL_START_DATE": "2026-08-14T09:30:00+00:00",
        "COST": "0.0000",
        "COST_CURRENCY": "",
        "CALL_FAILED_CODE": "200",
        "CALL_FAILED_REASON": "",
        "CRM_ACTIVITY_ID": finished["CRM_ACTIVITY_ID"],
    } == ended[0][1]


@pytest.mark.parametrize(
    ("kind", "made"),
    [("lead", {"TITLE": "x"}), ("contact", {"NAME": "x"}), ("company", {"TITLE": "x"}), ("deal", {"TITLE": "x"})],
)
def test_a_client_tells_when_it_is_made_changed_and_deleted(office: Office, kind: str, made: dict[str, str]) -> None:
    number = office.rest.call(f"crm.{kind}.add", {"fields": made}).result
    office.rest.call(f"crm.{kind}.update", {"id": number, "fields": {"COMMENTS": "x"}})
    office.rest.call(f"crm.{kind}.delete", {"id": number})

    expected = [(f"ONCRM{kind.upper()}{what}", fields(number)) for what in ("ADD", "UPDATE", "DELETE")]
    assert expected == caused(office)


def test_an_activity_tells_when_it_is_made_changed_and_deleted(office: Office) -> None:
    contact = office.contact()
    todo = {"ownerTypeId": 3, "ownerId": contact, "deadline": "2026-08-15T12:00:00Z"}
    number = office.rest.call("crm.activity.todo.add", todo).result["id"]
    office.rest.call("crm.activity.update", {"id": number, "fields": {"COMPLETED": "Y"}})
    office.rest.call("crm.activity.delete", {"id": number})

    expected = [(f"ONCRMACTIVITY{what}", fields(number)) for what in ("ADD", "UPDATE", "DELETE")]
    assert expected == caused(office)[1:]


def test_a_task_tells_when_it_is_made_and_changed(office: Office) -> None:
    task = office.rest.call("tasks.task.add", {"fields": {"TITLE": "x", "RESPONSIBLE_ID": 2}}).result["task"]["id"]
    office.rest.call("tasks.task.complete", {"taskId": task})

    assert ["ONTASKADD", "ONTASKUPDATE"] == names(office)
    assert ["undefined", {"ID": 1}] == [data["FIELDS_BEFORE"] for _, data in caused(office)]
    assert [{"ID": 1}] * 2 == [data["FIELDS_AFTER"] for _, data in caused(office)]


def test_a_new_employee_is_told_of(office: Office) -> None:
    sent = {"EMAIL": "eva@example.org", "NAME": "Eva", "UF_DEPARTMENT": [1]}

    number = office.rest.call("user.add", sent).result

    [(event, data)] = caused(office)
    assert ("ONUSERADD", number, "Eva", [1]) == (event, data["ID"], data["NAME"], data["UF_DEPARTMENT"])


def test_what_is_refused_causes_nothing(office: Office) -> None:
    office.rest.call("crm.contact.update", {"id": 99, "fields": {"NAME": "x"}})
    office.rest.call("telephony.externalCall.register", {"USER_ID": 999, "TYPE": 2, "PHONE_NUMBER": "1"})
    office.rest.call("tasks.task.update", {"taskId": 99, "fields": {"TITLE": "x"}})

    assert [] == caused(office)


def test_an_event_of_a_test_reaches_only_its_own_application(office: Office) -> None:
    token = {"auth": office.rest.application["access_token"]}
    bound = {**token, "event": "OnAppTest", "handler": "http://127.0.0.1:9/own"}
    office.rest.call("event.bind", bound, webhook="/rest/")

    office.rest.call("event.test", {**token, "colour": "red"}, webhook="/rest/")

    [(event, data)] = caused(office)
    assert ("ONAPPTEST", {"colour": "red"}) == (event, data["QUERY"])


def test_a_binding_by_an_employee_hears_only_what_that_employee_does(rest: Rest) -> None:
    token = {"auth": token_of(rest, 2)}
    bound = {**token, "event": "OnCrmLeadAdd", "handler": "http://127.0.0.1:9/own"}
    rest.call("event.bind", bound, webhook="/rest/")

    rest.call("crm.lead.add", {"fields": {"TITLE": "by the administrator"}})
    own = rest.call("crm.lead.add", {**token, "fields": {"TITLE": "by the employee"}}, webhook="/rest/").result

    rows = rest.portal.store.read_sync(lambda c: c.execute(select(event_outbox)).all())
    assert [(fields(own), 2, 2)] == [(msgspec.json.decode(row.data), row.user_id, row.auth_type) for row in rows]


def test_an_employee_sees_only_the_own_bindings(rest: Rest) -> None:
    admin, employee = {"auth": rest.application["access_token"]}, {"auth": token_of(rest, 2)}
    for who, event in ((admin, "OnCrmLeadAdd"), (employee, "OnCrmDealAdd")):
        rest.call("event.bind", {**who, "event": event, "handler": "http://127.0.0.1:9/"}, webhook="/rest/")

    seen = [
        [binding["event"] for binding in rest.call("event.get", who, webhook="/rest/").result]
        for who in (admin, employee)
    ]

    assert [["ONCRMLEADADD", "ONCRMDEALADD"], ["ONCRMDEALADD"]] == seen
