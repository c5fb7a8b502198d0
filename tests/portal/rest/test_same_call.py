"""The table of idempotence over the wire: which differences make another call, which do not."""

from typing import Any

import pytest
from tests.portal.rest.acceptance import Office
from tests.portal.rest.conftest import Rest


@pytest.fixture
def office(rest: Rest) -> Office:
    return Office(rest)


FIRST: dict[str, Any] = {"EXTERNAL_CALL_ID": "a", "LINE_NUMBER": "74951000001"}
SAME: list[tuple[str, dict[str, Any]]] = [
    ("nothing differs", {}),
    ("no external id is sent", {"EXTERNAL_CALL_ID": None}),
    ("no line is sent", {"LINE_NUMBER": None}),
    ("an empty line is none", {"LINE_NUMBER": " "}),
    ("permission to create", {"CRM_CREATE": 1}),
    ("a start", {"CALL_START_DATE": "2026-08-14T09:10:00+00:00"}),
    ("the card", {"SHOW": 1}),
    ("a client", {"CRM_ENTITY_TYPE": "CONTACT", "CRM_ENTITY_ID": 5}),
    ("a source", {"CRM_SOURCE": "WEB"}),
    ("a dialling list", {"CALL_LIST_ID": 3}),
    ("the extension instead of the user", {"USER_ID": None, "USER_PHONE_INNER": "101"}),
    ("blanks in the number", {"PHONE_NUMBER": "+7 (900) 123-45-67"}),
]
OTHER: list[tuple[str, dict[str, Any]]] = [
    ("the user", {"USER_ID": 3}),
    ("the spelling of the number", {"PHONE_NUMBER": "79001234567"}),
    ("the trunk prefix", {"PHONE_NUMBER": "89001234567"}),
    ("the type", {"TYPE": 3}),
    ("the line", {"LINE_NUMBER": "74951000002"}),
    ("the external id", {"EXTERNAL_CALL_ID": "b"}),
    ("an empty external id", {"EXTERNAL_CALL_ID": ""}),
]


def without_none(params: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in params.items() if value is not None}


def register(office: Office, **params: Any) -> str:
    sent = without_none({"USER_ID": 2, "PHONE_NUMBER": "+79001234567", "TYPE": 2, "SHOW": 0, **params})
    return office.rest.call("telephony.externalCall.register", sent).result["CALL_ID"]


@pytest.mark.parametrize("difference", [difference for _, difference in SAME], ids=[says for says, _ in SAME])
def test_the_same_call_though_there_differs(office: Office, difference: dict[str, Any]) -> None:
    assert register(office, **FIRST) == register(office, **FIRST | difference)


@pytest.mark.parametrize("difference", [difference for _, difference in OTHER], ids=[says for says, _ in OTHER])
def test_another_call_because_there_differs(office: Office, difference: dict[str, Any]) -> None:
    assert register(office, **FIRST) != register(office, **FIRST | difference)


@pytest.mark.parametrize(
    ("start", "minutes", "same"),
    [
        (None, 29, True),
        (None, 31, False),
        ("2026-08-14T09:10:00+00:00", 5, True),
        ("2026-08-14T09:10:00+00:00", 15, False),
        ("2026-08-14T08:50:00+00:00", 0, False),
        ("2026-08-14T10:30:00+00:00", 80, True),
        ("2026-08-14T12:10:00+03:00", 5, True),
    ],
    ids=[
        "29 min",
        "31 min",
        "began 25 min ago",
        "began 35 min ago",
        "began 40 min ago",
        "a clock ahead",
        "another zone",
    ],
)
def test_half_an_hour_counts_from_the_start_of_the_call(
    office: Office, start: str | None, minutes: int, same: bool
) -> None:
    first = register(office, CALL_START_DATE=start)
    office.rest.clock.forward(minutes=minutes)

    assert same == (first == register(office, CALL_START_DATE=start))


def test_the_first_without_and_the_second_with_an_external_id_are_two_calls(office: Office) -> None:
    assert register(office) != register(office, EXTERNAL_CALL_ID="a")


def test_a_finished_call_is_not_found_again(office: Office) -> None:
    first = register(office)
    office.finish({"CALL_ID": first})

    assert first != register(office)
