"""`telephony.externalCall.finish`, the statistics, `searchCrmEntities`, lines and the connector's own methods."""

from typing import Any

import pytest
from sqlalchemy import func, insert, select

from cordboard.portal.changes import CallFinished, CallStateChanged
from cordboard.portal.tables import card, missed, note, notification, open_call

CALL = {"USER_ID": 2, "PHONE_NUMBER": "+79001234567", "TYPE": 2, "EXTERNAL_CALL_ID": "pbx-1"}


def register(rest: Any, **params: Any) -> Any:
    return rest.call("telephony.externalCall.register", CALL | params).result


def finish(rest: Any, call_id: str, **params: Any) -> Any:
    return rest.call("telephony.externalCall.finish", {"CALL_ID": call_id, "USER_ID": 2} | params)


def add_contact(rest: Any) -> int:
    return rest.call("crm.contact.add", {"fields": {"NAME": "Pavel", "PHONE": [{"VALUE": "+79001234567"}]}}).result


def test_finish_answers_every_key_of_the_statistics_record(rest: Any) -> None:
    contact = add_contact(rest)
    call_id = register(rest, LINE_NUMBER="74951000001")["CALL_ID"]

    result = finish(rest, call_id, DURATION=12, COST=1.5, COST_CURRENCY="EUR", VOTE=5).result

    activity = result.pop("CRM_ACTIVITY_ID")
    assert isinstance(activity, int)
    assert {
        "ID": 1,
        "CALL_ID": call_id,
        "EXTERNAL_CALL_ID": "pbx-1",
        "PORTAL_USER_ID": 2,
        "PHONE_NUMBER": "+79001234567",
        "PORTAL_NUMBER": "74951000001",
        "INCOMING": "2",
        "CALL_DURATION": 12,
        "CALL_START_DATE": {},
        "CALL_STATUS": 1,
        "CALL_VOTE": 5,
        "COST": 1.5,
        "COST_CURRENCY": "EUR",
        "CALL_FAILED_CODE": "200",
        "CALL_FAILED_REASON": "",
        "REST_APP_ID": None,
        "REST_APP_NAME": False,
        "COMMENT": None,
        "CRM_ENTITY_TYPE": "CONTACT",
        "CRM_ENTITY_ID": contact,
    } == result


def test_a_second_finish_does_not_find_the_call(rest: Any) -> None:
    call_id = register(rest)["CALL_ID"]
    finish(rest, call_id)

    refusal = finish(rest, call_id).refusal

    assert (400, "", "Call is not found (call should be registered prior to finishing") == refusal


@pytest.mark.parametrize(
    ("params", "refusal"),
    [
        ({"CALL_ID": "x"}, (400, "", "USER_ID or USER_PHONE_INNER should be set")),
        ({"CALL_ID": 5, "USER_ID": 2}, (400, "INVALID_ARGUMENT", "CALL_ID must be a string")),
        ({"CALL_ID": ["x"], "USER_ID": 2}, (400, "INVALID_ARGUMENT", "CALL_ID must be a string")),
    ],
)
def test_bad_parameters_are_refused_to_the_letter(rest: Any, params: Any, refusal: Any) -> None:
    assert refusal == rest.call("telephony.externalCall.finish", params).refusal


def test_a_refused_finish_leaves_the_call_open_and_writes_nothing(rest: Any) -> None:
    add_contact(rest)
    call_id = register(rest, EXTERNAL_CALL_ID="x" * 65)["CALL_ID"]

    assert (400, "", "Unexpected database error") == finish(rest, call_id).refusal
    assert (400, "", "User is not found or is not active") == finish(rest, call_id, USER_ID=77).refusal

    assert 1 == rest.portal.store.read_sync(lambda c: c.execute(select(func.count()).select_from(open_call)).scalar())
    assert [] == rest.call("crm.activity.list").result


def test_without_client_there_is_no_activity_and_the_answer_says_so(rest: Any) -> None:
    result = finish(rest, register(rest)["CALL_ID"]).result

    expected = {"ACTIVITY_CREATION": "Could not find associated crm entity for the current call"}
    assert (False, expected) == (result["CRM_ACTIVITY_ID"], result["ERRORS"])
    assert "CRM_ENTITY_TYPE" not in result


def test_a_client_made_during_the_call_gets_the_activity(rest: Any) -> None:
    call_id = register(rest)["CALL_ID"]
    add_contact(rest)

    assert isinstance(finish(rest, call_id).result["CRM_ACTIVITY_ID"], int)


def test_what_the_call_created_follows_the_user_who_served_it(rest: Any) -> None:
    made = register(rest, CRM_CREATE=1)

    finish(rest, made["CALL_ID"], USER_ID=1, DURATION=3)

    assert "1" == rest.call("crm.lead.get", {"id": made["CRM_CREATED_LEAD"]}).result["ASSIGNED_BY_ID"]


def test_the_activity_belongs_to_the_open_deal_of_the_client(rest: Any) -> None:
    contact = add_contact(rest)
    deal = rest.call("crm.deal.add", {"fields": {"TITLE": "Order", "CONTACT_ID": contact}}).result
    call_id = register(rest)["CALL_ID"]

    finish(rest, call_id, DURATION=7)

    found = rest.call("crm.activity.list", {"filter": {"ORIGIN_ID": f"VI_{call_id}"}}).result
    assert [("2", str(deal), "2", "Incoming from +7 900 123-45-67")] == [
        (item["OWNER_TYPE_ID"], item["OWNER_ID"], item["TYPE_ID"], item["SUBJECT"]) for item in found
    ]


def test_a_missed_number_is_listed_until_it_is_called_back(rest: Any) -> None:
    finish(rest, register(rest)["CALL_ID"])
    finish(rest, register(rest, TYPE=1)["CALL_ID"], DURATION=5)

    rows = rest.portal.store.read_sync(lambda c: c.execute(select(missed)).all())
    assert [True] == [row.called_back_at is not None for row in rows]


def test_the_note_of_the_card_is_returned_as_comment_and_cards_end(rest: Any) -> None:
    told: list[Any] = []
    call_id = register(rest, SHOW=1)["CALL_ID"]
    row = {"call_id": call_id, "user_id": 2, "text": "wants a refund", "changed_at": 1}
    rest.portal.store.write_sync(lambda c: c.execute(insert(note).values(**row)))
    rest.portal.subscribe(told.append)

    assert "wants a refund" == finish(rest, call_id).result["COMMENT"]

    assert CallFinished(call_id, None, 2, (2,)) == told[-1]
    assert [] == rest.portal.store.read_sync(lambda c: c.execute(select(card)).all())


def test_an_applications_call_names_the_application(rest: Any) -> None:
    auth = {"auth": rest.application["access_token"]}
    made = rest.call("telephony.externalCall.register", CALL | auth, webhook="/rest/").result

    result = finish(rest, made["CALL_ID"]).result

    assert ("1", "Tests", "REST_APP:1") == tuple(
        result[name] for name in ("REST_APP_ID", "REST_APP_NAME", "PORTAL_NUMBER")
    )


def test_statistics_filter_sort_and_page(rest: Any) -> None:
    for number in range(55):
        call_id = register(rest, EXTERNAL_CALL_ID=f"pbx-{number}")["CALL_ID"]
        finish(rest, call_id, DURATION=number)

    answer = rest.call("voximplant.statistic.get", {"SORT": "CALL_DURATION", "ORDER": "DESC", "start": 50}).body
    long = rest.call("voximplant.statistic.get", {"FILTER": {">CALL_DURATION": 52, "NONSENSE": 1}}).body
    one = rest.call("voximplant.statistic.get", {"FILTER": {"EXTERNAL_CALL_ID": "pbx-7"}, "start": -1}).body

    assert (["4", "3", "2", "1", "0"], 55) == ([row["CALL_DURATION"] for row in answer["result"]], answer["total"])
    assert ["53", "54"] == [row["CALL_DURATION"] for row in long["result"]]
    assert ([("2", "7", "0.0000")], 0) == (
        [(row["CALL_TYPE"], row["CALL_DURATION"], row["COST"]) for row in one["result"]],
        one["total"],
    )


def test_search_tells_the_client_and_who_is_responsible(rest: Any) -> None:
    contact = add_contact(rest)

    found = rest.call("telephony.externalCall.searchCrmEntities", {"PHONE_NUMBER": "8 900 123 45 67"}).result

    assert [("CONTACT", contact, "Pavel", 1, "1")] == [
        (
            item["CRM_ENTITY_TYPE"],
            item["CRM_ENTITY_ID"],
            item["NAME"],
            item["ASSIGNED_BY_ID"],
            item["ASSIGNED_BY"]["ID"],
        )
        for item in found
    ]
    assert (400, "", "PHONE_NUMBER is empty") == rest.call("telephony.externalCall.searchCrmEntities").refusal


def test_lines_are_added_changed_listed_and_deleted(rest: Any) -> None:
    def line(name: str, **params: Any) -> Any:
        return rest.call(f"telephony.externalLine.{name}", params)

    assert {"ID": 1} == line("add", NUMBER="74951000001", NAME="Site").result
    assert (400, "", "Line already exists") == line("add", NUMBER="74951000001").refusal
    assert {"ID": "1"} == line("update", NUMBER="74951000001", CRM_AUTO_CREATE="N").result
    assert (400, "", "There are no fields to update") == line("update", NUMBER="74951000001").refusal
    assert (400, "", "Could not find line with number 5") == line("delete", NUMBER="5").refusal
    assert [{"NUMBER": "74951000001", "NAME": "Site", "CRM_AUTO_CREATE": "N"}] == line("get").result
    assert [] == line("delete", NUMBER="74951000001").result
    assert (400, "", "NUMBER should not be empty") == line("delete").refusal


def state(call_id: str, seq: int, place: str) -> dict[str, Any]:
    return {"PBX": "main", "LINKEDID": "1.1", "SEQ": seq, "CALL_ID": call_id, "PLACE": place, "CONVERSATIONS": []}


def test_only_a_newer_state_changes_a_live_call(rest: Any) -> None:
    told: list[Any] = []
    call_id = register(rest)["CALL_ID"]
    rest.portal.subscribe(told.append)

    for seq, place in ((1, "ringing"), (3, "talking"), (2, "ringing")):
        assert rest.call("cordboard.call.state", state(call_id, seq, place)).result is True

    live = rest.portal.live.get(call_id)
    assert ("talking", [CallStateChanged(call_id)] * 2) == (live.place, told)


def test_a_state_of_an_unknown_call_stays_in_the_dark(rest: Any) -> None:
    told: list[Any] = []
    rest.portal.subscribe(told.append)

    assert rest.call("cordboard.call.state", state("externalCall.unknown.1", 1, "ringing")).result is True

    assert ([], None) == (told, rest.portal.live.get("externalCall.unknown.1"))


def test_hello_gives_the_same_token_each_time(rest: Any) -> None:
    params = {"PBX": ["main"], "EVENTS_URL": "http://127.0.0.1:8090/events/portal"}

    first = rest.call("cordboard.connector.hello", params).result
    second = rest.call("cordboard.connector.hello", params).result

    assert first["APPLICATION_TOKEN"]
    assert first == second


def test_a_finish_may_leave_a_notification_but_not_for_a_blocked_caller(rest: Any) -> None:
    finish(rest, register(rest)["CALL_ID"], ADD_TO_CHAT=1)
    finish(rest, register(rest)["CALL_ID"], ADD_TO_CHAT=1, STATUS_CODE="423")
    finish(rest, register(rest)["CALL_ID"])

    messages = rest.portal.store.read_sync(lambda c: list(c.execute(select(notification.c.message)).scalars()))
    assert ["Incoming from +79001234567"] == messages


def test_a_record_address_is_kept_and_answered(rest: Any) -> None:
    result = finish(rest, register(rest)["CALL_ID"], RECORD_URL="http://pbx.example/rec/a.wav").result

    assert "http://pbx.example/rec/a.wav" == result["CALL_RECORD_URL"]
