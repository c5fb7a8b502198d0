"""Merge: two calls become one when their people meet, not when a row says so.

In:   a BRIDGE_ENTER, PICKUP or PARK_END that brings channels of two calls together, or a row that
      shows a channel under another linkedid.
Out:  stage `merged`; the younger call's channels and conversations go on under the older linkedid.

Reasons: Asterisk changes the linkedid of the younger channels without a row; the next row of
such a channel is often the BRIDGE_EXIT at the very end of the talk, and the card must move now.
A conference room (softmix) merges nothing, and those in a parking place do not meet.
Which linkedid is older is decided as Asterisk does it: by the second in it, then by the counter.
The absorbed call's conversations come along. Those of a call among colleagues have not been
answered by anybody yet: who is only asked never spoke to the client.
"""

import re

from cordboard.calls.call import UNNAMED, Call
from cordboard.calls.channel import OTHER, Channel
from cordboard.calls.conversation import Conversation, put
from cordboard.calls.rules.direction import decide_direction
from cordboard.calls.rules.numbers_of_call import name_sides, number_of
from cordboard.calls.stages import CONVERSATION_ACCEPTED, CONVERSATION_REQUESTED, MERGED
from cordboard.calls.states import ENDED, RINGING, TALKING
from cordboard.calls.steps import Step
from cordboard.calls.switchboard import Switchboard

_DIGITS = re.compile(r"\d*")


def age(linkedid: str) -> tuple[int, int]:
    """Return what Asterisk compares: the creation second and the counter; an id without them is the oldest."""
    second, _, counter = linkedid.rpartition("-")[2].partition(".")
    return _leading(second), _leading(counter)


def _leading(text: str) -> int:
    match = _DIGITS.match(text)
    return int(match[0]) if match and match[0] else 0


def merge(board: Switchboard, one: Call, other: Call, at: int, step: Step, rule: str) -> Call:
    """Make one call of two; return the survivor."""
    if one is other:
        return one
    older, younger = (one, other) if age(one.linkedid) <= age(other.linkedid) else (other, one)
    older.freeze_pictures()
    younger.freeze_pictures()
    older.stage(step, MERGED, at, absorbed=younger)
    among_colleagues = younger.dialled_in is None and younger.type != "outgoing"
    asker = number_of(younger.main)
    _move(board, older, younger)
    step.linkedid = older.linkedid
    step.marks.append((None, "linkedid", younger.linkedid, older.linkedid, rule))
    _direct(older, younger, step)
    for conversation in younger.conversations.values():
        _bring(older, conversation, asker if among_colleagues else "", step)
    if younger.answered and not among_colleagues:
        put(step, older, "answered", True, "merge")
        put(step, older, "state", TALKING, "merge")
        put(step, older, "answer", min(older.answer or younger.answer, younger.answer), "merge")
        older.talks = sorted([*older.talks, *younger.talks], key=lambda talk: talk.start)
        older.last_accepted = older.last_accepted or younger.last_accepted
    older.names = UNNAMED
    name_sides(older, step)
    _announce(older, younger, at, step)
    return older


def _move(board: Switchboard, older: Call, younger: Call) -> None:
    for channel in younger.channels.values():
        channel.call = older
        if not younger.conversations:
            channel.own_leg = False  # a transfer that comes back rings the transferer by a call of its own
    older.channels.update(younger.channels)
    older.locals.update(younger.locals)
    older.live += younger.live
    older.records += younger.records
    older.absorbed += [younger.linkedid, *younger.absorbed]
    older.queued |= younger.queued
    older.expected = older.expected or younger.expected
    board.calls.pop(younger.linkedid, None)
    for linkedid in (younger.linkedid, *younger.absorbed):
        board.aliases[linkedid] = older


def _direct(older: Call, younger: Call, step: Step) -> None:
    """The oldest channel that dialled in is the client of what is one call now."""
    arrivals = [channel for channel in (older.dialled_in, younger.dialled_in) if channel is not None]
    if arrivals:
        first = min(arrivals, key=lambda channel: (channel.start, age(channel.uniqueid)))
        if older.dialled_in is not first:
            older.dialled_in = older.client = first
            older.trunk = ""
            if older.type == "local":
                _forget_talks(older, step)
    elif older.client is None or older.client.end:
        older.client = younger.client or older.client
    decide_direction(older, step)


def _forget_talks(call: Call, step: Step) -> None:
    """A client is joined into a call of colleagues: what they said before is not the client's talk, nobody has answered
    the client yet, and whoever does is told by a stage of their own."""
    call.talks.clear()
    call.speaking.clear()
    call.last_accepted = None
    put(step, call, "active", "", "merge")
    for side in (call, *call.conversations.values()):
        put(step, side, "answered", False, "merge")
        put(step, side, "answer", 0, "merge")
    for conversation in call.conversations.values():
        conversation.talk_from = 0


def _bring(call: Call, conversation: Conversation, asker: str, step: Step) -> None:
    call.conversations[conversation.id] = conversation
    conversation.full = None
    if conversation.talk_from:
        conversation.talk_from = 0
    if asker:
        conversation.asker = conversation.asker or asker
        put(step, conversation, "answered", False, "merge")
        put(step, conversation, "answer", 0, "merge")
        if conversation.state is TALKING:
            put(step, conversation, "state", RINGING, "merge")
    if call.last_requested is None or conversation.state is not ENDED:
        call.last_requested = conversation


def _announce(call: Call, younger: Call, at: int, step: Step) -> None:
    brought = [each for each in younger.conversations.values() if each.state is not ENDED]
    for conversation in brought:
        call.stage(step, CONVERSATION_REQUESTED, at, conversation.id)
    call.freeze_pictures()  # as they came, before they meet
    for conversation in brought:
        if conversation.answered:
            call.stage(step, CONVERSATION_ACCEPTED, at, conversation.id)


def met_stranger(channel: Channel) -> Channel | None:
    """Return a channel of another call in the same bridge, where people can meet."""
    bridge = channel.bridge
    if bridge is None or bridge.room or bridge.holding or len(bridge.members) < 2:
        return None
    for member in bridge.members.values():
        if member.call is not channel.call and member.kind is not OTHER:
            return member
    return None
