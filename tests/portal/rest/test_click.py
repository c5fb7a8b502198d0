"""A click on a number, and the callback form: what is registered, made and told, and to whom."""

import asyncio
from typing import Any

import msgspec
import pytest
from sqlalchemy import select, update
from tests.portal.rest.conftest import Rest

from cordboard.b24wire.errors import RestError
from cordboard.portal.callback import Wish, WishRefused, ask_callback
from cordboard.portal.clicks import Click, NoLine, start_call
from cordboard.portal.credentials import add_outbound
from cordboard.portal.rest.moments import micros
from cordboard.portal.tables import event_outbox, open_call, users

HANDLER = "http://127.0.0.1:9/events"
BASE = "http://portal.example"


def by_application(rest: Rest, method: str, **params: Any) -> Any:
    return rest.call(method, {"auth": rest.application["access_token"], **params}, webhook="/rest/").result


def line_of_application(rest: Rest, number: str = "74951000001", **params: Any) -> None:
    """A line of the application, chosen by user 2, and its handler."""
    by_application(rest, "telephony.externalLine.add", NUMBER=number, **params)
    by_application(rest, "event.bind", event="OnExternalCallStart", handler=HANDLER)
    rest.call("user.update", {"ID": 2, "UF_VI_BACKPHONE": number})


def click(rest: Rest, number: str = "8 (900) 123-45-67", **known: Any) -> Any:
    return asyncio.run(start_call(rest.portal, Click(2, number, **known), BASE))


def events(rest: Rest, name: str = "ONEXTERNALCALLSTART") -> list[Any]:
    rows = rest.portal.store.read_sync(lambda c: c.execute(select(event_outbox).order_by(event_outbox.c.id)).all())
    return [(row.application_id, msgspec.json.decode(row.data)) for row in rows if row.event == name]


def test_a_click_registers_first_and_tells_only_the_application_of_the_line(rest: Rest) -> None:
    line_of_application(rest)
    now = micros(rest.clock())
    rest.portal.store.write_sync(lambda c: add_outbound(c, HANDLER, ["ONEXTERNALCALLSTART"], 1, now))
    contact = rest.call("crm.contact.add", {"fields": {"NAME": "Ada", "PHONE": "+79001234567"}}).result

    started = click(rest, call_list_id=3)

    told: dict[str, Any] = {
        "PHONE_NUMBER": "8 (900) 123-45-67",
        "PHONE_NUMBER_INTERNATIONAL": "+79001234567",
        "EXTENSION": "",
        "USER_ID": 2,
        "CALL_LIST_ID": 3,
        "LINE_NUMBER": "74951000001",
        "IS_MOBILE": 0,
        "CALL_ID": started["CALL_ID"],
        "CRM_ENTITY_TYPE": "CONTACT",
        "CRM_ENTITY_ID": contact,
        "CRM_CREATED_LEAD": None,
        "CRM_CREATED_ENTITIES": [],
    }
    assert [(1, told)] == events(rest)
    finished = by_application(rest, "telephony.externalCall.finish", CALL_ID=started["CALL_ID"], USER_ID=2, DURATION=9)
    assert ("74951000001", "1", 200) == (
        finished["PORTAL_NUMBER"],
        finished["INCOMING"],
        int(finished["CALL_FAILED_CODE"]),
    )


@pytest.mark.parametrize(("create", "leads"), [("Y", 1), ("N", 0)])
def test_the_line_says_whether_a_click_creates_a_client(rest: Rest, create: str, leads: int) -> None:
    line_of_application(rest, CRM_AUTO_CREATE=create)

    click(rest)

    assert leads == len(rest.call("crm.lead.list").result)


def test_an_extension_is_dialled_afterwards(rest: Rest) -> None:
    line_of_application(rest)

    click(rest, "+7 812 999-33-31#404")

    [(_, told)] = events(rest)
    assert ("404", "+78129993331") == (told["EXTENSION"], told["PHONE_NUMBER_INTERNATIONAL"])
    assert "+78129993331" == rest.portal.store.read_sync(lambda c: c.execute(select(open_call.c.phone_number)).scalar())


def test_without_a_line_of_their_own_a_user_calls_by_the_portals(rest: Rest) -> None:
    line_of_application(rest)
    rest.portal.store.write_sync(lambda c: c.execute(update(users).values(backphone="")))
    with_one = click(rest)
    by_application(rest, "telephony.externalLine.add", NUMBER="trunk-2")
    by_application(rest, "voximplant.line.outgoing.set", LINE_ID="trunk-2")

    click(rest, "+79007654321")

    assert with_one["CALL_ID"]
    assert ["", "trunk-2"] == [told["LINE_NUMBER"] for _, told in events(rest)]


def test_where_nobody_makes_calls_the_user_is_told_what_to_do(rest: Rest) -> None:
    with pytest.raises(NoLine, match="no line is chosen for outgoing calls"):
        click(rest)
    rest.call("user.update", {"ID": 2, "UF_VI_BACKPHONE": "gone"})
    with pytest.raises(NoLine, match="the line gone is gone; choose another"):
        click(rest)


def test_a_text_that_is_no_number_is_refused(rest: Rest) -> None:
    line_of_application(rest)

    with pytest.raises(RestError, match="Unsupported phone number format"):
        click(rest, "ask Ada")


def test_a_planned_call_is_fulfilled_by_a_talk_and_stays_open_otherwise(rest: Rest) -> None:
    line_of_application(rest)
    contact = rest.call("crm.contact.add", {"fields": {"NAME": "Ada", "PHONE": "+79001234567"}}).result
    plan = {"OWNER_TYPE_ID": 3, "OWNER_ID": contact, "TYPE_ID": 2, "SUBJECT": "Ask again", "RESPONSIBLE_ID": 2}
    plan["COMMUNICATIONS"] = [{"TYPE": "PHONE", "VALUE": "+79001234567"}]
    planned = rest.call("crm.activity.add", {"fields": plan}).result

    unanswered = click(rest, activity_id=planned)["CALL_ID"]
    missed = by_application(rest, "telephony.externalCall.finish", CALL_ID=unanswered, USER_ID=2)
    assert "N" == rest.call("crm.activity.get", {"id": planned}).result["COMPLETED"]
    answered = click(rest, activity_id=planned)["CALL_ID"]
    talk = by_application(rest, "telephony.externalCall.finish", CALL_ID=answered, USER_ID=2, DURATION=30)

    filled = rest.call("crm.activity.get", {"id": planned}).result
    assert planned != missed["CRM_ACTIVITY_ID"]
    assert planned == talk["CRM_ACTIVITY_ID"]
    assert ("Y", f"VI_{answered}", "Ask again") == (filled["COMPLETED"], filled["ORIGIN_ID"], filled["SUBJECT"])


def wish(rest: Rest, line: str = "74951000001", phone: str = "+7 900 123-45-67") -> Any:
    return asyncio.run(ask_callback(rest.portal, Wish(line, phone, " Ada Byron ", "Call me"), BASE))


def test_a_callback_form_makes_a_lead_and_registers_no_call(rest: Rest) -> None:
    line_of_application(rest)
    by_application(rest, "event.bind", event="OnExternalCallBackStart", handler=HANDLER)

    kind, lead_id = wish(rest)

    lead = rest.call("crm.lead.get", {"id": lead_id}).result
    assert ("LEAD", "Ada Byron", "CALLBACK") == (kind, lead["NAME"], lead["SOURCE_ID"])
    assert "+7 900 123-45-67 - Callback" == lead["TITLE"]
    told = {"PHONE_NUMBER": "+79001234567", "TEXT": "Call me", "VOICE": "", "LINE_NUMBER": "74951000001"}
    told |= {"CRM_ENTITY_TYPE": "LEAD", "CRM_ENTITY_ID": lead_id}
    assert [(1, told)] == events(rest, "ONEXTERNALCALLBACKSTART")
    assert [] == rest.portal.store.read_sync(lambda c: c.execute(select(open_call)).all())


def test_a_known_client_who_asks_for_a_callback_is_not_made_twice(rest: Rest) -> None:
    line_of_application(rest)
    contact = rest.call("crm.contact.add", {"fields": {"NAME": "Ada", "PHONE": "+79001234567"}}).result

    first, second = wish(rest), wish(rest)

    assert [("CONTACT", contact)] * 2 == [first, second]
    assert 1 == len(rest.call("crm.lead.list").result)


@pytest.mark.parametrize(
    ("line", "phone", "status", "says"),
    [
        ("other", "+79001234567", 404, "there is no line other"),
        ("74951000001", "ask me", 400, "give a telephone number"),
    ],
)
def test_a_form_that_cannot_be_served_says_why(rest: Rest, line: str, phone: str, status: int, says: str) -> None:
    line_of_application(rest)

    with pytest.raises(WishRefused, match=says) as refusal:
        wish(rest, line, phone)

    assert status == refusal.value.status


def test_a_connector_with_a_webhook_alone_hears_of_clicks_without_any_setting(rest: Rest) -> None:
    hello = {"PBX": ["main"], "EVENTS_URL": HANDLER}
    token = rest.call("cordboard.connector.hello", hello).result["APPLICATION_TOKEN"]

    started = click(rest)

    [(application, told)] = events(rest)
    assert (0, "", started["CALL_ID"]) == (application, told["LINE_NUMBER"], told["CALL_ID"])
    finished = rest.call("telephony.externalCall.finish", {"CALL_ID": started["CALL_ID"], "USER_ID": 2}).result
    assert "REST_APP:" == finished["PORTAL_NUMBER"]
    assert token == rest.call("cordboard.connector.hello", hello).result["APPLICATION_TOKEN"]


def test_a_connector_that_moved_is_told_at_its_new_address_only(rest: Rest) -> None:
    rest.call("cordboard.connector.hello", {"PBX": ["main"], "EVENTS_URL": HANDLER})
    rest.call("cordboard.connector.hello", {"PBX": ["main"], "EVENTS_URL": "http://127.0.0.1:10/events"})

    click(rest)

    addresses = rest.portal.store.read_sync(lambda c: list(c.execute(select(event_outbox.c.handler)).scalars()))
    assert ["http://127.0.0.1:10/events"] == addresses
