"""`FILTER` of `voximplant.statistic.get`: words in any alphabet, and the clients a call is bound to."""

from typing import Any

import pytest
from sqlalchemy import update

from cordboard.portal import basics
from cordboard.portal.rest.moments import micros
from cordboard.portal.tables import call


def finished(rest: Any, number: str) -> str:
    asked = {"USER_ID": 2, "PHONE_NUMBER": number, "TYPE": 2}
    call_id = rest.call("telephony.externalCall.register", asked).result["CALL_ID"]
    rest.call("telephony.externalCall.finish", {"CALL_ID": call_id, "USER_ID": 2, "DURATION": 15})
    return call_id


def found(rest: Any, **wanted: Any) -> set[str]:
    return {row["CALL_ID"] for row in rest.call("voximplant.statistic.get", {"FILTER": wanted}).result}


@pytest.fixture
def calls(rest: Any) -> tuple[str, str, str]:
    """One of contact 1 with deal 2, one of company 1, one of nobody."""
    contact = {"NAME": "Pavel", "PHONE": [{"VALUE": "+79001234567"}]}
    rest.call("crm.contact.add", {"fields": contact})
    rest.call("crm.company.add", {"fields": {"TITLE": "Engines", "PHONE": [{"VALUE": "+79007654321"}]}})
    rest.call("crm.deal.add", {"fields": {"TITLE": "Nobody's"}})
    rest.call("crm.deal.add", {"fields": {"TITLE": "Order", "CONTACT_ID": 1}})
    return finished(rest, "+79001234567"), finished(rest, "+79007654321"), finished(rest, "+79000000000")


def bound_to(kind: object, number: object) -> dict[str, object]:
    return {"CRM_BINDINGS.ENTITY_TYPE": kind, "CRM_BINDINGS.ENTITY_ID": number}


def test_kind_and_id_of_a_binding_belong_together(rest: Any, calls: tuple[str, str, str]) -> None:
    of_contact, of_company, _ = calls

    assert set() == found(rest, **bound_to("CONTACT", 2))
    assert {of_contact} == found(rest, **bound_to("CONTACT", 1)) == found(rest, **bound_to("DEAL", 2))
    assert {of_contact, of_company} == found(rest, **bound_to(["CONTACT", "COMPANY"], "1"))


def test_a_negated_binding_excludes_the_calls_that_have_it(rest: Any, calls: tuple[str, str, str]) -> None:
    of_contact, of_company, of_nobody = calls

    assert {of_company, of_nobody} == found(rest, **{"!CRM_BINDINGS.ENTITY_TYPE": "DEAL"})
    assert {of_nobody} == found(rest, **{"!CRM_BINDINGS.ENTITY_ID": [1, 2]})
    beside = {"CRM_BINDINGS.ENTITY_TYPE": "DEAL", "!CRM_BINDINGS.ENTITY_ID": 1}
    assert {of_contact} == found(rest, **beside)


@pytest.mark.parametrize("empty", [[], {}])
def test_an_empty_list_of_bindings_is_dropped(rest: Any, calls: tuple[str, str, str], empty: object) -> None:
    assert set(calls) == found(rest, **{"CRM_BINDINGS.ENTITY_ID": empty, "CRM_BINDINGS.ENTITY_TYPE": empty})


def test_words_are_found_in_any_alphabet(rest: Any) -> None:
    now = micros(rest.clock())
    person = {"login": "ivan", "name": "Иван", "last_name": "Петров"}
    ivan = rest.portal.store.write_sync(lambda c: basics.add_user(c, now, **person))
    rest.call("crm.contact.add", {"fields": {"NAME": "Жанна"}})
    call_id = finished(rest, "+79001234567")
    rest.portal.store.write_sync(lambda c: c.execute(update(call).values(comment="Просит Счёт")))

    assert [str(ivan)] == [row["ID"] for row in rest.call("user.search", {"FIND": "иван"}).result]
    assert ["1"] == [row["ID"] for row in rest.call("crm.contact.list", {"filter": {"%NAME": "жАН"}}).result]
    assert {call_id} == found(rest, **{"%COMMENT": "счёт"})


def test_a_part_of_a_number_is_found_in_its_digits(rest: Any) -> None:
    call_id = finished(rest, "+79001234567")

    assert ({call_id}, set()) == (found(rest, **{"%CALL_DURATION": "1"}), found(rest, **{"?CALL_DURATION": "7"}))
