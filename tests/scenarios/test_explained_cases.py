"""The pages that answer what people argue about: each of their cases is a capture, and tells what the page says."""

import re
from pathlib import Path
from typing import Any

import pytest
from judge import FOLDERS, events_of, name_of, plan, played

from cordboard.calls.tracker import CallTracker

PAGES = Path(__file__).parents[2] / "docs" / "explanation"
#: of `| what happened | `capture` | answer |`
CASE = re.compile(r"^\| ([^|]+) \| `([\w-]+/[\w-]+)` \| ([^|]+) \|$", re.MULTILINE)


def directions(folder: Path) -> list[str]:
    return [line["call_full"]["channel"]["type"] for line in played(folder, "cel.csv", "ledger")]


def answerers(folder: Path) -> list[str]:
    told = [speakers(line["call_full"]) for line in played(folder, "cel.csv", "ledger")]
    return [", ".join(numbers) or "nobody" for numbers in told]


def speakers(full: dict[str, Any]) -> list[str]:
    channels = [conversation["channel"] for conversation in full["conversations"].values()]
    spoken = [channel for channel in channels if channel["was_answered"]]
    return [channel["to"]["original"] for channel in sorted(spoken, key=lambda channel: channel["answer_time"])]


def results(folder: Path) -> list[str]:
    fulls = [line["call_full"] for line in played(folder, "cel.csv", "ledger")]
    return [f"{full['result']}{', in the menu' if full['is_ivr'] else ''}" for full in fulls]


def merges(folder: Path) -> list[str]:
    tracker = CallTracker(plan())
    steps = [tracker.feed(event) for event in events_of(folder)]
    return [
        ", ".join(change.rule for step in steps for change in step.changes if change.path == "linkedid") or "nothing"
    ]


ANSWERS = {
    "direction.md": directions,
    "who-answered.md": answerers,
    "missed-or-not.md": results,
    "which-linkedid-survives.md": merges,
}
CASES = [
    (page, *case) for page in ANSWERS for case in CASE.findall((PAGES / page).read_text(encoding="utf-8"))
]  # fmt: skip
BY_NAME = {name_of(folder): folder for folder in FOLDERS}


@pytest.mark.parametrize("page", ANSWERS)
def test_each_page_has_its_cases(page: str) -> None:
    assert 10 < sum(1 for case in CASES if case[0] == page)


@pytest.mark.parametrize(
    ("page", "story", "capture", "answer"), CASES, ids=[f"{page}: {story}" for page, story, *_ in CASES]
)
def test_a_case_tells_what_its_page_says(page: str, story: str, capture: str, answer: str) -> None:
    assert answer.partition(":")[0] in ANSWERS[page](BY_NAME[capture]), story
