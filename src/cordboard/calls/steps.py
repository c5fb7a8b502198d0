"""Step and Change: what one event did to a call, and which rule did it.

The call inspector, the log line and the failing test all print these words, so that "why does
the CRM say 101?" has an answer: the path in `call_full`, the old and the new value, and the
name of the rule (a function in `calls/rules/`).

What surprises: most readers of steps want the stages only, so the rules leave plain marks and
the changes are made of them when asked.
"""

from __future__ import annotations

import msgspec

from cordboard.calls.cel import CelEvent
from cordboard.calls.stages import Stage

#: field of a side → where it stands in `call_full`
PATHS = {
    "answer": "channel.answer_time",
    "answered": "channel.was_answered",
    "end": "channel.end_time",
    "from_": "channel.from.original",
    "parked": "is_parked",
    "start": "channel.start_time",
    "state": "channel.state",
    "to": "channel.to.original",
    "trunk": "channel.trunk.original",
    "type": "channel.type",
    "active": "active_conversation_id",
    "is_ivr": "is_ivr",
    "result": "result",
}


class Change(msgspec.Struct, frozen=True):
    """One field of `call_full` that changed."""

    path: str  #: where in call_full, such as `conversations.1700000000.13.channel.state`
    old: object  #: times are microseconds since the epoch, 0 = not yet
    new: object
    rule: str  #: the rule that says so


class Step:
    """What one event (or the passing of time, then `event` is None) did to one call."""

    __slots__ = ("_doubts", "event", "linkedid", "marks", "stages")

    def __init__(self, event: CelEvent | None, linkedid: str):
        self.event = event
        self.linkedid = linkedid  #: of the call after the event: the survivor's where two calls became one
        self.marks: list[tuple[str, str, object, object, str]] = []  #: root, field or path, old, new, rule
        self.stages: list[Stage] = []
        self._doubts: list[str] | None = None

    @property
    def changes(self) -> list[Change]:
        """What changed, in order."""
        return [Change(root + PATHS.get(field, field), old, new, rule) for root, field, old, new, rule in self.marks]

    @property
    def doubts(self) -> list[str]:
        """What could not be known from these rows, in words."""
        return self._doubts or []

    def doubt(self, words: str) -> None:
        """Say what these rows do not tell."""
        if self._doubts is None:
            self._doubts = []
        self._doubts.append(words)

    def __repr__(self) -> str:
        return f"Step({self.event and self.event.eventtype}, {self.linkedid!r}, {self.changes}, {self.stages})"
