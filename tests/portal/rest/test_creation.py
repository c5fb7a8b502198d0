"""What a call creates, with leads and without, over the wire; the pure half is in `tests/portal/crm`."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import insert
from tests.portal.rest.acceptance import Office
from tests.portal.rest.conftest import Rest

from cordboard.portal.tables import exclusion
from cordboard.settings import Portal as Settings


@pytest.fixture
def office(rest: Rest) -> Office:
    return Office(rest)


NOBODY, LEAD, CLOSED_LEAD = "nobody", "a lead in work", "a closed lead"
CONTACT, COMPANY, BOTH = "a contact", "a company", "a contact and its company"
WITH_DEAL, WITH_WON_DEAL, WITH_REPEAT = (
    "a contact with an open deal",
    "a contact with a won deal",
    "a contact with a repeat lead",
)
CLASSIC: dict[str, Any] = {}
NO_REPEAT = {"repeat_leads": False}
REUSE = {"reuse_closed_lead": True}
SIMPLE = {"crm_mode": "simple"}
SIMPLE_NO_REPEAT = SIMPLE | NO_REPEAT
ABSENT = "absent"
CREATION: list[tuple[str, dict[str, Any], int, list[str], str]] = [
    # found, switches, type, created kinds, LEAD_CREATION_ERROR
    (NOBODY, CLASSIC, 2, ["LEAD"], ABSENT),
    (NOBODY, CLASSIC, 1, ["LEAD"], ABSENT),
    (NOBODY, CLASSIC, 3, ["LEAD"], ABSENT),
    (NOBODY, SIMPLE, 2, ["CONTACT", "DEAL"], ABSENT),
    (NOBODY, SIMPLE, 1, ["CONTACT", "DEAL"], ABSENT),
    (LEAD, CLASSIC, 2, [], ABSENT),
    (LEAD, SIMPLE, 2, [], ABSENT),
    (CLOSED_LEAD, CLASSIC, 2, ["LEAD"], ABSENT),
    (CLOSED_LEAD, REUSE, 2, [], ABSENT),
    (CONTACT, CLASSIC, 2, ["LEAD"], ABSENT),
    (COMPANY, CLASSIC, 2, ["LEAD"], ABSENT),
    (BOTH, CLASSIC, 2, ["LEAD"], ABSENT),
    (CONTACT, CLASSIC, 1, [], ""),
    (CONTACT, NO_REPEAT, 2, [], ""),
    (CONTACT, SIMPLE, 2, ["DEAL"], ABSENT),
    (COMPANY, SIMPLE, 2, ["DEAL"], ABSENT),
    (CONTACT, SIMPLE_NO_REPEAT, 2, ["DEAL"], ABSENT),
    (CONTACT, SIMPLE, 1, [], ""),
    (WITH_DEAL, CLASSIC, 2, [], ""),
    (WITH_DEAL, SIMPLE, 2, [], ""),
    (WITH_WON_DEAL, CLASSIC, 2, ["LEAD"], ABSENT),
    (WITH_WON_DEAL, SIMPLE, 2, ["DEAL"], ABSENT),
    (WITH_REPEAT, CLASSIC, 2, [], ""),
    (WITH_REPEAT, SIMPLE, 2, [], ""),
]


def known(office: Office, found: str) -> None:
    """Make what the portal shall find by the number."""
    match found:
        case "a lead in work":
            office.lead()
        case "a closed lead":
            office.lead(STATUS_ID="JUNK")
        case "a company" | "a contact and its company":
            sent = {"TITLE": "Engines", "PHONE": [{"VALUE": "+79001234567"}]}
            company = office.rest.call("crm.company.add", {"fields": sent}).result
            if found == BOTH:
                office.contact(COMPANY_ID=company)
        case "a contact" | "a contact with an open deal" | "a contact with a won deal":
            contact = office.contact()
            if found != CONTACT:
                deal = office.deal(contact)
                stage = "WON" if found == WITH_WON_DEAL else "EXECUTING"
                office.rest.call("crm.deal.update", {"id": deal, "fields": {"STAGE_ID": stage}})
        case "a contact with a repeat lead":
            office.contact()
            office.finish(office.register(CRM_CREATE=1))
        case _:
            pass


@pytest.mark.parametrize(
    ("found", "switches", "kind", "created", "error"),
    CREATION,
    ids=[f"{found}, {switches or 'classic'}, type {kind}" for found, switches, kind, *_ in CREATION],
)
def test_a_call_creates_what_the_table_says(
    office: Office, found: str, switches: dict[str, Any], kind: int, created: list[str], error: str
) -> None:
    known(office, found)
    for name, value in switches.items():
        asyncio.run(office.rest.portal.set_switch(name, value))

    call = office.register(CRM_CREATE=1, TYPE=kind)

    assert created == sorted(entity["ENTITY_TYPE"] for entity in call["CRM_CREATED_ENTITIES"])
    assert error == call.get("LEAD_CREATION_ERROR", ABSENT)
    lead = next((one["ENTITY_ID"] for one in call["CRM_CREATED_ENTITIES"] if one["ENTITY_TYPE"] == "LEAD"), None)
    assert lead == call["CRM_CREATED_LEAD"]
    if lead is not None:
        returning = "N" if found in (NOBODY, CLOSED_LEAD) else "Y"
        assert returning == office.get("lead", lead)["IS_RETURN_CUSTOMER"]


@pytest.mark.parametrize(
    "params", [{}, {"CRM_CREATE": 0}, {"CRM_CREATE": "0"}, {"CRM_CREATE": ""}, {"CRM_CREATE": False}]
)
def test_without_permission_nothing_is_created_and_nothing_said(office: Office, params: dict[str, Any]) -> None:
    call = office.register(**params)

    assert ([], False) == (call["CRM_CREATED_ENTITIES"], "LEAD_CREATION_ERROR" in call)


@pytest.mark.parametrize("params", [{"CRM_CREATE": "1"}, {"CRM_CREATE": True}, {"CRM_CREATE": "N"}, {"CRM": 1}])
def test_permission_is_given_as_php_reads_it(office: Office, params: dict[str, Any]) -> None:
    assert 1 == len(office.register(**params)["CRM_CREATED_ENTITIES"])


def test_a_number_in_the_exclusion_list_creates_nothing_and_says_nothing_had_to_be(office: Office) -> None:
    row = {"type": "PHONE", "value": "8 900 123-45-67", "key": "79001234567"}
    office.rest.portal.store.write_sync(lambda c: c.execute(insert(exclusion).values(**row)))

    call = office.register(CRM_CREATE=1)

    assert ([], "") == (call["CRM_CREATED_ENTITIES"], call["LEAD_CREATION_ERROR"])


def test_titles_are_written_in_the_portals_language(office: Office) -> None:
    office.rest.portal.settings = Settings(language="ru")

    call = office.register(CRM_CREATE=1)
    office.finish(call)

    assert "+7 900 123-45-67 - Входящий звонок" == office.get("lead", call["CRM_CREATED_LEAD"])["TITLE"]
    assert "Входящий от +7 900 123-45-67" == office.activity(call)["SUBJECT"]
