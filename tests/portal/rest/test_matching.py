"""Which number finds whom: the vectors of the original, asked over the wire; the pure half is in `tests/portal/crm`."""

import asyncio

import pytest
from tests.portal.crm.test_phone_key import VECTORS
from tests.portal.rest.acceptance import Office, client
from tests.portal.rest.conftest import Rest


@pytest.fixture
def office(rest: Rest) -> Office:
    return Office(rest)


TYPED = [typed for typed, _, key in VECTORS if key]


def test_a_number_finds_exactly_the_clients_with_the_same_key(office: Office) -> None:
    keys = {typed: key for typed, _, key in VECTORS}
    for typed in TYPED:
        office.contact(typed, NAME=typed)

    for typed in TYPED:
        same = [other for other in TYPED if keys[other] == keys[typed]]
        found = office.rest.call("crm.duplicate.findbycomm", {"type": "PHONE", "values": [typed]}).result
        names = [office.get("contact", number)["NAME"] for number in found["CONTACT"]]
        assert same == names, typed


@pytest.mark.parametrize(("typed", "cleaned"), [(typed, cleaned) for typed, cleaned, _ in VECTORS if cleaned])
def test_a_call_keeps_the_cleaned_number(rest: Rest, typed: str, cleaned: str) -> None:
    call = rest.call("telephony.externalCall.register", {"USER_ID": 2, "PHONE_NUMBER": typed, "TYPE": 2}).result
    finished = rest.call("telephony.externalCall.finish", {"CALL_ID": call["CALL_ID"], "USER_ID": 2})

    assert cleaned == finished.result["PHONE_NUMBER"]


@pytest.mark.parametrize(
    ("line", "caller", "stored", "found"),
    [
        ("74951112233", "+79001234567", "9001234567", True),
        ("+74951112233", "+79001234567", "900 123-45-67", True),
        ("+493012345678", "+4915123456789", "0151 23456789", True),
        ("trunk-1", "+79001234567", "9001234567", False),
        ("", "+79001234567", "9001234567", False),
        ("+493012345678", "+79001234567", "9001234567", True),
    ],
)
def test_the_country_of_the_line_gives_a_second_key(
    office: Office, line: str, caller: str, stored: str, found: bool
) -> None:
    contact = office.contact(stored)

    call = office.register(PHONE_NUMBER=caller, LINE_NUMBER=line)

    assert (("CONTACT", contact) if found else ("", None)) == client(call)


@pytest.mark.parametrize("stored", ["9001234567", "(900) 123-45-67", "8-900-123-45-67", "+7 900 1234567"])
def test_a_kinder_search_compares_the_last_ten_digits_where_a_switch_says_so(office: Office, stored: str) -> None:
    contact = office.contact(stored)
    strict = client(office.register(EXTERNAL_CALL_ID="strict"))

    asyncio.run(office.rest.portal.set_switch("kind_search", True))

    kind = client(office.register(EXTERNAL_CALL_ID="kind"))
    assert ("CONTACT", contact) == kind
    assert (kind if stored[0] in "8+" else ("", None)) == strict


def test_the_kinder_search_holds_for_a_client_made_during_the_call(office: Office) -> None:
    asyncio.run(office.rest.portal.set_switch("kind_search", True))
    call = office.register()
    contact = office.contact("900 123-45-67")

    office.finish(call, DURATION=5)

    assert str(contact) == office.activity(call)["OWNER_ID"]
