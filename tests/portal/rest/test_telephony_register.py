"""`telephony.externalCall.register`, `show` and `hide` over the wire."""

from typing import Any

import pytest
from sqlalchemy import insert, select

from cordboard.portal import basics
from cordboard.portal.changes import CallRegistered, CardHidden, CardShown
from cordboard.portal.rest.moments import micros
from cordboard.portal.tables import card, exclusion, line, open_call, users

CALL = {"USER_ID": 2, "PHONE_NUMBER": "+7 900 123-45-67", "TYPE": 2, "SHOW": 0}
NOT_A_USER = (400, "", "User is not found or is not active")
NO_USER = (400, "", "USER_ID or USER_PHONE_INNER should be set")


def register(rest: Any, **params: Any) -> Any:
    return rest.call("telephony.externalCall.register", CALL | params).result


def add_contact(rest: Any, phone: str = "+79001234567", **fields: Any) -> int:
    sent = {"NAME": "Pavel", "PHONE": [{"VALUE": phone, "VALUE_TYPE": "WORK"}], **fields}
    return rest.call("crm.contact.add", {"fields": sent}).result


def test_an_unknown_number_is_registered_without_client(rest: Any) -> None:
    result = register(rest)

    assert result.pop("CALL_ID").startswith("externalCall.")
    assert {
        "CRM_CREATED_LEAD": None,
        "CRM_CREATED_ENTITIES": [],
        "CRM_ENTITY_TYPE": "",
        "CRM_ENTITY_ID": None,
    } == result


@pytest.mark.parametrize(
    ("params", "refusal"),
    [
        ({}, NO_USER),
        ({"USER_ID": 0}, NO_USER),
        ({"USER_PHONE_INNER": "999", "TYPE": 9}, NO_USER),
        ({"USER_ID": 2}, (400, "", "Unknown TYPE")),
        ({"USER_ID": 2, "TYPE": 6}, (400, "", "Unknown TYPE")),
        (
            {"USER_ID": 2, "TYPE": 2, "CALL_START_DATE": "yesterday"},
            (400, "", "CALL_START_DATE should be in the ISO-8601 format"),
        ),
        ({"USER_ID": 2, "TYPE": 2, "PHONE_NUMBER": "anonymous"}, (400, "", "Unsupported phone number format")),
        ({"USER_ID": 99, "TYPE": 2, "PHONE_NUMBER": "1"}, NOT_A_USER),
        ({"USER_ID": 2**70, "TYPE": 2, "PHONE_NUMBER": "1"}, NO_USER),
        ({"USER_ID": 2**40, "TYPE": 2, "PHONE_NUMBER": "1"}, NOT_A_USER),
    ],
)
def test_the_first_fault_is_told_in_the_order_of_the_original(rest: Any, params: Any, refusal: Any) -> None:
    assert refusal == rest.call("telephony.externalCall.register", params).refusal


def test_a_dismissed_user_gets_no_call(rest: Any) -> None:
    rest.portal.store.write_sync(lambda c: c.execute(users.update().where(users.c.id == 2).values(active=False)))

    assert NOT_A_USER == rest.call("telephony.externalCall.register", CALL).refusal


def test_the_same_call_within_thirty_minutes_is_the_same_call(rest: Any) -> None:
    first = register(rest, CRM_CREATE=1, EXTERNAL_CALL_ID="pbx-1")
    rest.clock.forward(minutes=29)

    again = register(rest, CRM_CREATE=1, EXTERNAL_CALL_ID="pbx-1")

    assert first == again


@pytest.mark.parametrize(
    "difference",
    [
        {"USER_ID": 1},
        {"PHONE_NUMBER": "79001234567"},
        {"TYPE": 1},
        {"EXTERNAL_CALL_ID": "pbx-2"},
        {"LINE_NUMBER": "74951000002"},
    ],
)
def test_a_call_that_differs_in_the_key_is_another(rest: Any, difference: Any) -> None:
    first = register(rest, EXTERNAL_CALL_ID="pbx-1", LINE_NUMBER="74951000001")

    second = register(rest, **{"EXTERNAL_CALL_ID": "pbx-1", "LINE_NUMBER": "74951000001"} | difference)

    assert first["CALL_ID"] != second["CALL_ID"]


def test_line_and_external_id_count_only_where_they_are_sent(rest: Any) -> None:
    first = register(rest, EXTERNAL_CALL_ID="pbx-1", LINE_NUMBER="74951000001")

    assert first["CALL_ID"] == register(rest)["CALL_ID"]
    assert first["CALL_ID"] != register(rest, EXTERNAL_CALL_ID="pbx-2")["CALL_ID"]


def test_after_thirty_minutes_or_back_dated_a_call_is_new(rest: Any) -> None:
    first = register(rest)
    rest.clock.forward(minutes=31)
    later = register(rest)
    back_dated = {"CALL_START_DATE": "2026-08-14T08:00:00+00:00", "EXTERNAL_CALL_ID": "old"}

    assert first["CALL_ID"] != later["CALL_ID"]
    assert register(rest, **back_dated)["CALL_ID"] != register(rest, **back_dated)["CALL_ID"]


def test_webhooks_share_one_namespace_and_an_application_has_its_own(rest: Any) -> None:
    first = register(rest)
    body = CALL | {"auth": rest.application["access_token"]}

    other = rest.call("telephony.externalCall.register", body, webhook="/rest/").result

    assert first["CALL_ID"] != other["CALL_ID"]


def test_an_unknown_number_may_create_a_lead(rest: Any) -> None:
    result = register(rest, CRM_CREATE=1, CRM_SOURCE="WEB", LINE_NUMBER="74951000001")

    lead = rest.call("crm.lead.get", {"id": result["CRM_CREATED_LEAD"]}).result
    assert [{"ENTITY_TYPE": "LEAD", "ENTITY_ID": result["CRM_CREATED_LEAD"]}] == result["CRM_CREATED_ENTITIES"]
    assert ("LEAD", result["CRM_CREATED_LEAD"]) == (result["CRM_ENTITY_TYPE"], result["CRM_ENTITY_ID"])
    assert "LEAD_CREATION_ERROR" not in result
    assert ("+7 900 123-45-67 - Incoming call", "WEB", "NEW", "2") == tuple(
        lead[name] for name in ("TITLE", "SOURCE_ID", "STATUS_ID", "ASSIGNED_BY_ID")
    )
    assert "Call routed to: +74951000001" == lead["SOURCE_DESCRIPTION"]
    assert "+79001234567" == lead["PHONE"][0]["VALUE"]


def test_an_unknown_source_falls_back_to_call(rest: Any) -> None:
    result = register(rest, CRM_CREATE=1, CRM_SOURCE="NONSENSE")

    assert "CALL" == rest.call("crm.lead.get", {"id": result["CRM_CREATED_LEAD"]}).result["SOURCE_ID"]


def test_a_known_client_gets_a_repeat_lead_once(rest: Any) -> None:
    contact = add_contact(rest)

    first = register(rest, CRM_CREATE=1, EXTERNAL_CALL_ID="1")
    second = register(rest, CRM_CREATE=1, EXTERNAL_CALL_ID="2")

    lead = rest.call("crm.lead.get", {"id": first["CRM_CREATED_LEAD"]}).result
    assert ("CONTACT", contact, "Y") == (first["CRM_ENTITY_TYPE"], first["CRM_ENTITY_ID"], lead["IS_RETURN_CUSTOMER"])
    assert (None, [], "") == tuple(
        second[name] for name in ("CRM_CREATED_LEAD", "CRM_CREATED_ENTITIES", "LEAD_CREATION_ERROR")
    )


def test_simple_mode_makes_a_contact_with_a_deal_and_shows_no_lead(rest: Any) -> None:
    rest.portal._switches["crm_mode"] = "simple"

    result = register(rest, CRM_CREATE=1)

    assert ["CONTACT", "DEAL"] == sorted(entity["ENTITY_TYPE"] for entity in result["CRM_CREATED_ENTITIES"])
    assert (None, "CONTACT") == (result["CRM_CREATED_LEAD"], result["CRM_ENTITY_TYPE"])
    assert [] == rest.call("crm.lead.list").result


def test_an_employees_number_creates_nothing_and_says_why(rest: Any) -> None:
    now = micros(rest.clock())
    user = rest.portal.store.write_sync(
        lambda c: basics.add_user(c, now, login="boris", name="Boris", last_name="Klein", extension="102")
    )
    rest.call("user.update", {"ID": user, "PERSONAL_MOBILE": "+79001234567"})

    assert "Lead creation is disabled for local users" == register(rest, CRM_CREATE=1)["LEAD_CREATION_ERROR"]


def test_an_internal_call_creates_nothing_and_says_nothing(rest: Any) -> None:
    result = register(rest, USER_ID=1, PHONE_NUMBER="101", TYPE=1, CRM_CREATE=1)

    assert ([], False) == (result["CRM_CREATED_ENTITIES"], "LEAD_CREATION_ERROR" in result)


def test_a_number_on_the_exclusion_list_finds_and_creates_nothing(rest: Any) -> None:
    add_contact(rest)
    row = {"type": "PHONE", "value": "8 (900) 123-45-67", "key": "79001234567"}
    rest.portal.store.write_sync(lambda c: c.execute(insert(exclusion).values(**row)))

    result = register(rest, CRM_CREATE=1)

    assert ("", [], "") == (result["CRM_ENTITY_TYPE"], result["CRM_CREATED_ENTITIES"], result["LEAD_CREATION_ERROR"])


def test_a_given_client_is_primary_and_an_empty_one_switches_the_search_off(rest: Any) -> None:
    known, other = add_contact(rest), add_contact(rest, "+79007777777")

    given = register(rest, CRM_ENTITY_TYPE="CONTACT", CRM_ENTITY_ID=other)
    empty = register(rest, CRM_ENTITY_TYPE="", CRM_ENTITY_ID="", EXTERNAL_CALL_ID="2")
    searched = register(rest, EXTERNAL_CALL_ID="3")

    assert [other, None, known] == [result["CRM_ENTITY_ID"] for result in (given, empty, searched)]


def test_an_international_line_also_finds_the_national_writing(rest: Any) -> None:
    contact = add_contact(rest, "900 123-45-67")

    without = register(rest)
    within = register(rest, LINE_NUMBER="74951000001")

    assert (None, contact) == (without["CRM_ENTITY_ID"], within["CRM_ENTITY_ID"])


def test_an_unknown_line_is_made_silently_once(rest: Any) -> None:
    register(rest, LINE_NUMBER=" 74951000001 ")
    register(rest, LINE_NUMBER="74951000001", EXTERNAL_CALL_ID="2")

    lines = rest.portal.store.read_sync(lambda c: c.execute(select(line.c.number, line.c.crm_auto_create)).all())
    assert [("74951000001", True)] == [tuple(row) for row in lines]


@pytest.mark.parametrize(("flag", "shown"), [(1, 1), ("N", 1), ("0", 0), (False, 0)])
def test_show_is_a_flag_as_php_reads_it(rest: Any, flag: Any, shown: int) -> None:
    register(rest, SHOW=flag)

    assert shown == len(rest.portal.store.read_sync(lambda c: c.execute(select(card)).all()))


def test_a_card_is_shown_to_several_and_hidden_from_one(rest: Any) -> None:
    told: list[Any] = []
    rest.portal.subscribe(told.append)
    call_id = register(rest, SHOW=1)["CALL_ID"]

    assert rest.call("telephony.externalCall.show", {"CALL_ID": call_id, "USER_ID": [1, "2", 77]}).result is True
    assert rest.call("telephony.externalCall.hide", {"CALL_ID": call_id, "USER_ID": 2}).result is True

    cards = rest.portal.store.read_sync(lambda c: c.execute(select(card.c.user_id)).scalars().all())
    assert [1] == cards
    assert [
        CallRegistered(call_id),
        CardShown(call_id, (2,)),
        CardShown(call_id, (1, 2)),
        CardHidden(call_id, (2,)),
    ] == told


@pytest.mark.parametrize("method", ["show", "hide"])
def test_a_card_of_no_call_is_false_and_no_error(rest: Any, method: str) -> None:
    assert rest.call(f"telephony.externalCall.{method}", {"CALL_ID": "externalCall.x.1"}).result is False


def test_the_start_is_kept_as_given(rest: Any) -> None:
    register(rest, CALL_START_DATE="2026-08-14T12:25:10+03:00")

    start = rest.portal.store.read_sync(lambda c: c.execute(select(open_call.c.start_at)).scalar_one())
    assert 1786699510_000000 == start


def test_a_call_nobody_finished_is_forgotten_after_thirty_days(rest: Any) -> None:
    old = register(rest, SHOW=1)["CALL_ID"]
    rest.clock.forward(days=31)

    new = register(rest, SHOW=1)["CALL_ID"]

    kept = rest.portal.store.read_sync(lambda c: list(c.execute(select(open_call.c.call_id)).scalars()))
    assert old != new
    assert [new] == kept
    assert [new] == rest.portal.store.read_sync(lambda c: list(c.execute(select(card.c.call_id)).scalars()))
