"""A call's life through the portal's REST on SQLite and on PostgreSQL: the same answers from the same code."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from cordboard.portal import basics, seed
from cordboard.portal.credentials import add_webhook
from cordboard.portal.portal import Portal
from cordboard.portal.rest.asgi import RestApp
from cordboard.portal.views.client_page import read_client_page
from cordboard.settings import Portal as PortalSettings

Call = Callable[..., Any]
NOW = int(datetime(2026, 8, 14, 9, 30, tzinfo=UTC).timestamp() * 1_000_000)
KNOWN = "+78125551000"


@pytest.fixture
def call(url: str, tmp_path: Path) -> Iterator[Call]:
    """A method of a portal with the demo's data."""
    portal = Portal.open(PortalSettings(files=f"{tmp_path}/files"), db=url)

    def fill(connection: Any) -> str:
        basics.install(connection, NOW, login="admin", password="secret", name="Maria", last_name="Stern")
        seed.seed(connection, NOW)
        return add_webhook(connection, 1, NOW)

    webhook = portal.store.write_sync(fill)
    app = RestApp(portal)

    async def post(method: str, params: dict[str, Any]) -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://portal.example") as client:  # pyright: ignore[reportArgumentType]
            return await client.post(webhook + method, json=params)

    def ask(method: str, **params: Any) -> Any:
        answer = asyncio.run(post(method, params))
        assert answer.status_code < 500, answer.text
        return answer.json().get("result", answer.json())

    yield ask
    portal.store.close_sync()


def test_a_call_of_a_known_client(call: Call) -> None:
    asked = {"USER_PHONE_INNER": "101", "PHONE_NUMBER": KNOWN, "TYPE": 2, "EXTERNAL_CALL_ID": "1", "CRM_CREATE": 1}

    made = call("telephony.externalCall.register", LINE_NUMBER="74951000001", **asked)
    again = call("telephony.externalCall.register", LINE_NUMBER="74951000001", **asked)
    shown = call("telephony.externalCall.show", CALL_ID=made["CALL_ID"], USER_ID=[2, 3])
    ended = call("telephony.externalCall.finish", CALL_ID=made["CALL_ID"], USER_ID=3, DURATION=5)
    message = {"SIDE": "User", "START_TIME": 0, "STOP_TIME": 2, "MESSAGE": "Hello"}
    text = call("telephony.call.attachTranscription", CALL_ID=made["CALL_ID"], MESSAGES=[message])
    rows = call("voximplant.statistic.get", FILTER={">CALL_DURATION": 1}, SORT="ID", ORDER="DESC")

    assert (made["CALL_ID"], True, {"TRANSCRIPT_ID": 1}) == (again["CALL_ID"], shown, text)
    assert ("COMPANY", 1, "200", True) == (
        ended["CRM_ENTITY_TYPE"],
        ended["CRM_ENTITY_ID"],
        ended["CALL_FAILED_CODE"],
        ended["CRM_ACTIVITY_ID"] is not False,
    )
    assert [("1", "3", KNOWN, "5")] == [
        (row["ID"], row["PORTAL_USER_ID"], row["PHONE_NUMBER"], row["CALL_DURATION"]) for row in rows
    ]


def test_a_call_of_nobody_makes_a_lead(call: Call) -> None:
    asked = {"USER_ID": 2, "PHONE_NUMBER": "+79990001122", "TYPE": 2, "CRM_CREATE": 1}
    made = call("telephony.externalCall.register", **asked)

    ended = call("telephony.externalCall.finish", CALL_ID=made["CALL_ID"], USER_PHONE_INNER="102")
    found = call("telephony.externalCall.searchCrmEntities", PHONE_NUMBER="89990001122")

    assert [{"ENTITY_TYPE": "LEAD", "ENTITY_ID": made["CRM_CREATED_LEAD"]}] == made["CRM_CREATED_ENTITIES"]
    assert ("304", 0) == (ended["CALL_FAILED_CODE"], ended["CALL_STATUS"])
    assert [("LEAD", made["CRM_CREATED_LEAD"], 3)] == [
        (item["CRM_ENTITY_TYPE"], item["CRM_ENTITY_ID"], item["ASSIGNED_BY_ID"]) for item in found
    ]


@pytest.mark.parametrize("big", [2**31, 2**62])
def test_ids_beyond_every_column_are_nobodys(call: Call, big: int) -> None:
    asked = {"USER_ID": 2, "PHONE_NUMBER": "+79990001122", "TYPE": 2}

    refused = call("telephony.externalCall.register", **asked | {"USER_ID": big})
    named = call("telephony.externalCall.register", CRM_ENTITY_TYPE="CONTACT", CRM_ENTITY_ID=big, **asked)
    shown = call("telephony.externalCall.show", CALL_ID=named["CALL_ID"], USER_ID=big)
    rows = call("voximplant.statistic.get", FILTER={"ID": big, "<CALL_DURATION": big, "CRM_BINDINGS.ENTITY_ID": big})

    assert "User is not found or is not active" == refused["error_description"]
    assert (None, True, []) == (named["CRM_ENTITY_ID"], shown, rows)


@pytest.mark.parametrize("big", [2**31, 2**62, -(2**40)])
@pytest.mark.parametrize(
    ("method", "name"),
    [
        ("crm.contact.get", "id"),
        ("crm.contact.delete", "id"),
        ("crm.activity.get", "id"),
        ("crm.activity.delete", "id"),
        ("crm.activity.binding.list", "activityId"),
        ("tasks.task.get", "taskId"),
        ("department.get", "ID"),
        ("user.get", "ID"),
        ("user.get", "UF_DEPARTMENT"),
        ("user.update", "ID"),
    ],
)
def test_a_method_asked_for_an_id_beyond_every_column_answers(call: Call, method: str, name: str, big: int) -> None:
    assert call(method, **{name: big}) is not None


@pytest.mark.parametrize("big", [2**31, 2**62])
def test_ids_beyond_every_column_in_fields_and_filters_are_nobodys(call: Call, big: int) -> None:
    owner = {"OWNER_TYPE_ID": 3, "OWNER_ID": big}
    letter = {"TYPE_ID": 2, "SUBJECT": "x", "RESPONSIBLE_ID": 1, "COMMUNICATIONS": [{"VALUE": "1"}]}
    comment = {"ENTITY_TYPE": "contact", "ENTITY_ID": big, "COMMENT": "x"}

    assert "error" in call("crm.item.get", entityTypeId=3, id=big)
    assert "error" in call("crm.activity.add", fields=owner | letter)
    assert "error" in call("crm.timeline.comment.add", fields=comment)
    assert "error" in call("tasks.task.add", fields={"TITLE": "x", "RESPONSIBLE_ID": big})
    assert call("im.notify.personal.add", USER_ID=big, MESSAGE="x") is False
    for method in ("crm.contact.list", "crm.status.list", "crm.activity.list"):
        assert [] == call(method, filter={"ID": big})
    assert [] == call("crm.contact.list", filter={"ASSIGNED_BY_ID": [big]})
    assert [] == call("crm.activity.list", filter={"BINDINGS": [owner]})
    assert [] == call("crm.item.list", entityTypeId=3, filter={">id": big})["items"]
    assert [] == call("tasks.task.list", filter={"RESPONSIBLE_ID": big})["tasks"]


def test_a_part_of_a_number_is_found_in_its_digits(call: Call) -> None:
    made = call("telephony.externalCall.register", USER_ID=2, PHONE_NUMBER=KNOWN, TYPE=2)
    call("telephony.externalCall.finish", CALL_ID=made["CALL_ID"], USER_ID=2, DURATION=15)

    for wanted, expected in (({"%CALL_DURATION": "5"}, 1), ({"?ID": "9"}, 0), ({"%COST": "0"}, 1)):
        assert expected == len(call("voximplant.statistic.get", FILTER=wanted))


@pytest.mark.parametrize("start", [2**31, 2**62])
def test_a_list_that_begins_beyond_every_row_is_empty(call: Call, start: int) -> None:
    assert [] == call("crm.contact.list", start=start)
    assert [] == call("voximplant.statistic.get", start=start)
    assert [] == call("user.get", start=start)


def test_the_page_of_a_client_beyond_every_column_is_not_found(url: str) -> None:
    portal = Portal.open(db=url)

    page = portal.store.read_sync(lambda connection: read_client_page(connection, "CONTACT", 3_000_000_000, NOW, ""))
    assert page is None
    portal.store.close_sync()
