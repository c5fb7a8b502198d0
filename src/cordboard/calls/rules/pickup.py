"""Pickup: somebody else takes the ringing call.

In:   PICKUP on the channel that was ringing; `extra` names who took it.
Out:  the picker's call becomes part of this one and the picker a conversation; the telephone that
      rang was answered elsewhere.

Reasons: the picker began a call of its own (it dialled `*8`), so nothing under our linkedid says
who it is but this row. Its number is its own extension, never the code. Without `extra` the
meeting in a bridge merges the two a moment later.
"""

from cordboard.calls.call import read_object
from cordboard.calls.cel import CelEvent
from cordboard.calls.channel import Channel
from cordboard.calls.rules.conversations import request
from cordboard.calls.rules.merge import merge
from cordboard.calls.steps import Step
from cordboard.calls.switchboard import Switchboard


def picked_up(board: Switchboard, channel: Channel, event: CelEvent, step: Step) -> None:
    """Bring the picker in."""
    channel.elsewhere = True
    extra = read_object(event.extra)
    picker = board.channels.get(str(extra.get("pickup_channel_uniqueid", "")))
    picker = picker or board.names.get(str(extra.get("pickup_channel", "")))
    if picker is None:
        step.doubt("who picked up is not in the row")
        return
    take_over(board, channel, picker, event.eventtime, step, "pickup")


def take_over(board: Switchboard, channel: Channel, taker: Channel, at: int, step: Step, rule: str) -> None:
    """Make one call of both and the taker a conversation of it."""
    call = merge(board, channel.call, taker.call, at, step, rule)
    if taker.conversation is None and taker.is_person and taker is not call.client and taker is not call.main:
        request(board, taker, at, step, rule)
