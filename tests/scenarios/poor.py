"""Poor rows: what poor sites have, made of the captures, and which facts stay right.

In:   the captures. Out: for each kind of poverty and each named fact, how many calls have it right.

`python tests/scenarios/poor.py` prints the table; with `--write` it is written into its document, where a test finds
it stale when the model tells something else.
"""

import functools
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import documented
import msgspec
from judge import FOLDERS, events_of, plan, truths, wrong_facts

from cordboard.calls.cel import CelEvent
from cordboard.calls.tracker import CallTracker

PAGE = documented.DOCUMENTS / "what-poor-rows-tell.md"
#: what FreePBX tracks
TRACKED = ("confbridge", "meetme", "mixmonitor", "queue", "stopmixmonitor", "voicemail", "voicemailmain")

Poor = Callable[[CelEvent], CelEvent | None]


def full(event: CelEvent) -> CelEvent | None:
    return event


def without_extra(event: CelEvent) -> CelEvent | None:
    return msgspec.structs.replace(event, extra="")


def in_whole_seconds(event: CelEvent) -> CelEvent | None:
    return msgspec.structs.replace(event, eventtime=event.eventtime // 1_000_000 * 1_000_000)


def without_dial_rows(event: CelEvent) -> CelEvent | None:
    is_application = event.eventtype in ("APP_START", "APP_END")
    return None if is_application and event.appname.lower() not in TRACKED else event


def without_applications(event: CelEvent) -> CelEvent | None:
    """Neither the rows nor the columns."""
    if event.eventtype in ("APP_START", "APP_END"):
        return None
    return msgspec.structs.replace(event, appname="", appdata="")


def with_a_lying_caller_id(event: CelEvent) -> CelEvent | None:
    return event if event.eventtype == "CHAN_START" else msgspec.structs.replace(event, cid_num="999")


def as_freepbx_stores_them(event: CelEvent) -> CelEvent | None:
    """Its table: whole seconds, columns that are missing or cut, no Dial rows."""
    cut = msgspec.structs.replace(event, peer=event.peer[:80], extra=event.extra[:512], peeraccount="", userfield="")
    seconds = in_whole_seconds(cut)
    return without_dial_rows(seconds) if seconds else None


def all_together(event: CelEvent) -> CelEvent | None:
    poor = without_applications(event)
    return in_whole_seconds(msgspec.structs.replace(poor, extra="", peer=poor.peer[:80])) if poor else None


POVERTY: dict[str, Poor] = {
    "all rows": full,
    "no Dial rows": without_dial_rows,
    "no applications": without_applications,
    "no `extra`": without_extra,
    "whole seconds": in_whole_seconds,
    "`cid_num` overwritten": with_a_lying_caller_id,
    "FreePBX's table": as_freepbx_stores_them,
    "nothing of it": all_together,
}
#: a fact, and how the judge's words about it begin or end
FACTS = {
    "direction": ("type ",),
    "client": ("client ",),
    "our line": ("lines ",),
    "who was asked": (" rang and is not among",),
    "answered or not": ("was_answered", "nobody answered"),
    "by whom": (" answered and is not among", "last speaker"),
    "calls that became one": (" was absorbed", " call_ended"),
    "beginning and end": ("start ", "end ", "something has not ended"),
    "missed in the menu": ("is_ivr",),
    "result": ("result ",),
    "length of the talk": ("talk ",),
}


def told(events: list[CelEvent], poor: Poor) -> tuple[list[dict[str, Any]], dict[str, int], Counter[str]]:
    """What `replay` says of the poor rows, the seconds of talk by linkedid, and the doubts."""
    tracker = CallTracker(plan())
    lines: list[dict[str, Any]] = []
    seconds: dict[str, int] = {}
    doubts: Counter[str] = Counter()
    for event in events:
        row = poor(event)
        if row is None:
            continue
        step = tracker.feed(row)
        doubts.update(step.doubts)
        for stage in step.stages:
            if stage.name == "call_ended":
                lines.append({"linkedid": stage.linkedid, "call_full": msgspec.to_builtins(stage.call_full())})
                seconds[stage.linkedid] = stage.facts().talk_seconds
    return lines, seconds, doubts


@functools.cache
def wrong(folder: Path, name: str) -> set[tuple[str, str]]:
    """Linkedid and wrong fact of a capture's poor rows; a talk is wrong that is over a second from all rows'."""
    events = events_of(folder)
    lines, seconds, _ = told(events, POVERTY[name])
    _, expected, _ = told(events, full)
    found: set[tuple[str, str]] = set()
    for call in truths(folder):
        linkedid = call["linkedid"]
        found |= {(linkedid, fact_of(words)) for words in wrong_facts(call, lines)}
        if abs(seconds.get(linkedid, -9) - expected[linkedid]) > 1:
            found.add((linkedid, "length of the talk"))
    return found


def fact_of(words: str) -> str:
    for fact, marks in FACTS.items():
        if words.startswith(marks) or any(mark in words for mark in marks if mark.startswith(" ")):
            return fact
    raise ValueError(f"the judge says something new: {words}")


def measured() -> dict[str, Counter[str]]:
    """For each kind of poverty how often each fact is wrong."""
    return {name: Counter(fact for folder in FOLDERS for _, fact in wrong(folder, name)) for name in POVERTY}


def table() -> str:
    calls = sum(1 for folder in FOLDERS for _ in truths(folder))
    counts = measured()
    rows = ["| fact | " + " | ".join(POVERTY) + " |", "| --- " * (len(POVERTY) + 1) + "|"]
    for fact in FACTS:
        cells = [str(calls - counts[name][fact]) if counts[name][fact] else "all" for name in POVERTY]
        rows.append(f"| {fact} | " + " | ".join(cells) + " |")
    return f"Calls with the fact right, of {calls}:\n\n" + "\n".join(rows) + "\n"


if __name__ == "__main__":
    sys.exit(documented.main(sys.argv[1:], PAGE, table))
