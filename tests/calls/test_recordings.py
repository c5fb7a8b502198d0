"""Which files are the one recording of a call (decisions 11)."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import cordboard
from cordboard.asterisk.cel_csv import CsvRows
from cordboard.calls.stages import StageName
from cordboard.calls.tracker import CallTracker
from cordboard.numbers.plan import NumberingPlan

CAPTURES = Path(cordboard.__file__).parent / "demo/captures/asterisk22"

Tell = Callable[..., Any]

TALK_WITH_101 = """
0.00 CHAN_START trunk-a/0 A exten=74951000001 num=79161234567
0.01 CHAN_START 101/1 A exten=s num=101
2.00 ANSWER 101/1 A
2.00 ANSWER trunk-a/0 A
2.00 BRIDGE_ENTER 101/1 A bridge=b1
2.01 BRIDGE_ENTER trunk-a/0 A bridge=b1 with=101/1
"""
END = """
20.00 BRIDGE_EXIT 101/1 A bridge=b1
20.00 HANGUP 101/1 A by=101/1
20.01 HANGUP trunk-a/0 A by=101/1
"""


def rows(text: str) -> str:
    """A story in order of time."""
    return "\n".join(sorted(filter(str.strip, text.splitlines()), key=lambda line: float(line.split()[0])))


def files(tell: Tell, *more: str) -> list[str]:
    return tell(rows("\n".join((TALK_WITH_101, END, *more)))).facts.records


def test_the_clients_channel_wins_over_a_consultation_that_lies_within(tell: Tell) -> None:
    assert ["client.wav"] == files(
        tell,
        "1.00 APP_START trunk-a/0 A app=MixMonitor data=client.wav,b",
        "7.00 CHAN_START L102/0;2 A exten=102",
        "8.00 APP_START L102/0;2 A app=MixMonitor data=private.wav",
        "12.00 HANGUP L102/0;2 A",
    )


def test_a_consultation_alone_is_nobodys_recording(tell: Tell) -> None:
    assert [] == files(
        tell,
        "7.00 CHAN_START L102/0;2 A exten=102",
        "8.00 APP_START L102/0;2 A app=MixMonitor data=private.wav",
        "12.00 HANGUP L102/0;2 A",
    )


def test_a_local_half_that_carried_the_first_ring_has_the_talk(tell: Tell) -> None:
    assert ["talk.wav"] == files(
        tell,
        "0.005 CHAN_START L101/0;2 A exten=101",
        "0.50 APP_START L101/0;2 A app=MixMonitor data=talk.wav",
        "19.90 HANGUP L101/0;2 A",
    )


def test_the_telephone_that_talked_counts_where_nobody_recorded_the_client(tell: Tell) -> None:
    assert ["phone.wav"] == files(tell, "2.10 APP_START 101/1 A app=MixMonitor data=phone.wav")


def test_parts_that_do_not_overlap_are_joined_in_order(tell: Tell) -> None:
    assert ["first.wav", "second.wav"] == files(
        tell,
        "3.00 APP_START trunk-a/0 A app=MixMonitor data=first.wav",
        "6.00 APP_START trunk-a/0 A app=StopMixMonitor",
        "9.00 APP_START 101/1 A app=MixMonitor data=second.wav",
    )


@pytest.mark.parametrize(
    ("scenario", "expected"),
    [
        ("in-answered", "in-"),
        ("transfer-blind-keys", "in-"),
        ("transfer-blind-refer", "in-"),
        ("transfer-attended-keys", "in-"),
        ("in-phone-redirects", "in-"),
        ("park-retrieved", "in-"),
        ("out-answered", ""),
    ],
)
def test_a_captured_call_has_one_file_the_clients(scenario: str, expected: str) -> None:
    tracker = CallTracker(NumberingPlan((), (r"^\d{3}$",), ("^trunk-",)))
    ends = [
        stage.facts().records
        for event in CsvRows((), "UTC").feed((CAPTURES / scenario / "cel.csv").read_text())
        for stage in tracker.feed(event).stages
        if stage.name == StageName.CALL_ENDED
    ]

    assert [[expected] if expected else []] == [[name[:3] for name in files] for files in ends]
