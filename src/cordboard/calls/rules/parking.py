"""Parking: the client waits in a parking place.

In:   PARK_START and PARK_END on the parked channel.
Out:  `is_parked` of the conversation the client left; a retriever's call becomes part of this one.

Reasons: plain hold leaves no trace in CEL, so `is_parked` means parking only. It is told on the
conversation that was with the client when the parking began, also after that telephone hung up,
until PARK_END. A call that comes back after the time-out is a newly called channel.
"""

from cordboard.calls.call import read_object
from cordboard.calls.cel import CelEvent
from cordboard.calls.channel import Channel
from cordboard.calls.conversation import put
from cordboard.calls.rules.answer import refresh_active
from cordboard.calls.rules.pickup import take_over
from cordboard.calls.steps import Step
from cordboard.calls.switchboard import Switchboard

RULE = "parking"
#: the client left a conversation *at* the parking if not longer ago than this (microseconds)
JUST_NOW = 2_000_000


def parked(board: Switchboard, channel: Channel, event: CelEvent, step: Step) -> None:
    """Mark the conversations the client left."""
    call, at = channel.call, event.eventtime
    channel.parked = True
    left = dict.fromkeys(
        [*(talk.conversation for talk in call.talks[-8:] if at - talk.end <= JUST_NOW), *call.speaking]
    )
    for key in left:
        if (conversation := call.conversations.get(key)) is not None:
            put(step, conversation, "parked", True, RULE)
    if call.active and call.active in left:
        put(step, call, "active", "", RULE)


def unparked(board: Switchboard, channel: Channel, event: CelEvent, step: Step) -> None:
    """Unmark them, and bring in whoever took the call."""
    call = channel.call
    channel.parked = False
    for conversation in call.conversations.values():
        put(step, conversation, "parked", False, RULE)
    refresh_active(call, step)
    if not event.extra:
        step.doubt("who took the parked call, if anybody did, is not in the row")
    taker = board.names.get(str(read_object(event.extra).get("retriever", "")))
    if taker is not None:
        take_over(board, channel, taker, event.eventtime, step, "parking")
