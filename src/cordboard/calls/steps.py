"""Step and Change: what one event did to a call, and which rule did it.

The call inspector, the log line and the failing test all print these words, so that "why does
the CRM say 101?" has an answer: the path in `call_full`, the old and the new value, and the
name of the rule (a function in `calls/rules/`).

What surprises: most readers of steps want the stages only, so the rules leave plain marks and
the changes are made of them when asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from cordboard.calls.cel import CelEvent
from cordboard.calls.stages import Stage

if TYPE_CHECKING:
    from cordboard.calls.conversation import Side

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


class Step(msgspec.Struct, eq=False):
    """What one event (or the passing of time, then `event` is None) did to one call."""

    event: CelEvent | None
    linkedid: str  #: of the call after the event: the survivor's where two calls became one
    stages: list[Stage] = []
    marks: list[tuple[Side | None, str, object, object, str]] = []  #: side, field or path, old, new, rule
    doubts: tuple[str, ...] = ()  #: what could not be known from these rows, in words

    @property
    def changes(self) -> list[Change]:
        """What changed, in order."""
        return [
            Change((side.root if side else "") + PATHS.get(field, field), old, new, rule)
            for side, field, old, new, rule in self.marks
        ]

    def doubt(self, words: str) -> None:
        """Say what these rows do not tell."""
        self.doubts += (words,)
