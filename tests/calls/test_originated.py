"""Calls that a program begins: click-to-call and callback in every form, told in advance (`expect`) or not."""

from collections.abc import Callable
from typing import Any

import pytest

Tell = Callable[..., Any]

EMPLOYEE_FIRST = "0.0 CHAN_START 101/0 A exten=s num=101\n"
EMPLOYEE_ANSWERS = EMPLOYEE_FIRST + "2.0 ANSWER 101/0 A app=AppDial2\n"
CLIENT_RINGS = (
    EMPLOYEE_ANSWERS
    + """
2.0 APP_START 101/0 A app=Dial data=PJSIP/79161234567@trunk-a,12
2.1 CHAN_START trunk-a/1 A exten=s
"""
)
THROUGH_LOCAL = """
0.0 CHAN_START L101/0;1 A exten=101
0.0 CHAN_START L101/0;2 A exten=101
0.1 CHAN_START 101/0 A exten=s num=101
"""
CLIENT_FIRST = "0.0 CHAN_START trunk-a/0 A exten=s\n"
EXPECTED = ("101", "79161234567")


def sides(told: Any) -> tuple[str, str, str, int]:
    channel = told.call["channel"]
    return channel["type"], channel["from"]["original"], channel["to"]["original"], told.call["result"]


@pytest.mark.parametrize(
    ("rows", "result"),
    [
        ("4.0 HANGUP trunk-a/1 A cause=17 by=trunk-a/1\n4.1 HANGUP 101/0 A cause=17", 486),
        ("4.0 HANGUP trunk-a/1 A cause=127\n4.0 HANGUP 101/0 A cause=127 by=101/0", 487),
        ("9.0 HANGUP trunk-a/1 A cause=0\n9.1 HANGUP 101/0 A cause=19", 480),
        (
            "4.0 ANSWER trunk-a/1 A\n4.0 BRIDGE_ENTER trunk-a/1 A bridge=b1\n4.0 BRIDGE_ENTER 101/0 A bridge=b1\n"
            "9.0 HANGUP 101/0 A by=101/0\n9.0 HANGUP trunk-a/1 A by=101/0",
            200,
        ),
    ],
    ids=["busy", "given up", "not answered", "answered"],
)
@pytest.mark.parametrize("expect", [EXPECTED, None], ids=["told in advance", "begun by another program"])
def test_a_click_to_call_is_the_employees_call_to_the_client(
    tell: Tell, rows: str, result: int, expect: tuple[str, str] | None
) -> None:
    told = tell(CLIENT_RINGS + rows, expect=expect)

    assert ("outgoing", "101", "79161234567", result) == sides(told)
    assert ["79161234567"] == [number for number, *_ in told.people]


@pytest.mark.parametrize(
    ("rows", "result"),
    [
        (EMPLOYEE_FIRST + "5.0 HANGUP 101/0 A cause=19", 480),
        (EMPLOYEE_FIRST + "2.0 HANGUP 101/0 A cause=0", 480),
        (EMPLOYEE_FIRST + "1.0 HANGUP 101/0 A cause=21 by=101/0", 487),
        (EMPLOYEE_ANSWERS + "3.0 HANGUP 101/0 A cause=16 by=101/0", 487),
        (THROUGH_LOCAL + "5.0 HANGUP 101/0 A\n5.0 HANGUP L101/0;2 A\n5.0 HANGUP L101/0;1 A cause=19", 480),
    ],
    ids=["ignored", "withdrawn", "declined", "left before the client rang", "ignored behind Local"],
)
def test_a_click_to_call_that_never_reached_the_client_names_them_if_it_was_told_in_advance(
    tell: Tell, rows: str, result: int
) -> None:
    told = tell(rows, expect=EXPECTED)

    assert ("outgoing", "101", "79161234567", result) == sides(told)
    assert [] == told.people
    assert told.facts.originated


def test_a_click_to_call_that_was_told_in_advance_shows_the_client_from_its_first_row(tell: Tell) -> None:
    told = tell(EMPLOYEE_FIRST, expect=EXPECTED)

    [call] = told.tracker.calls.values()
    assert ("outgoing", "101", "79161234567") == (call.type, call.from_, call.to)


def test_a_click_to_call_to_a_colleague_is_local(tell: Tell) -> None:
    told = tell(
        EMPLOYEE_ANSWERS
        + """
        2.1 CHAN_START 102/1 A exten=s num=102
        4.0 ANSWER 102/1 A
        4.0 BRIDGE_ENTER 102/1 A bridge=b1
        4.0 BRIDGE_ENTER 101/0 A bridge=b1 with=102/1
        6.0 HANGUP 102/1 A by=102/1
        6.0 HANGUP 101/0 A by=102/1
        """,
        expect=("101", "102"),
    )

    assert ("local", "101", "102", 200) == sides(told)
    assert [("102", True, "101", "local")] == told.people


def test_behind_local_the_telephone_and_the_mobile_of_the_employee_ring_and_the_mobile_takes_it(tell: Tell) -> None:
    told = tell(
        """
        0.0 CHAN_START L101/0;1 A exten=101
        0.0 CHAN_START L101/0;2 A exten=101
        0.0 APP_START L101/0;2 A app=Dial data=PJSIP/101&PJSIP/79037654321@trunk-a,20
        0.1 CHAN_START 101/0 A exten=s num=101
        0.1 CHAN_START trunk-a/1 A exten=s
        3.0 ANSWER trunk-a/1 A num=79037654321
        3.0 HANGUP 101/0 A cause=26
        3.0 ANSWER L101/0;2 A
        3.0 ANSWER L101/0;1 A
        3.0 BRIDGE_ENTER trunk-a/1 A bridge=b1
        3.0 BRIDGE_ENTER L101/0;2 A bridge=b1 with=trunk-a/1
        3.1 APP_START L101/0;1 A app=Dial data=PJSIP/79161234567@trunk-a,12
        3.1 CHAN_START trunk-a/2 A exten=s
        5.0 ANSWER trunk-a/2 A num=79161234567
        5.0 BRIDGE_ENTER trunk-a/2 A bridge=b2
        5.0 BRIDGE_ENTER L101/0;1 A bridge=b2 with=trunk-a/2
        9.0 HANGUP trunk-a/2 A by=trunk-a/2
        9.0 HANGUP L101/0;1 A
        9.0 HANGUP L101/0;2 A
        9.0 HANGUP trunk-a/1 A by=trunk-a/2
        """,
        expect=EXPECTED,
    )

    assert ("outgoing", "101", "79161234567", 200) == sides(told)
    assert [("79161234567", True, "101", "outgoing")] == told.people
    assert 4 == told.facts.talk_seconds


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("5.0 HANGUP trunk-a/0 A cause=19", ("outgoing", "101", "79161234567", 480)),
        ("1.0 HANGUP trunk-a/0 A cause=17 by=trunk-a/0", ("outgoing", "101", "79161234567", 486)),
        ("2.0 HANGUP trunk-a/0 A cause=0", ("outgoing", "101", "79161234567", 480)),
        (
            "2.0 ANSWER trunk-a/0 A app=AppDial2 num=79161234567\n2.1 CHAN_START 102/1 A exten=s num=102\n"
            "8.0 HANGUP 102/1 A cause=0\n8.0 HANGUP trunk-a/0 A cause=16",
            ("outgoing", "102", "79161234567", 480),
        ),
        (
            "2.0 ANSWER trunk-a/0 A app=AppDial2 num=79161234567\n2.1 CHAN_START 102/1 A exten=s num=102\n"
            "5.0 HANGUP 102/1 A cause=16\n5.0 HANGUP trunk-a/0 A cause=16 by=trunk-a/0",
            ("outgoing", "102", "79161234567", 487),
        ),
    ],
    ids=["ignored", "busy", "withdrawn", "no employee answers", "the client leaves while one rings"],
)
def test_a_callback_that_came_to_nothing_says_how_it_looked_from_the_clients_side(
    tell: Tell, rows: str, expected: tuple[str, str, str, int]
) -> None:
    told = tell(CLIENT_FIRST + rows, expect=EXPECTED)

    assert expected == sides(told)
    assert told.facts.callback


def test_an_expected_call_that_never_came_is_forgotten_when_many_more_are_expected(tell: Tell) -> None:
    tracker = tell("").tracker

    for number in range(1_500):
        tracker.expect(f"cb-{number}", employee="101", client="79161234567")

    assert 1_000 == len(tracker.board.expected)
    assert "cb-1499" in tracker.board.expected


def test_a_click_to_call_handed_over_keeps_the_client_it_was_begun_for(tell: Tell) -> None:
    told = tell(
        CLIENT_RINGS
        + """
        4.0 ANSWER trunk-a/1 A
        4.0 BRIDGE_ENTER trunk-a/1 A bridge=b1
        4.0 BRIDGE_ENTER 101/0 A bridge=b1 with=trunk-a/1
        6.0 CHAN_START 101/2 B exten=102 num=101
        6.1 CHAN_START 102/3 B exten=s num=102
        7.0 ANSWER 102/3 B
        7.0 BRIDGE_ENTER 102/3 B bridge=b2
        7.0 BRIDGE_ENTER 101/2 B bridge=b2 with=102/3
        8.0 BRIDGE_EXIT 101/2 B bridge=b2 with=102/3
        8.0 BRIDGE_EXIT trunk-a/1 A bridge=b1 with=101/0
        8.0 BRIDGE_ENTER trunk-a/1 A bridge=b2 with=102/3
        8.1 HANGUP 101/2 B
        8.1 HANGUP 101/0 A
        9.0 HANGUP trunk-a/1 A by=102/3
        9.0 HANGUP 102/3 A by=102/3
        """,
        expect=EXPECTED,
    )

    assert ("outgoing", "101", "79161234567", 200) == sides(told)
    assert [("79161234567", True), ("102", True)] == [person[:2] for person in told.people]
