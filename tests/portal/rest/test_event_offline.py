"""The offline queue: one row per changed object, taken, hidden, cleared, marked; and the notice of new ones."""

from typing import Any

import pytest
from sqlalchemy import select
from tests.portal.rest.conftest import Rest
from tests.portal.rest.test_revocation import token_of

from cordboard.portal.rest import oauth
from cordboard.portal.rest.moments import micros
from cordboard.portal.tables import event_handler, event_outbox


def ask(rest: Rest, method: str, **params: Any) -> Any:
    """By the application of an administrator."""
    return rest.call(method, {"auth": rest.application["access_token"], **params}, webhook="/rest/")


def bind(rest: Rest, event: str = "OnCrmContactUpdate", **params: Any) -> None:
    assert ask(rest, "event.bind", event=event, event_type="offline", **params).result is True


def change(rest: Rest, contact: int, **params: Any) -> None:
    rest.call("crm.contact.update", {"id": contact, "fields": {"POST": "Head"}, **params})


@pytest.fixture
def contact(rest: Rest) -> int:
    return rest.call("crm.contact.add", {"fields": {"NAME": "Ada"}}).result


def test_several_changes_of_one_object_are_one_row_and_are_taken_once(rest: Rest, contact: int) -> None:
    bind(rest)
    other = rest.call("crm.contact.add", {"fields": {"NAME": "Bob"}}).result
    for changed in (contact, other, contact):
        change(rest, changed)
        rest.clock.forward(seconds=1)

    taken = ask(rest, "event.offline.get").result

    events = [(event["EVENT_NAME"], event["EVENT_DATA"]["FIELDS"]["ID"]) for event in taken["events"]]
    assert [("ONCRMCONTACTUPDATE", other), ("ONCRMCONTACTUPDATE", contact)] == events
    assert {"user_id": 1} == taken["events"][0]["EVENT_ADDITIONAL"]
    assert 32 == len(taken["events"][0]["MESSAGE_ID"])
    assert taken["process_id"] is None
    assert [] == ask(rest, "event.offline.get").result["events"]


def test_what_a_process_holds_is_hidden_until_it_is_cleared(rest: Rest, contact: int) -> None:
    bind(rest)
    change(rest, contact)
    held = ask(rest, "event.offline.get", clear=0).result

    change(rest, contact)

    fresh = ask(rest, "event.offline.list", filter={"PROCESS_ID": ""}).body
    again = ask(rest, "event.offline.get", clear=0, process_id=held["process_id"]).result
    assert (1, held["events"][0]["MESSAGE_ID"]) == (fresh["total"], fresh["result"][0]["MESSAGE_ID"])
    assert held == again
    assert ask(rest, "event.offline.clear", process_id=held["process_id"]).result is True
    assert [""] == [row["PROCESS_ID"] for row in ask(rest, "event.offline.list").result]


def test_an_event_that_could_not_be_worked_off_is_marked_and_found_again(rest: Rest, contact: int) -> None:
    bind(rest)
    change(rest, contact)
    held = ask(rest, "event.offline.get", clear=0).result
    messages = [event["MESSAGE_ID"] for event in held["events"]]

    ask(rest, "event.offline.error", process_id=held["process_id"], message_id=messages)

    assert ["1"] == [row["ERROR"] for row in ask(rest, "event.offline.list").result]
    assert [] == ask(rest, "event.offline.get").result["events"]
    assert messages == [event["MESSAGE_ID"] for event in ask(rest, "event.offline.get", error=1).result["events"]]


def test_only_some_rows_of_a_process_are_cleared(rest: Rest, contact: int) -> None:
    bind(rest)
    other = rest.call("crm.contact.add", {"fields": {"NAME": "Bob"}}).result
    change(rest, contact)
    change(rest, other)
    held = ask(rest, "event.offline.get", clear=0).result
    first, second = held["events"]

    ask(rest, "event.offline.clear", process_id=held["process_id"], id=[first["ID"]])

    assert [second["ID"]] == [row["ID"] for row in ask(rest, "event.offline.list").result]


def test_changes_under_the_key_of_a_queue_are_not_told_to_it(rest: Rest, contact: int) -> None:
    bind(rest, auth_connector="exchange")
    change(rest, contact, auth_connector="exchange")
    rest.call("batch", {"cmd": [f"crm.contact.update?id={contact}&fields[POST]=x&auth_connector=exchange"]})
    assert [] == ask(rest, "event.offline.list", auth_connector="exchange").result

    change(rest, contact)

    assert 1 == len(ask(rest, "event.offline.list", auth_connector="exchange").result)
    assert [] == ask(rest, "event.offline.list").result


def test_a_notice_comes_not_more_often_than_asked(rest: Rest, contact: int) -> None:
    bind(rest)
    handler, options = "http://127.0.0.1:9/", {"minTimeout": 10}
    ask(rest, "event.bind", event="OnOfflineEvent", handler=handler, options=options)

    for _ in range(3):
        change(rest, contact)
        rest.clock.forward(seconds=6)

    waiting = rest.portal.store.read_sync(lambda c: list(c.execute(select(event_outbox.c.event)).scalars()))
    assert ["ONOFFLINEEVENT"] * 2 == waiting


def test_what_nobody_fetches_is_forgotten_after_a_month(rest: Rest, contact: int) -> None:
    bind(rest)
    change(rest, contact)
    rest.clock.forward(days=31)
    client, secret = rest.application["client_id"], rest.application["client_secret"]
    refreshed = rest.portal.store.write_sync(
        lambda c: oauth.refresh(c, client, secret, rest.application["refresh_token"], micros(rest.clock()))
    )
    rest.application["access_token"] = refreshed.access_token

    assert [] == ask(rest, "event.offline.get").result["events"]


def test_the_queue_is_for_administrators(rest: Rest) -> None:
    rest.application["access_token"] = token_of(rest, 2)

    for method in ("event.offline.get", "event.offline.list"):
        assert (403, "ACCESS_DENIED", "Access denied!") == ask(rest, method).refusal
    for method in ("event.offline.clear", "event.offline.error"):
        assert (403, "ACCESS_DENIED", "Access denied!") == ask(rest, method, process_id="x").refusal
    refused = ask(rest, "event.bind", event="ONCRMLEADADD", event_type="offline").refusal
    assert (
        403,
        "ACCESS_DENIED",
        "Access denied! Offline events binding requires administrator access rights",
    ) == refused


def test_a_webhook_has_no_queue(rest: Rest) -> None:
    assert (403, "WRONG_AUTH_TYPE") == rest.call("event.offline.get").refusal[:2]


def test_bindings_are_listed_and_ended_each_by_its_kind(rest: Rest) -> None:
    bind(rest, auth_connector="exchange")
    ask(rest, "event.bind", event="ONCRMLEADADD", handler="http://127.0.0.1:9/")

    listed = ask(rest, "event.get").result
    ended = ask(rest, "event.unbind", event="OnCrmContactUpdate", event_type="offline", auth_connector="exchange")

    assert {"event": "ONCRMCONTACTUPDATE", "connector_id": "exchange", "offline": 1} == listed[0]
    assert {"event": "ONCRMLEADADD", "handler": "http://127.0.0.1:9/", "auth_type": "0", "offline": 0} == listed[1]
    assert {"count": 1} == ended.result
    assert 1 == len(rest.portal.store.read_sync(lambda c: c.execute(select(event_handler)).all()))
