"""Whatever the order within Asterisk's promises, whatever is doubled, lost or cut: the model keeps its word.

Rows of one channel are in order. Between channels the order of the file was not the order of time by up to 1.5 ms.
Each property is tried on 100 examples, in CI on 2,000; `CORDBOARD_EXAMPLES` sets another number.
"""

import functools
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
from cordboard.calls.stages import Stage, StageName
from cordboard.calls.tracker import CallTracker
from cordboard.numbers.plan import NumberingPlan

CAPTURES = Path(str(files("cordboard"))) / "demo" / "captures"
FOLDERS = sorted(path.parent for path in CAPTURES.glob("*/*/cel.csv") if path.parent.name != "mixed-60")
NEVER = 1 << 62
JITTER = 1_500
EXAMPLES = int(os.environ.get("CORDBOARD_EXAMPLES") or (2_000 if os.environ.get("CI") == "true" else 100))
some = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))

Calls = dict[str, dict[str, Any]]


def text_of(folder: Path) -> str:
    return (folder / "cel.csv").read_text(encoding="utf-8")


def events_of(folder: Path) -> list[CelEvent]:
    rows = CsvRows((), "UTC")
    return [*rows.feed(text_of(folder)), *rows.finish()]


EVENTS = {folder: events_of(folder) for folder in FOLDERS}
captures = st.sampled_from(FOLDERS)
chances = st.randoms(use_true_random=False)


def new_tracker() -> CallTracker:
    return CallTracker(NumberingPlan(["+7", "7", "8"], [r"^\d{3}$"]), timezone="UTC")


def told(events: list[CelEvent]) -> Calls:
    """Each ended call as it was told; asserts that no call ended twice and that nothing is left of any."""
    tracker = new_tracker()
    steps = [tracker.feed(event) for event in events]
    steps += tracker.expire(NEVER)
    found: Calls = {}
    for stage in (stage for step in steps for stage in step.stages if stage.name == "call_ended"):
        assert stage.linkedid not in found
        found[stage.linkedid] = msgspec.to_builtins(stage.call_full())
    assert {} == tracker.calls
    assert ({}, {}, {}, {}) == (
        tracker.board.channels, tracker.board.names, tracker.board.bridges, tracker.board.aliases,
    )  # fmt: skip
    assert {"ended"} >= {state for full in found.values() for state in states_of(full)}
    return found


@functools.cache
def undisturbed(folder: Path) -> Calls:
    return told(EVENTS[folder])


def states_of(full: dict[str, Any]) -> list[str]:
    return [full["channel"]["state"], *(c["channel"]["state"] for c in full["conversations"].values())]


def answered(calls: Calls) -> set[str]:
    return {linkedid for linkedid, full in calls.items() if full["channel"]["was_answered"]}


def talked(calls: Calls) -> set[str]:
    """The ids of conversations that somebody accepted."""
    return {
        key for full in calls.values() for key, one in full["conversations"].items() if one["channel"]["was_answered"]
    }


def shuffled(events: list[CelEvent], chance: random.Random) -> list[CelEvent]:
    """The rows as another run of Asterisk's logger might have written them."""
    clocks: dict[str, float] = {}
    keyed: list[tuple[float, int, CelEvent]] = []
    for number, event in enumerate(events):
        at = max(clocks.get(event.uniqueid, 0.0), event.eventtime + chance.uniform(0, JITTER))
        clocks[event.uniqueid] = at
        keyed.append((at, number, event))
    return [event for _, _, event in sorted(keyed, key=lambda item: item[:2])]


def disturbed(events: list[CelEvent], chance: random.Random) -> list[CelEvent]:
    """Another legal order, rows lost and doubled (also late), long texts cut, and the file cut at its end."""
    lost, doubled, cut = (chance.choice((0.0, 0.02, 0.1, 0.5)) for _ in range(3))
    rows: list[CelEvent] = []
    for event in shuffled(events, chance):
        if chance.random() < lost:
            continue
        if chance.random() < cut:
            length = chance.randrange(120)
            event = msgspec.structs.replace(event, extra=event.extra[:length], peer=event.peer[:length])
        rows.append(event)
        if chance.random() < doubled:
            rows.append(chance.choice(rows))
    return rows[: chance.randrange(len(rows) + 1)] if rows and chance.random() < 0.3 else rows


@some
@given(captures, chances)
def test_disturbed_rows_never_raise_end_every_call_and_answer_none_that_nobody_answered(
    folder: Path, chance: random.Random
) -> None:
    expected = undisturbed(folder)

    found = told(disturbed(EVENTS[folder], chance))

    assert answered(found) <= answered(expected) | born_in(EVENTS[folder], talked(expected))
    if not answered(expected):
        assert set() == talked(found)


def born_in(events: list[CelEvent], uniqueids: set[str]) -> set[str]:
    """The linkedids under which these channels stand: a merge that is lost leaves the answer to its other half."""
    return {event.linkedid for event in events if event.uniqueid in uniqueids}


@some
@given(captures, st.data())
def test_doubled_rows_change_nothing(folder: Path, data: st.DataObject) -> None:
    events = EVENTS[folder]
    doubled = data.draw(st.sets(st.integers(0, len(events) - 1)))

    found = told([event for number, event in enumerate(events) for _ in range(2 if number in doubled else 1)])

    assert undisturbed(folder) == found


@some
@given(captures, st.data())
def test_lost_rows_never_raise_and_every_call_ends(folder: Path, data: st.DataObject) -> None:
    events = EVENTS[folder]
    lost = data.draw(st.sets(st.integers(0, len(events) - 1)))

    told([event for number, event in enumerate(events) if number not in lost])


@some
@given(captures, st.data())
def test_cut_and_meaningless_texts_never_raise(folder: Path, data: st.DataObject) -> None:
    length = data.draw(st.integers(0, 60))
    field = data.draw(st.sampled_from(["extra", "peer", "channame", "exten", "appdata", "linkedid", "uniqueid"]))
    events = [msgspec.structs.replace(event, **{field: getattr(event, field)[:length]}) for event in EVENTS[folder]]

    told(events)


@some
@given(captures, chances)
def test_any_order_at_all_never_raises(folder: Path, chance: random.Random) -> None:
    events = list(EVENTS[folder])
    chance.shuffle(events)

    told(events)


@some
@given(captures, chances)
def test_the_order_between_channels_within_milliseconds_changes_nobody(folder: Path, chance: random.Random) -> None:
    expected = undisturbed(folder)

    found = told(shuffled(EVENTS[folder], chance))

    assert people(expected) == people(found)


def people(calls: Calls) -> Calls:
    """Who called whom and who answered, without times."""
    return {
        linkedid: {
            "call": (
                full["channel"]["type"], full["channel"]["from"]["original"], full["channel"]["to"]["original"],
                full["result"], full["is_ivr"],
            ),
            "conversations": {
                key: (c["channel"]["type"], c["channel"]["to"]["original"], c["channel"]["was_answered"])
                for key, c in full["conversations"].items()
            },
        }
        for linkedid, full in calls.items()
    }  # fmt: skip


@some
@given(captures, captures, chances)
def test_two_calls_interleaved_are_the_same_as_apart(one: Path, other: Path, chance: random.Random) -> None:
    first, second = (renamed(EVENTS[folder], mark) for folder, mark in ((one, "a-"), (other, "b-")))

    together = told(woven(first, second, chance))

    assert told(first) | told(second) == together


def woven(first: list[CelEvent], second: list[CelEvent], chance: random.Random) -> list[CelEvent]:
    """Both in one order, each in its own."""
    turns = [first] * len(first) + [second] * len(second)
    chance.shuffle(turns)
    rows = {id(first): iter(first), id(second): iter(second)}
    return [next(rows[id(turn)]) for turn in turns]


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


@some
@given(captures, st.data())
def test_one_row_at_a_time_tells_the_same_as_all_at_once(folder: Path, data: st.DataObject) -> None:
    text = text_of(folder)
    cuts = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=9)))

    rows = CsvRows((), "UTC")
    pieces = [text[begin:end] for begin, end in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    events = [event for piece in pieces for event in rows.feed(piece)] + rows.finish()

    assert EVENTS[folder] == events


@some
@given(captures, chances)
def test_a_stage_shows_the_same_whether_it_is_asked_at_once_or_when_all_is_over(
    folder: Path, chance: random.Random
) -> None:
    events = disturbed(EVENTS[folder], chance)
    at_once, later = new_tracker(), new_tracker()

    expected = [picture(stage) for event in events for stage in at_once.feed(event).stages]
    kept = [stage for event in events for stage in later.feed(event).stages]

    assert expected == [picture(stage) for stage in kept]


def picture(stage: Stage) -> tuple[Any, ...]:
    return stage.name, stage.linkedid, stage.at, stage.call_full(), stage.facts()


@some
@given(captures, chances)
def test_a_listener_who_wants_ends_alone_is_told_the_same_ends(folder: Path, chance: random.Random) -> None:
    events = disturbed(EVENTS[folder], chance)
    plan = NumberingPlan(["+7", "7", "8"], [r"^\d{3}$"])
    ends = CallTracker(plan, timezone="UTC", stages=frozenset({StageName.CALL_ENDED}))
    everything = new_tracker()

    expected = [
        picture(stage) for event in events for stage in everything.feed(event).stages if stage.name == "call_ended"
    ]
    found = [picture(stage) for event in events for stage in ends.feed(event).stages]

    assert expected == found


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: f"{folder.parent.name}/{folder.name}")
def test_the_same_file_twice_tells_each_call_once(folder: Path) -> None:
    assert undisturbed(folder) == told([*EVENTS[folder], *EVENTS[folder]])
