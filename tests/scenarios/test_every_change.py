"""`replay --every event`: every change is told, and each names a rule that can be looked up."""

import re
from pathlib import Path
from typing import Any

import msgspec
import pytest
from judge import FOLDERS, SOURCES, events_of, name_of, plan

from cordboard.calls.clock import ClockText
from cordboard.calls.stages import Stage
from cordboard.calls.steps import PATHS, Step
from cordboard.calls.tracker import CallTracker
from cordboard.cli.replay_reader import Lane

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "reference" / "rules.md"
#: of `| `rule` | what it says | `file.py` |`
ROW = re.compile(r"^\| `(\w+)` \| .+ \| `(\w+\.py)` \|$", re.MULTILINE)
SOURCE_NAMES = ["cel.csv", "ami.log", "ami.log-live"]
#: what a side shows before anything changed it
AT_FIRST = {"answer": 0, "answered": False, "end": 0, "state": "ringing", "type": "unknown"}
CLOCK = ClockText()


class Told:
    """What a reader of the changes knows of each call."""

    def __init__(self) -> None:
        self.calls: dict[str, dict[str, Any]] = {}

    def hear(self, step: Step) -> None:
        known = self.calls.setdefault(step.linkedid, {})
        for change in step.changes:
            if change.path == "linkedid":
                absorbed = self.calls.get(str(change.old), {})
                known |= {path: value for path, value in absorbed.items() if path.startswith("conversations.")}
            else:
                assert known.get(change.path, change.old) == change.old, change
                known[change.path] = change.new

    def side(self, linkedid: str, root: str) -> dict[str, Any]:
        """The fields of one side as the changes so far tell them."""
        known = self.calls[linkedid]
        fields = {field: known.get(root + path, AT_FIRST.get(field, "")) for field, path in PATHS.items()}
        for field in ("answer", "end"):
            fields[field] = CLOCK.local(fields[field])
        return {field: str(value) for field, value in fields.items() if field in SIDE_FIELDS}


SIDE_FIELDS = ("answer", "answered", "end", "from_", "to", "trunk", "state", "type")


def shown(channel: dict[str, Any]) -> dict[str, Any]:
    values = {
        "answer": channel["answer_time"], "answered": channel["was_answered"], "end": channel["end_time"],
        "from_": channel["from"]["original"], "to": channel["to"]["original"], "trunk": channel["trunk"]["original"],
        "state": channel["state"], "type": channel["type"],
    }  # fmt: skip
    return {field: str(value) for field, value in values.items()}


def steps_of(folder: Path, source: str, lane: Lane) -> list[Step]:
    tracker = CallTracker(plan())
    return [tracker.feed(event) for event in events_of(folder, source, lane)]


@pytest.mark.parametrize(("source", "lane"), SOURCES, ids=SOURCE_NAMES)
@pytest.mark.parametrize("folder", FOLDERS, ids=name_of)
def test_the_changes_alone_tell_the_call_as_each_step_leaves_it(folder: Path, source: str, lane: Lane) -> None:
    tracker, told = CallTracker(plan()), Told()

    for event in events_of(folder, source, lane):
        step = tracker.feed(event)
        told.hear(step)
        if step.stages and step.stages[-1].name != "merged":
            agrees(told, step.stages[-1])


def agrees(told: Told, stage: Stage) -> None:
    full: dict[str, Any] = msgspec.to_builtins(stage.call_full())
    known = told.calls[stage.linkedid]
    assert shown(full["channel"]) == told.side(stage.linkedid, "")
    assert (full["active_conversation_id"], full["result"], full["is_ivr"]) == (
        known.get("active_conversation_id", ""), known.get("result", 0), known.get("is_ivr", False),
    )  # fmt: skip
    for key, conversation in full["conversations"].items():
        root = f"conversations.{key}."
        assert shown(conversation["channel"]) == told.side(stage.linkedid, root)
        assert conversation["is_parked"] == known.get(f"{root}is_parked", False)


def test_each_rule_that_changes_name_is_on_its_page_and_in_its_file() -> None:
    page = dict(ROW.findall(PAGE.read_text(encoding="utf-8")))

    met = {
        change.rule
        for folder in FOLDERS
        for source, lane in SOURCES
        for step in steps_of(folder, source, lane)
        for change in step.changes
    }

    assert met == set(page)
    for rule, file in page.items():
        [path] = (ROOT / "src" / "cordboard" / "calls").rglob(file)
        assert rule == path.stem or f'"{rule}"' in path.read_text(encoding="utf-8"), f"{file} does not say {rule}"
