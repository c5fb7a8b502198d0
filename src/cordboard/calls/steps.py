"""Step and Change: what one event did to a call, and which rule did it.

The call inspector, the log line and the failing test all print these words, so that "why does
the CRM say 101?" has an answer: the path in `call_full`, the old and the new value, and the
name of the rule (a function in `calls/rules/`).
"""

from __future__ import annotations

import msgspec

from cordboard.calls.cel import CelEvent
from cordboard.calls.stages import Stage


class Change(msgspec.Struct, frozen=True):
    """One field of `call_full` that changed."""

    path: str  #: where in call_full, such as `conversations.1700000000.13.channel.state`
    old: object  #: times are microseconds since the epoch, 0 = not yet
    new: object
    rule: str  #: the rule that says so


class Step(msgspec.Struct):
    """What one event (or the passing of time, then `event` is None) did to one call."""

    event: CelEvent | None
    linkedid: str  #: of the call after the event: the survivor's where two calls became one
    changes: list[Change] = []
    stages: list[Stage] = []
    doubts: list[str] = []  #: what could not be known from these rows, in words
