"""Conversation: the part of a call at one extension, and Side, what it shares with the main channel.

A `Side` is the changing counterpart of `ChannelFull`: numbers are kept as text and times in
microseconds; the picture makes the rest. Every change goes through `put`, which writes down
what changed and which rule did it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from cordboard.calls.states import RINGING, State

if TYPE_CHECKING:
    from cordboard.calls.channel import Channel
    from cordboard.calls.snapshot import ConversationFull
    from cordboard.calls.steps import Step


class Side(msgspec.Struct, eq=False):
    """What `call_full` shows of a channel."""

    start: int
    answer: int = 0
    end: int = 0
    state: State = RINGING
    answered: bool = False
    from_: str = ""
    to: str = ""
    trunk: str = ""
    type: str = "unknown"
    full: ConversationFull | None = None  #: its picture, good until the next change

    @property
    def root(self) -> str:
        """What stands before the paths of its changes."""
        return ""


class Conversation(Side, eq=False, kw_only=True):
    """One conversation; its id is the uniqueid of its channel."""

    id: str
    channel: Channel
    number: str = ""  #: who was called
    sure: bool = True  #: the number is an extension or came from a dial string, no better one can follow
    asker: str = ""  #: the employee who asks a colleague; "" once the client is joined, or if nobody asks
    parked: bool = False
    talk_from: int = 0  #: since when it shares a bridge with the client; 0 = it does not now

    @property
    def root(self) -> str:
        """What stands before the paths of its changes."""
        return f"conversations.{self.id}."


def put(step: Step, holder: Side, field: str, value: object, rule: str) -> bool:
    """Set a field of a side (or of a call) and write the change down; False if it was so already."""
    old = getattr(holder, field)
    if old == value:
        return False
    setattr(holder, field, value)
    holder.full = None
    step.marks.append((holder, field, old, value, rule))
    return True
