"""Whatever the order within Asterisk's promises, whatever is doubled, lost or cut: the model keeps its word.

Rows of one channel are in order. Between channels the order of the file was not the order of time by up to 1.5 ms.
"""

import os
import random
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cordboard.asterisk.cel_csv import CsvRows
from cordboard.calls.cel import CelEvent
from cordboard.calls.tracker import CallTracker
from cordboard.numbers.plan import NumberingPlan

CAPTURES = Path(str(files("cordboard"))) / "demo" / "captures"
FOLDERS = sorted(path.parent for path in CAPTURES.glob("*/*/cel.csv") if path.parent.name != "mixed-60")
NEVER = 1 << 62
JITTER = 1_500
#: `CORDBOARD_EXAMPLES=2000` for a deep run
some = settings(
    max_examples=int(os.environ.get("CORDBOARD_EXAMPLES", "200")),
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


def events_of(folder: Path) -> list[CelEvent]:
    rows = CsvRows((), "UTC")
    return [*rows.feed((folder / "cel.csv").read_text(encoding="utf-8")), *rows.finish()]


EVENTS = {folder: events_of(folder) for folder in FOLDERS}
captures = st.sampled_from(FOLDERS)


def told(events: list[CelEvent]) -> tuple[dict[str, Any], CallTracker]:
    """Each ended call as it was told; asserts that no call ended twice and none stayed open."""
    tracker = CallTracker(NumberingPlan(["+7", "7", "8"], [r"^\d{3}$"]))
    steps = [tracker.feed(event) for event in events]
    steps += tracker.expire(NEVER)
    found: dict[str, Any] = {}
    for step in steps:
        for stage in step.stages:
            if stage.name == "call_ended":
                assert stage.linkedid not in found
                found[stage.linkedid] = msgspec.to_builtins(stage.call_full())
    assert {} == tracker.calls
    assert {} == tracker.board.channels
    assert {} == tracker.board.bridges
    return found, tracker


def shuffled(events: list[CelEvent], seed: int) -> list[CelEvent]:
    """The rows as another run of Asterisk's logger might have written them."""
    chance = random.Random(seed)
    clocks: dict[str, float] = {}
    keyed: list[tuple[float, int, CelEvent]] = []
    for number, event in enumerate(events):
        at = max(clocks.get(event.uniqueid, 0.0), event.eventtime + chance.uniform(0, JITTER))
        clocks[event.uniqueid] = at
        keyed.append((at, number, event))
    return [event for _, _, event in sorted(keyed, key=lambda item: item[:2])]


@some
@given(captures, st.data())
def test_doubled_rows_change_nothing(folder: Path, data: st.DataObject) -> None:
    events = EVENTS[folder]
    doubled = data.draw(st.sets(st.integers(0, len(events) - 1)))

    found, _ = told([event for number, event in enumerate(events) for _ in range(2 if number in doubled else 1)])

    assert told(events)[0] == found


@some
@given(captures, st.data())
def test_lost_rows_never_raise_and_every_call_ends(folder: Path, data: st.DataObject) -> None:
    events = EVENTS[folder]
    lost = data.draw(st.sets(st.integers(0, len(events) - 1)))

    told([event for number, event in enumerate(events) if number not in lost])


@some
@given(captures, st.data())
def test_lost_rows_never_answer_a_call_nobody_answered(folder: Path, data: st.DataObject) -> None:
    events = EVENTS[folder]
    lost = data.draw(st.sets(st.integers(0, len(events) - 1), max_size=6))
    answered = {linkedid for linkedid, full in told(events)[0].items() if full["channel"]["was_answered"]}

    found, _ = told([event for number, event in enumerate(events) if number not in lost])

    if not answered:
        assert [] == [linkedid for linkedid, full in found.items() if full["channel"]["was_answered"]]


@some
@given(captures, st.data())
def test_cut_and_meaningless_texts_never_raise(folder: Path, data: st.DataObject) -> None:
    length = data.draw(st.integers(0, 60))
    field = data.draw(st.sampled_from(["extra", "peer", "channame", "exten", "appdata", "linkedid", "uniqueid"]))
    events = [msgspec.structs.replace(event, **{field: getattr(event, field)[:length]}) for event in EVENTS[folder]]

    told(events)


@some
@given(captures, st.randoms(use_true_random=False))
def test_any_order_at_all_never_raises(folder: Path, chance: random.Random) -> None:
    events = list(EVENTS[folder])
    chance.shuffle(events)

    told(events)


@some
@given(captures, st.integers(0, 2**32))
def test_the_order_between_channels_within_milliseconds_changes_nobody(folder: Path, seed: int) -> None:
    expected, _ = told(EVENTS[folder])

    found, _ = told(shuffled(EVENTS[folder], seed))

    assert people(expected) == people(found)


def people(calls: dict[str, Any]) -> dict[str, Any]:
    """Who called whom and who answered, without times."""
    return {
        linkedid: (
            full["channel"]["type"],
            full["channel"]["from"]["original"],
            full["channel"]["to"]["original"],
            full["result"],
            full["is_ivr"],
            {
                key: (c["channel"]["to"]["original"], c["channel"]["was_answered"])
                for key, c in full["conversations"].items()
            },
        )
        for linkedid, full in calls.items()
    }


@some
@given(captures, captures)
def test_two_calls_interleaved_are_the_same_as_apart(one: Path, other: Path) -> None:
    first, second = (renamed(EVENTS[folder], mark) for folder, mark in ((one, "a-"), (other, "b-")))
    begin = first[0].eventtime - second[0].eventtime
    second = [msgspec.structs.replace(event, eventtime=event.eventtime + begin) for event in second]

    together, _ = told(sorted([*first, *second], key=lambda event: event.eventtime))

    ordered = (sorted(events, key=lambda event: event.eventtime) for events in (first, second))
    assert told(next(ordered))[0] | told(next(ordered))[0] == together


def renamed(events: list[CelEvent], mark: str) -> list[CelEvent]:
    """The same call of another PBX: ids and channel names of its own, in `extra` and `peer` too."""

    def other(text: str) -> str:
        text = text.replace("-0000", f"-{mark[0]}0000")
        return text.replace('uniqueid":"', f'uniqueid":"{mark}').replace('bridge_id":"', f'bridge_id":"{mark}')

    return [
        msgspec.structs.replace(
            event,
            uniqueid=mark + event.uniqueid,
            linkedid=mark + event.linkedid,
            channame=other(event.channame),
            peer=other(event.peer),
            extra=other(event.extra),
        )
        for event in events
    ]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: f"{folder.parent.name}/{folder.name}")
def test_the_same_file_twice_tells_each_call_once(folder: Path) -> None:
    expected, _ = told(EVENTS[folder])

    found, _ = told([*EVENTS[folder], *EVENTS[folder]])

    assert expected == found
