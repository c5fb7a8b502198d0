"""Lanes: in what the live lane (native AMI events) tells a capture otherwise than its CEL rows.

In:   the captures. Out: every difference of every stage, by kind; a difference of no known kind is an error.

`python tests/scenarios/lanes.py` prints how often each kind is met; with `--write` the figures are written into their
document, where a test finds them stale.
"""

import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import documented
import msgspec
from judge import FOLDERS, epoch, events_of, stages_of

from cordboard.calls.facts import CallFacts, Talk
from cordboard.calls.stages import Stage

PAGE = documented.DOCUMENTS / "what-the-live-lane-tells.md"

#: an event and its row may be so far apart (microseconds)
CLOSE = 100_000
SOURCE = "`hangupsource` where the dial plan ended the call"
MIDCALL = "`extra` in mid-call"
ORDER = "order of telephones asked at one moment"
NUMBER = "`to` at `conversation_requested`"
MOMENT = "moments"
SECOND = "`talk_seconds`"
RECORD = "name of a recording"
QUEUE = "the queue, once somebody has answered or the caller left"
KINDS = (MOMENT, SECOND, SOURCE, MIDCALL, ORDER, NUMBER, RECORD, QUEUE)


def differences(folder: Path) -> Iterator[str]:
    """The kinds of differences of one capture, as often as they are met."""
    ledger, live = by_call(stages_of(events_of(folder))), by_call(stages_of(events_of(folder, "ami.log", "live")))
    assert ledger.keys() == live.keys()
    for linkedid, stages in ledger.items():
        others = live[linkedid]
        if list(map(named, stages)) != list(map(named, others)):
            yield ORDER
            # the call's other pictures then hold its conversations in another order, too
            others = sorted(others, key=lambda stage: list(map(named, stages)).index(named(stage)))
        for stage, other in zip(stages, others, strict=True):
            assert named(stage) == named(other)
            yield from of_stage(stage, other)


def by_call(stages: list[Stage]) -> dict[str, list[Stage]]:
    calls: dict[str, list[Stage]] = defaultdict(list)
    for stage in stages:
        calls[stage.linkedid].append(stage)
    return calls


def named(stage: Stage) -> tuple[str, str, str]:
    return stage.name, stage.conversation, stage.absorbed


def of_stage(stage: Stage, other: Stage) -> Iterator[str]:
    if stage.at != other.at:
        assert abs(stage.at - other.at) < CLOSE, (stage, other)
        yield MOMENT
    yield from of_facts(stage.facts(), other.facts(), stage.at)
    one, two = (dict(flat(msgspec.to_builtins(found.call_full()))) for found in (stage, other))
    for path in sorted(one.keys() | two.keys()):
        if one.get(path) != two.get(path):
            yield of_value(stage, path, one.get(path), two.get(path))


def flat(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict) and value and "original" not in value:
        for key, part in value.items():
            yield from flat(part, f"{path}/{key}" if path else key)
    else:
        yield path, value


def of_value(stage: Stage, path: str, one: Any, two: Any) -> str:
    if path.endswith("_time") and one and two and abs(epoch(one) - epoch(two)) <= 1:
        return MOMENT  # on both sides of a full second
    if path.endswith("extra/hangupsource") and one == "dialplan/builtin" and two == "":
        return SOURCE
    if "/extra" in path and stage.name != "call_ended":
        return MIDCALL
    if stage.name == "conversation_requested":
        if path.endswith("channel/to") and one and two and not two["original"]:
            return NUMBER
        if re.match("conversations/|channel/to$", path):  # another of them was asked a moment before
            return ORDER
    raise AssertionError(f"no known difference: {stage} {path}: {one!r} and live {two!r}")


def of_facts(one: CallFacts, two: CallFacts, at: int) -> Iterator[str]:
    for field in one.__struct_fields__:
        left, right = getattr(one, field), getattr(two, field)
        if left == right:
            continue
        if field in ("start", "end") and abs(left - right) < CLOSE:
            yield MOMENT
        elif field == "talks":
            assert len(left) == len(right), (left, right)
            assert all(are_close(*talks, at) for talks in zip(left, right, strict=True)), (left, right)
            yield MOMENT
        elif field == "talk_seconds":
            # of an open talk: until the last row, which is another one in the other lane
            assert not one.end or abs(left - right) <= 1, (left, right)
            yield SECOND
        elif field == "records":
            assert left == [Path(file).name for file in right], (left, right)
            yield RECORD
        elif field == "ringing":
            yield ORDER
        elif field in ("queue", "place"):
            assert not two.queue, (one, two)
            yield QUEUE
        else:
            raise AssertionError(f"no known difference: {field}: {left!r} and live {right!r}")


def are_close(one: Talk, two: Talk, at: int) -> bool:
    """One that has ended just now is as one that goes on: its end may stand on the other side of the stage."""
    same = one.conversation == two.conversation
    return same and abs(one.start - two.start) < CLOSE and abs((one.end or at) - (two.end or at)) < CLOSE


def table() -> str:
    counts = Counter(kind for folder in FOLDERS for kind in differences(folder))
    assert set(KINDS) == set(counts), set(KINDS) ^ set(counts)
    stages = sum(len(stages_of(events_of(folder))) for folder in FOLDERS)
    met = Counter(kind for folder in FOLDERS for kind in set(differences(folder)))
    rows = [f"| {kind} | {met[kind]} |" for kind in KINDS]
    head = f"{stages} stages of {len(FOLDERS)} captures.\n\n| what differs | in captures |\n| --- | --- |\n"
    return head + "\n".join(rows) + "\n"


if __name__ == "__main__":
    sys.exit(documented.main(sys.argv[1:], PAGE, table))
