"""Result: how the call ended, as a SIP-like status.

In:   who answered; hang-up cause (Q.850) and source of the channels. A is the calling channel.
Out:  200, 404, 480, 486, 487, 603 …

Reasons: Asterisk's `dialstatus` is too coarse, and the caller's own cause is whatever the dial
plan ended with; the called channel's cause tells. `hangupsource` separates the cases: a telephone
that refuses names itself, a channel that Asterisk ended names nobody, a caller who leaves names
itself on its own row. First that applies:
1. somebody answered → 200;
2. A left while one of the called still rang → 487;
3. the called one that ended last refused by itself → by its cause;
4. else → 480;
5. nobody was called: the PBX had answered, or A left → 487; else A's cause, else 480.
Those answered elsewhere (cause 26, picked up) say nothing. Without `extra`: 200 or 480.
"""

from cordboard.calls.call import Call
from cordboard.calls.channel import Channel
from cordboard.calls.clock import SECOND
from cordboard.calls.steps import Step

ANSWERED, GAVE_UP, NO_ANSWER = 200, 487, 480
ELSEWHERE = 26

BY_CAUSE = {
    1: 404, 2: 404, 3: 404, 17: 486, 18: 408, 19: 480, 20: 480, 21: 603, 22: 410, 27: 502, 28: 484, 29: 501,
    31: 480, 34: 503, 38: 503, 41: 503, 42: 503, 44: 503, 50: 403, 52: 403, 54: 403, 57: 403, 58: 488, 66: 503,
    102: 504, 127: 500,
}  # fmt: skip


def result_of(call: Call, step: Step) -> int:
    """Return the result of a call that ends."""
    if call.answered:
        return ANSWERED
    if all(channel.cause is None for channel in call.channels.values()):
        step.doubt("no hang-up cause in any row: an unanswered call can only be told as 480")
        return NO_ANSWER
    caller = calling_channel(call)
    called = [
        channel
        for channel in (conversation.channel for conversation in call.conversations.values())
        if channel.cause != ELSEWHERE and not channel.elsewhere
    ]
    if not called:
        return _without_called(call, caller)
    if caller and _left(caller) and any(_still_rang(channel, caller) for channel in called):
        return GAVE_UP
    last = max(called, key=lambda channel: channel.end)
    return BY_CAUSE.get(last.cause or 0, NO_ANSWER) if _left(last) else NO_ANSWER


def calling_channel(call: Call) -> Channel | None:
    """Return A: who called. In a click-to-call through Local that is the employee's telephone."""
    if call.dialled_in is not None:
        return call.dialled_in
    own = [channel for channel in call.channels.values() if channel.own_leg]
    return max(own, key=lambda channel: channel.start) if own else call.main


def _left(channel: Channel) -> bool:
    return bool(channel.source) and channel.source == channel.name


def _still_rang(channel: Channel, caller: Channel) -> bool:
    """Its own end has no source, and it came with the caller's (they end within one teardown)."""
    return (
        not channel.source and caller.end // SECOND - channel.end // SECOND <= 1 and caller.end - channel.end < SECOND
    )


def _without_called(call: Call, caller: Channel | None) -> int:
    if caller is None:
        return NO_ANSWER
    if call.callback:  # the client is the one who was called
        return BY_CAUSE.get(caller.cause or 0, NO_ANSWER)
    if call.pbx_answered or _left(caller):
        return GAVE_UP
    return BY_CAUSE.get(caller.cause or 0, NO_ANSWER)
