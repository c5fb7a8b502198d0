"""A story is a table of rows, as the reference prints them; `tell` plays it.

    0.00 CHAN_START   trunk-a/0 A exten=74951000001 num=79161234567
    0.01 CHAN_START   101/1     A exten=s num=101
    2.00 BRIDGE_ENTER 101/1     A bridge=b1

`trunk-a/0` is PJSIP/trunk-a-00000000, `L102/0;1` a Local half, a letter is the linkedid of the call whose first channel
began with it. `by` names who hung up, `with` the peers in the bridge.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec
import pytest

from cordboard.calls.cel import CelEvent
from cordboard.calls.stages import Stage
from cordboard.calls.tracker import CallTracker
from cordboard.numbers.plan import NumberingPlan

ZERO = 1_700_000_000


def channel_name(alias: str) -> str:
    endpoint, _, number = alias.partition("/")
    if alias.startswith("L"):
        number, _, half = number.partition(";")
        return f"Local/{endpoint[1:]}@internal-{int(number):08d};{half}"
    return f"PJSIP/{endpoint}-{int(number):08d}"


def events_of(text: str, prefix: str = "") -> list[CelEvent]:
    """The rows of a story."""
    uniqueids: dict[str, str] = {}
    calls: dict[str, str] = {}
    events: list[CelEvent] = []
    for line in filter(str.strip, text.splitlines()):
        at, kind, alias, letter, *words = line.split()
        told = dict(word.split("=", 1) for word in words)
        if alias not in uniqueids:
            uniqueids[alias] = f"{prefix}{ZERO + int(float(at))}.{len(uniqueids)}"
        calls.setdefault(letter, uniqueids[alias])
        events.append(
            CelEvent(
                kind,
                round((ZERO + float(at)) * 1_000_000),
                uniqueids[alias],
                calls[letter],
                channame=channel_name(alias),
                cid_num=told.get("num", ""),
                cid_dnid=told.get("dnid", ""),
                exten=told.get("exten", ""),
                appname=told.get("app", ""),
                appdata=told.get("data", ""),
                peer=",".join(channel_name(peer) for peer in told["with"].split(",")) if "with" in told else "",
                extra=extra_of(kind, told, uniqueids),
            )
        )
    return events


def extra_of(kind: str, told: dict[str, str], uniqueids: dict[str, str]) -> str:
    found: dict[str, Any] = {}
    if kind == "HANGUP":
        by = told.get("by", "")
        found = {
            "hangupcause": int(told.get("cause", 16)),
            "hangupsource": channel_name(by) if "/" in by else by,
            "dialstatus": "",
        }
    elif "bridge" in told:
        found = {"bridge_id": told["bridge"], "bridge_technology": told.get("tech", "simple_bridge")}
    elif kind == "PICKUP":
        found = {"pickup_channel": channel_name(told["taker"]), "pickup_channel_uniqueid": uniqueids[told["taker"]]}
    elif kind == "PARK_END":
        found = {"reason": "ParkedCallUnparked", "retriever": channel_name(told["taker"])} if "taker" in told else {}
    return json.dumps(found, separators=(",", ":")) if found else ""


@dataclass
class Told:
    """What a story came to."""

    tracker: CallTracker
    stages: list[Stage] = field(default_factory=list)
    changes: list[Any] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)

    def play(self, events: list[CelEvent]) -> "Told":
        for event in events:
            self.take(self.tracker.feed(event))
        return self

    def go_on(self, text: str) -> "Told":
        """Play more rows, of calls of their own."""
        return self.play(events_of(text))

    def take(self, step: Any) -> None:
        self.changes += step.changes
        self.doubts += step.doubts
        self.stages += step.stages

    @property
    def ended(self) -> list[Any]:
        """`call_full` of each ended call, as plain values."""
        return [msgspec.to_builtins(stage.call_full()) for stage in self.stages if stage.name == "call_ended"]

    @property
    def call(self) -> Any:
        """The only ended call."""
        [call] = self.ended
        return call

    @property
    def facts(self) -> Any:
        return next(stage.facts() for stage in self.stages if stage.name == "call_ended")

    @property
    def people(self) -> list[tuple[str, bool, str, str]]:
        """Of the only ended call: who was called, whether they answered, from whom, and of which type."""
        channels = [conversation["channel"] for conversation in self.call["conversations"].values()]
        return [(c["to"]["original"], c["was_answered"], c["from"]["original"], c["type"]) for c in channels]


@pytest.fixture
def tell() -> Callable[..., Told]:
    """Play a story and tell what came of it."""

    def play(
        text: str,
        *,
        prefix: str = "",
        expect: tuple[str, str] | None = None,
        change: Callable[[CelEvent], CelEvent] = lambda event: event,
        **plan: Any,
    ) -> Told:
        tracker = CallTracker(NumberingPlan(["+7", "7", "8"], [r"^\d{3}$"], **plan))
        events = [change(event) for event in events_of(text, prefix)]
        if expect:
            tracker.expect(events[0].linkedid, employee=expect[0], client=expect[1])
        return Told(tracker).play(events)

    return play
