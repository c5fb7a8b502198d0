"""Conversations: who is asked to talk.

In:   a channel that was called, or one that takes a call over (pickup, parking, joined by a transfer).
Out:  `conversation_requested`, once per conversation.

Reasons: each called telephone or trunk leg is an attempt to reach somebody, so it is a
conversation from its CHAN_START. Never a Local half (nobody sits there), never the main channel
(that is the caller), never the employee's own telephone of a click-to-call.
A colleague called while the client waits on hold is a consultation: the call of the one who
asks, until the client is joined. It is known by its Local pair: one half is still dialling, the
other stands in a bridge with the employee who asks, or the employee is about to follow it there and
still with the client (rows of two channels may change places within a millisecond).
"""

from cordboard.calls.call import Call
from cordboard.calls.channel import PHONE, Channel
from cordboard.calls.conversation import Conversation
from cordboard.calls.rules.direction import decide_direction
from cordboard.calls.rules.numbers_of_call import find_called, name_sides
from cordboard.calls.stages import CONVERSATION_REQUESTED
from cordboard.calls.states import RINGING
from cordboard.calls.steps import Step
from cordboard.calls.switchboard import Switchboard


def request(board: Switchboard, channel: Channel, at: int, step: Step, rule: str) -> Conversation:
    """Begin a conversation of this channel."""
    call = channel.call
    start = channel.start if rule == "called" else at
    conversation = channel.conversation = Conversation(start, id=channel.uniqueid, channel=channel)
    find_called(conversation, call)
    call.conversations[conversation.id] = conversation
    if rule == "called" and call.locals:
        asker = asker_of(board, call)
        conversation.asker = asker.endpoint if asker and asker.is_person else ""
    last = call.last_requested
    if last is None or (not conversation.asker and conversation.start >= last.start):
        call.last_requested = conversation  # by the clock: rows of a group's telephones may change places
    step.marks.append((None, f"conversations.{conversation.id}", None, conversation.number, rule))
    decide_direction(call, step)
    name_sides(call, step, conversation)
    call.stage(step, CONVERSATION_REQUESTED, at, conversation.id)
    if rule != "called":
        call.freeze_pictures()  # asked and accepted in one event, as one who takes a call over
    return conversation


def asker_of(board: Switchboard, call: Call) -> Channel | None:
    """Return the employee who consults through a Local pair of which one half still dials, if there is one."""
    if call.client is None:
        return None
    for half in call.locals.values():
        other = board.other_half(half)
        if other is None or other.bridge is not None:
            continue
        with_half = half.bridge.members.values() if half.bridge is not None else ()
        with_client = board.together(call.client.bridge) if call.speaking else ()
        for member in (*with_half, *with_client):
            if member.kind is PHONE and member is not call.client:
                return member
    return None


def join_consulted(half: Channel, step: Step) -> None:
    """Whoever is consulted through this Local half rings for the client from now on, if the client is with it: the one
    who asked has hung up meanwhile."""
    call = half.call
    if call.client is None or call.client.bridge is not half.bridge:
        return
    consulted = [each for each in call.conversations.values() if each.asker and each.state is RINGING]
    for conversation in consulted:
        conversation.asker = ""
        name_sides(call, step, conversation)
