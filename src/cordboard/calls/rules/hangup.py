"""Hangup: when a channel, a conversation and the call end.

In:   HANGUP or CHAN_END of a channel (they come together; either is enough if one is lost).
Out:  state `ended`, `end_time`, `conversation_ended`; `call_ended` when the last channel is gone.

Reasons: a call lives as long as any of its channels, whoever began it. LINKEDID_END ends nothing:
after a pickup it comes while the picker still talks. Where rows are lost, `CallTracker.expire`
ends the call.
"""

import re

import msgspec

from cordboard.calls.call import Call
from cordboard.calls.cel import CelEvent
from cordboard.calls.channel import LOCAL, Channel
from cordboard.calls.conversation import put
from cordboard.calls.rules.answer import part, refresh_active
from cordboard.calls.rules.doubts import doubt_at_end
from cordboard.calls.rules.ivr import ended_in_menu
from cordboard.calls.rules.result import result_of
from cordboard.calls.rules.transfer import hand_over
from cordboard.calls.stages import CALL_ENDED, CONVERSATION_ENDED
from cordboard.calls.states import ENDED, LEAVE, after
from cordboard.calls.steps import Step
from cordboard.calls.switchboard import Switchboard

RULE = "hangup"


class _Extra(msgspec.Struct, gc=False):
    hangupcause: int = 0
    hangupsource: str = ""


_decode = msgspec.json.Decoder(_Extra).decode
_CAUSE = re.compile(r'"hangupcause"\s*:\s*"?(\d+)')
_SOURCE = re.compile(r'"hangupsource"\s*:\s*"([^"]*)"')


def read_cause(channel: Channel, extra: str) -> None:
    """Take cause and source from a HANGUP's `extra`, cut or not."""
    try:
        found = _decode(extra)
        channel.cause, channel.source = found.hangupcause, found.hangupsource
    except msgspec.DecodeError:
        cause, source = _CAUSE.search(extra), _SOURCE.search(extra)
        channel.cause = int(cause[1]) if cause else None
        channel.source = source[1] if source else ""


def gone(board: Switchboard, channel: Channel, event: CelEvent, step: Step) -> None:
    """End a channel, its conversation, and the call if it was the last."""
    if event.extra and channel.cause is None and event.eventtype == "HANGUP":
        read_cause(channel, event.extra)
        if channel.conversation is not None:
            channel.conversation.full = None
    if channel.end:
        return
    leave(board, channel, event.eventtime, step)


def leave(board: Switchboard, channel: Channel, at: int, step: Step) -> None:
    """Take a channel off at this time."""
    call = channel.call
    channel.end = at
    channel.parked = False
    call.live -= 1
    if channel.kind is LOCAL:
        call.locals.pop(channel.uniqueid, None)
    if channel.bridge is not None:
        board.leave(channel)
        part(board, call, at, step)
    conversation = channel.conversation
    if conversation is not None:
        put(step, conversation, "state", after(conversation.state, LEAVE), RULE)
        put(step, conversation, "end", at, RULE)
        if call.active == conversation.id:
            refresh_active(call, step)
        call.stage(step, CONVERSATION_ENDED, at, conversation.id)
    if call.live <= 0:
        call.freeze_pictures()
        end_call(board, call, at, step)
    elif channel is call.client:
        call.freeze_pictures()
        hand_over(board, call, at, step)


def end_call(board: Switchboard, call: Call, at: int, step: Step) -> None:
    """End the call: nobody is left."""
    for conversation in call.conversations.values():
        put(step, conversation, "parked", False, RULE)
        if conversation.state is not ENDED:  # asked by a row that came after its channel was gone
            put(step, conversation, "state", ENDED, RULE)
            put(step, conversation, "end", at, RULE)
    put(step, call, "active", "", RULE)
    put(step, call, "is_ivr", ended_in_menu(call), "ivr")
    put(step, call, "result", result_of(call, step), "result")
    put(step, call, "state", after(call.state, LEAVE), RULE)
    put(step, call, "end", at, RULE)
    doubt_at_end(board, call, step)
    call.queue = ""
    board.forget(call, at)
    call.stage(step, CALL_ENDED, at)
    call.shown.clear()  # nothing changes any more: its pictures can be taken at any time
