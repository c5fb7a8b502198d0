"""Conversation: the part of a call at one extension, and Side, what it shares with the main channel.

A `Side` is the changing counterpart of `ChannelFull`: numbers are kept as text and times in
microseconds; the picture makes the rest. Every change goes through `put`, which writes down
what changed and which rule did it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cordboard.calls.states import State
from cordboard.calls.steps import Step

if TYPE_CHECKING:
    from cordboard.calls.channel import Channel
    from cordboard.calls.snapshot import ConversationFull


class Side:
    """What `call_full` shows of a channel."""

    __slots__ = ("answer", "answered", "end", "from_", "full", "root", "start", "state", "to", "trunk", "type")

    def __init__(self, root: str, start: int):
        self.root = root  #: what stands before the paths of its changes
        self.start = start
        self.answer = 0
        self.end = 0
        self.state = State.RINGING
        self.answered = False
        self.from_ = ""
        self.to = ""
        self.trunk = ""
        self.type = "unknown"
        self.full: ConversationFull | None = None  #: its picture, good until the next change


class Conversation(Side):
    """One conversation; its id is the uniqueid of its channel."""

    __slots__ = ("asker", "channel", "id", "number", "parked", "sure", "talk_from")

    def __init__(self, channel: Channel, start: int):
        super().__init__(f"conversations.{channel.uniqueid}.", start)
        self.id = channel.uniqueid
        self.channel = channel
        self.number = ""  #: who was called
        self.sure = True  #: the number is an extension or came from a dial string, no better one can follow
        self.asker = ""  #: the employee who asks a colleague; "" once the client is joined, or if nobody asks
        self.parked = False
        self.talk_from = 0  #: since when it shares a bridge with the client; 0 = it does not now


def put(step: Step, holder: Side, field: str, value: object, rule: str) -> bool:
    """Set a field of a side (or of a call) and write the change down; False if it was so already."""
    old = getattr(holder, field)
    if old == value:
        return False
    setattr(holder, field, value)
    holder.full = None
    step.marks.append((holder.root, field, old, value, rule))
    return True
