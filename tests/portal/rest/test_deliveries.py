"""What waits in the outbox: in which order it is due, what an attempt leaves, what comes too late."""

from typing import Any

from sqlalchemy import select
from tests.portal.rest.conftest import Rest

from cordboard.portal import deliveries
from cordboard.portal.credentials import add_outbound, remove_application
from cordboard.portal.deliveries import Attempt
from cordboard.portal.outbox import Outbox
from cordboard.portal.rest.moments import micros
from cordboard.portal.tables import application, event_outbox

ADDRESS = "http://127.0.0.1:9/events"
REFUSED = Attempt(500, "it answered 500")
NOBODY = Attempt(None, "it cannot be reached", unreachable=True)


def now(rest: Rest) -> int:
    return micros(rest.clock())


def bind(rest: Rest, *events: str) -> None:
    rest.portal.store.write_sync(lambda c: add_outbound(c, ADDRESS, events, 1, now(rest)))


def say(rest: Rest, *events: tuple[str, str]) -> None:
    def work(connection: Any) -> None:
        outbox = Outbox(connection, 1, "http://portal.example", now(rest))
        for event, subject in events:
            outbox.add(event, {}, subject)

    rest.portal.store.write_sync(work)


def due(rest: Rest) -> list[Any]:
    return rest.portal.store.read_sync(lambda c: deliveries.due_rows(c, ADDRESS, now(rest)))


def events(rows: list[Any]) -> list[tuple[str, str]]:
    return [(row.event, row.subject) for row in rows]


def fail(rest: Rest, row: Any, attempt: Attempt, retries: int = 3) -> int:
    return rest.portal.store.write_sync(lambda c: deliveries.failed(c, row, attempt, retries, now(rest)))


def log(rest: Rest) -> list[Any]:
    return rest.portal.store.read_sync(lambda c: deliveries.list_deliveries(c, 100))


def test_the_end_of_a_call_never_overtakes_its_beginning(rest: Rest) -> None:
    bind(rest, "ONVOXIMPLANTCALLSTART", "ONVOXIMPLANTCALLEND")
    say(rest, ("ONVOXIMPLANTCALLSTART", "call:a"), ("ONVOXIMPLANTCALLEND", "call:a"), ("ONVOXIMPLANTCALLEND", "call:b"))

    first = due(rest)
    fail(rest, first[0], REFUSED)

    assert [("ONVOXIMPLANTCALLSTART", "call:a"), ("ONVOXIMPLANTCALLEND", "call:b")] == events(first)
    assert [("ONVOXIMPLANTCALLEND", "call:b")] == events(due(rest))
    rest.clock.forward(seconds=5)
    again = due(rest)
    assert [("ONVOXIMPLANTCALLSTART", "call:a"), ("ONVOXIMPLANTCALLEND", "call:b")] == events(again)
    rest.portal.store.write_sync(lambda c: deliveries.delivered(c, again[0], Attempt(200, ""), now(rest)))
    assert ("ONVOXIMPLANTCALLEND", "call:a") in events(due(rest))


def test_an_event_is_tried_four_times_within_a_minute_and_every_attempt_is_in_the_log(rest: Rest) -> None:
    bind(rest, "ONCRMLEADADD")
    say(rest, ("ONCRMLEADADD", "LEAD:1"))

    lost = 0
    for pause in (5, 15, 30, 0):
        lost += fail(rest, due(rest)[0], REFUSED)
        rest.clock.forward(seconds=pause)

    assert (1, []) == (lost, due(rest))
    assert [(4, "lost"), (3, "again"), (2, "again"), (1, "again")] == [(row.attempt, row.outcome) for row in log(rest)]
    assert {(500, "it answered 500", ADDRESS, "{}")} == {
        (row.status, row.reason, row.handler, row.data) for row in log(rest)
    }


def test_where_nobody_answers_everything_that_waits_there_is_tried_later(rest: Rest) -> None:
    bind(rest, "ONCRMLEADADD")
    say(rest, *(("ONCRMLEADADD", f"LEAD:{number}") for number in range(5)))

    fail(rest, due(rest)[0], NOBODY)

    assert [] == due(rest)
    rest.clock.forward(seconds=5)
    assert 5 == len(due(rest))
    assert 5 == fail(rest, due(rest)[0], NOBODY, retries=1)
    assert [] == rest.portal.store.read_sync(lambda c: c.execute(select(event_outbox)).all())


def test_a_click_of_an_hour_ago_rings_no_telephone(rest: Rest) -> None:
    bind(rest, "ONEXTERNALCALLSTART", "ONCRMLEADADD")
    say(rest, ("ONEXTERNALCALLSTART", "call:a"), ("ONCRMLEADADD", "LEAD:1"))
    rest.clock.forward(hours=1)

    late = rest.portal.store.write_sync(lambda c: deliveries.forget_stale(c, now(rest)))

    assert (1, [("ONCRMLEADADD", "LEAD:1")]) == (late, events(due(rest)))
    assert [("ONEXTERNALCALLSTART", "lost")] == [(row.event, row.outcome) for row in log(rest)]


def test_an_uninstalled_application_hears_of_it_and_its_token_says_so(rest: Rest) -> None:
    own = {"auth": rest.application["access_token"]}
    for event in ("ONAPPUNINSTALL", "ONCRMLEADADD"):
        rest.call("event.bind", {"event": event, "handler": ADDRESS, **own}, webhook="/rest/")
    rest.call("telephony.externalLine.add", {"NUMBER": "trunk-1", **own}, webhook="/rest/")
    rest.call("crm.lead.add", {"fields": {"TITLE": "One"}})

    def work(connection: Any) -> None:
        its_id = connection.execute(select(application.c.id)).scalar_one()
        remove_application(Outbox(connection, 1, "http://portal.example", now(rest)), its_id)

    rest.portal.store.write_sync(work)
    rest.app.credentials.forget()

    waiting = due(rest)
    assert ["ONAPPUNINSTALL"] == [row.event for row in waiting]
    assert rest.application["application_token"] == waiting[0].application_token
    assert [] == rest.call("voximplant.line.get").result
    refused = rest.call("profile", own, webhook="/rest/").refusal
    assert (401, "APPLICATION_NOT_FOUND", "Application not found") == refused
