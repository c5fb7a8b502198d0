"""Acceptance 1 to 20, 32 and 33: a call is registered, its client found, created, or left alone."""

import asyncio
import re
from typing import Any

import pytest
from sqlalchemy import insert
from tests.portal.rest.acceptance import ANNA, BORIS, CALL, NUMBER, Office, acceptance, client
from tests.portal.rest.conftest import Rest

from cordboard.portal.credentials import add_webhook
from cordboard.portal.rest.moments import micros
from cordboard.portal.tables import exclusion


@pytest.fixture
def office(rest: Rest) -> Office:
    return Office(rest)


@acceptance(1)
def test_a_call_is_registered_by_extension_under_an_opaque_id(office: Office) -> None:
    call = office.register(USER_ID=0, USER_PHONE_INNER="101")

    assert re.fullmatch(r"externalCall\.[0-9a-f]{32}\.\d{10}", call["CALL_ID"])
    assert ANNA == office.finish(call)["PORTAL_USER_ID"]


@acceptance(2)
def test_the_same_registration_is_the_same_call_without_an_error_of_creation(office: Office) -> None:
    office.contact()
    first = office.register(CRM_CREATE=1, TYPE=1)

    again = office.register(CRM_CREATE=1, TYPE=1)

    assert "" == first.pop("LEAD_CREATION_ERROR")
    assert first == again


@acceptance(3)
def test_two_calls_that_differ_only_in_their_external_id_are_two(office: Office) -> None:
    first, second = office.register(EXTERNAL_CALL_ID="a"), office.register(EXTERNAL_CALL_ID="b")

    assert first["CALL_ID"] != second["CALL_ID"]
    assert ["a", "b"] == [office.finish(call)["EXTERNAL_CALL_ID"] for call in (first, second)]


@acceptance(4)
def test_a_registration_without_external_id_finds_the_call_that_has_one(office: Office) -> None:
    assert office.register(EXTERNAL_CALL_ID="a")["CALL_ID"] == office.register()["CALL_ID"]


@acceptance(5)
def test_a_call_that_began_over_half_an_hour_ago_is_always_new(office: Office) -> None:
    start = "2026-08-14T08:59:00+00:00"

    assert office.register(CALL_START_DATE=start)["CALL_ID"] != office.register(CALL_START_DATE=start)["CALL_ID"]


@acceptance(6)
def test_neither_permission_to_create_nor_the_start_makes_another_call(office: Office) -> None:
    first = office.register(CRM_CREATE=0)

    second = office.register(CRM_CREATE=1, CALL_START_DATE="2026-08-14T09:20:00+00:00")

    assert first["CALL_ID"] == second["CALL_ID"]


@acceptance(7)
def test_applications_have_calls_of_their_own_and_webhooks_share_theirs(office: Office) -> None:
    rest, now = office.rest, micros(office.rest.clock())
    method, other_webhook = (
        "telephony.externalCall.register",
        rest.portal.store.write_sync(lambda c: add_webhook(c, 1, now)),
    )

    def by_token(token: str) -> str:
        return rest.call(method, {**CALL, "auth": token}, webhook="/rest/").result["CALL_ID"]

    webhooks = {rest.call(method, CALL, webhook=webhook).result["CALL_ID"] for webhook in (rest.webhook, other_webhook)}
    applications = {by_token(rest.application["access_token"]), by_token(office.another_application())}

    assert (1, 2, 3) == (len(webhooks), len(applications), len(webhooks | applications))


@acceptance(8)
def test_a_number_with_another_trunk_prefix_is_the_same_client(office: Office) -> None:
    contact = office.contact("8 (900) 123-45-67")

    assert ("CONTACT", contact) == client(office.register())


@acceptance(9)
def test_a_national_number_is_found_only_by_a_line_of_its_country(office: Office) -> None:
    contact = office.contact("9001234567")

    without, within = office.register(), office.register(LINE_NUMBER="+74951112233")

    assert [("", None), ("CONTACT", contact)] == [client(without), client(within)]


@acceptance(10)
def test_a_contact_comes_before_a_lead(office: Office) -> None:
    office.lead()
    contact = office.contact()

    assert ("CONTACT", contact) == client(office.register())


@acceptance(11)
def test_of_two_contacts_the_one_with_an_open_deal_and_the_deal_owns_the_activity(office: Office) -> None:
    office.contact()
    second = office.contact()
    deal = office.deal(second)

    call = office.register()
    office.finish(call, DURATION=5)

    activity = office.activity(call)
    assert ("CONTACT", second) == client(call)
    assert ("2", str(deal)) == (activity["OWNER_TYPE_ID"], activity["OWNER_ID"])


@acceptance(12)
def test_a_finished_lead_is_not_found_and_a_new_one_is_made(office: Office) -> None:
    finished = office.lead(STATUS_ID="JUNK")

    made = office.register(CRM_CREATE=1)["CRM_CREATED_LEAD"]

    assert isinstance(made, int)
    assert finished != made


@acceptance(13)
def test_an_unknown_caller_becomes_a_lead_whose_title_tells_of_the_call(office: Office) -> None:
    call = office.register(CRM_CREATE=1)

    lead = call["CRM_CREATED_LEAD"]
    assert isinstance(lead, int)
    assert [{"ENTITY_TYPE": "LEAD", "ENTITY_ID": lead}] == call["CRM_CREATED_ENTITIES"]
    assert office.get("lead", lead)["TITLE"].endswith(" - Incoming call")


@acceptance(14)
def test_a_known_client_without_deals_gets_a_repeat_lead_and_stays_primary(office: Office) -> None:
    contact = office.contact()

    call = office.register(CRM_CREATE=1)

    lead = office.get("lead", call["CRM_CREATED_LEAD"])
    assert ("CONTACT", contact) == client(call)
    assert ("Y", str(contact)) == (lead["IS_RETURN_CUSTOMER"], lead["CONTACT_ID"])


@acceptance(15)
def test_an_outgoing_call_to_a_known_client_creates_nothing(office: Office) -> None:
    office.contact()

    call = office.register(CRM_CREATE=1, TYPE=1)

    assert ([], "") == (call["CRM_CREATED_ENTITIES"], call["LEAD_CREATION_ERROR"])


def without_leads(office: Office) -> None:
    asyncio.run(office.rest.portal.set_switch("crm_mode", "simple"))


@acceptance(16)
def test_without_leads_an_unknown_caller_becomes_a_contact_with_a_deal(office: Office) -> None:
    without_leads(office)

    call = office.register(CRM_CREATE=1)

    assert call["CRM_CREATED_LEAD"] is None
    assert {"CONTACT", "DEAL"} == {entity["ENTITY_TYPE"] for entity in call["CRM_CREATED_ENTITIES"]}


@acceptance(17)
def test_without_leads_a_client_with_an_open_deal_gets_no_other(office: Office) -> None:
    without_leads(office)
    office.deal(office.contact())

    call = office.register(CRM_CREATE=1)

    assert ([], "") == (call["CRM_CREATED_ENTITIES"], call["LEAD_CREATION_ERROR"])


@acceptance(18)
def test_an_excluded_number_leaves_only_a_statistics_row(office: Office) -> None:
    office.contact()
    row = {"type": "PHONE", "value": NUMBER, "key": NUMBER.lstrip("+")}
    office.rest.portal.store.write_sync(lambda c: c.execute(insert(exclusion).values(**row)))

    call = office.register(CRM_CREATE=1)
    finished = office.finish(call, DURATION=5)

    assert (("", None), []) == (client(call), call["CRM_CREATED_ENTITIES"])
    assert finished["CRM_ACTIVITY_ID"] is False
    assert 1 == len(office.calls())


@acceptance(19)
def test_an_employees_mobile_makes_no_lead_and_the_answer_says_why(office: Office) -> None:
    office.rest.call("user.update", {"ID": BORIS, "PERSONAL_MOBILE": NUMBER})

    assert "Lead creation is disabled for local users" == office.register(CRM_CREATE=1)["LEAD_CREATION_ERROR"]


@acceptance(20)
def test_a_colleagues_extension_is_an_internal_call(office: Office) -> None:
    call = office.register(PHONE_NUMBER="102", TYPE=1, CRM_CREATE=1)

    assert ("", None) == client(call)
    assert "LEAD_CREATION_ERROR" not in call


@acceptance(32)
def test_what_cannot_be_registered_is_refused_in_the_originals_words(office: Office) -> None:
    def refusal(**params: Any) -> Any:
        return office.rest.call("telephony.externalCall.register", CALL | params).refusal

    assert (400, "", "Unknown TYPE") == refusal(TYPE=6)
    assert (400, "", "CALL_START_DATE should be in the ISO-8601 format") == refusal(CALL_START_DATE="yesterday")
    assert (400, "", "Unsupported phone number format") == refusal(PHONE_NUMBER="abc")
    assert (400, "", "User is not found or is not active") == refusal(USER_ID=999)


@acceptance(33)
def test_an_unknown_line_appears_among_the_applications_own(office: Office) -> None:
    token = {"auth": office.rest.application["access_token"]}
    office.rest.call("telephony.externalCall.register", {**CALL, **token, "LINE_NUMBER": "trunk-7"}, webhook="/rest/")

    own = office.rest.call("telephony.externalLine.get", token, webhook="/rest/").result
    of_webhooks = office.rest.call("telephony.externalLine.get").result

    assert [{"NUMBER": "trunk-7", "NAME": "", "CRM_AUTO_CREATE": "Y"}] == own
    assert [] == of_webhooks
