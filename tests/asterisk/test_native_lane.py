"""The native AMI events of every capture, mapped and fed to the tracker, give the calls that the CEL rows give."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

import cordboard.demo
from cordboard.asterisk.ami.recorded import RecordedStream
from cordboard.asterisk.cel_csv import CsvRows
from cordboard.calls.cel import CelEvent
from cordboard.calls.tracker import CallTracker
from cordboard.numbers.plan import NumberingPlan

CAPTURES = Path(cordboard.demo.__file__).parent / "captures"
SCENARIOS = sorted(path.parent.relative_to(CAPTURES).as_posix() for path in CAPTURES.glob("*/*/ami.log"))


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_the_live_lane_sees_the_same_calls_as_the_ledger(scenario: str) -> None:
    folder = CAPTURES / scenario

    ledger = calls_of(csv_events(folder / "cel.csv"))
    live = calls_of(native_events(folder / "ami.log"))

    assert ledger == live


def calls_of(events: Iterable[CelEvent]) -> dict[str, dict[str, Any]]:
    """What a card and a registration are made of, for every call at its end."""
    tracker = CallTracker(NumberingPlan(trunks=("^trunk-",)), timezone="UTC")
    calls: dict[str, dict[str, Any]] = {}
    for event in events:
        for stage in tracker.feed(event).stages:
            if stage.name != "call_ended":
                continue
            full = stage.call_full()
            calls[stage.linkedid] = {
                "type": full.channel.type,
                "from": full.channel.from_.original,
                "to": full.channel.to.original,
                "result": full.result,
                "is_ivr": full.is_ivr,
                "asked": {
                    key: (one.channel.name, one.channel.to.original, one.channel.was_answered)
                    for key, one in full.conversations.items()
                },
            }
    return calls


def csv_events(path: Path) -> list[CelEvent]:
    rows = CsvRows()
    return rows.feed(path.read_text(encoding="utf-8")) + rows.finish()


def native_events(path: Path) -> list[CelEvent]:
    stream = RecordedStream(live=True)
    events = list(stream.events([path.read_bytes()]))
    assert stream.broken == []
    return events
