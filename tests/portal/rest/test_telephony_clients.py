"""Clients that are not there, or not there any more, while a call runs; and what the activity says of them."""

from typing import Any

import pytest

NUMBER = "+79001234567"
CALL = {"USER_ID": 2, "PHONE_NUMBER": NUMBER, "TYPE": 2}


def register(rest: Any, **params: Any) -> Any:
    return rest.call("telephony.externalCall.register", CALL | params).result


def finish(rest: Any, call_id: str, **params: Any) -> Any:
    return rest.call("telephony.externalCall.finish", {"CALL_ID": call_id, "USER_ID": 2} | params).result


def add_contact(rest: Any, name: str = "Pavel") -> int:
    return rest.call("crm.contact.add", {"fields": {"NAME": name, "PHONE": [{"VALUE": NUMBER}]}}).result


def activity_of(rest: Any, call_id: str) -> Any:
    asked = {"filter": {"ORIGIN_ID": f"VI_{call_id}"}, "select": ["*", "COMMUNICATIONS"]}
    return rest.call("crm.activity.list", asked).result[0]


@pytest.mark.parametrize("kind", ["CONTACT", "COMPANY", "LEAD", "DEAL"])
def test_a_named_client_that_does_not_exist_is_no_client(rest: Any, kind: str) -> None:
    made = register(rest, CRM_CREATE=1, CRM_ENTITY_TYPE=kind, CRM_ENTITY_ID=999_999)

    lead = rest.call("crm.lead.get", {"id": made["CRM_CREATED_LEAD"]}).result
    assert ("LEAD", "N") == (made["CRM_ENTITY_TYPE"], lead["IS_RETURN_CUSTOMER"])


def test_a_client_deleted_during_the_call_is_replaced_by_who_has_the_number_now(rest: Any) -> None:
    gone = add_contact(rest, "Gone")
    call_id = register(rest)["CALL_ID"]
    rest.call("crm.contact.delete", {"id": gone})
    other = add_contact(rest, "Other")

    result = finish(rest, call_id)

    assert ("CONTACT", other) == (result["CRM_ENTITY_TYPE"], result["CRM_ENTITY_ID"])
    assert str(other) == activity_of(rest, call_id)["OWNER_ID"]


def test_a_contact_deleted_during_the_call_leaves_its_company(rest: Any) -> None:
    fields = {"TITLE": "Engines", "PHONE": [{"VALUE": NUMBER}]}
    company = rest.call("crm.company.add", {"fields": fields}).result
    contact = add_contact(rest)
    rest.call("crm.contact.update", {"id": contact, "fields": {"COMPANY_ID": company}})
    made = register(rest)
    rest.call("crm.contact.delete", {"id": contact})

    result = finish(rest, made["CALL_ID"])

    assert ("CONTACT", "COMPANY", company) == (
        made["CRM_ENTITY_TYPE"],
        result["CRM_ENTITY_TYPE"],
        result["CRM_ENTITY_ID"],
    )


def test_a_client_made_during_the_call_stands_in_the_statistics_and_the_communication(rest: Any) -> None:
    call_id = register(rest)["CALL_ID"]
    contact = add_contact(rest)
    rest.call("crm.deal.add", {"fields": {"TITLE": "Order", "CONTACT_ID": contact}})

    result = finish(rest, call_id)

    row = rest.call("voximplant.statistic.get", {"FILTER": {"CALL_ID": call_id}}).result[0]
    assert ("CONTACT", contact) == (result["CRM_ENTITY_TYPE"], result["CRM_ENTITY_ID"])
    assert ("CONTACT", str(contact)) == (row["CRM_ENTITY_TYPE"], row["CRM_ENTITY_ID"])
    expected = {"TYPE": "PHONE", "VALUE": NUMBER, "ENTITY_ID": str(contact), "ENTITY_TYPE_ID": "3"}
    assert [expected] == activity_of(rest, call_id)["COMMUNICATIONS"]


def test_an_empty_external_id_that_was_sent_is_part_of_the_key(rest: Any) -> None:
    first = register(rest, EXTERNAL_CALL_ID="pbx-1")["CALL_ID"]

    assert first == register(rest)["CALL_ID"]
    assert first != register(rest, EXTERNAL_CALL_ID="")["CALL_ID"]


def test_an_unknown_extension_is_told_before_a_call_id_that_is_no_string(rest: Any) -> None:
    refusal = rest.call("telephony.externalCall.finish", {"USER_PHONE_INNER": "999", "CALL_ID": 5}).refusal

    assert (400, "", "USER_ID or USER_PHONE_INNER should be set") == refusal
