"""Answer: when talk starts and ends. *This is where a call is missed or not.*

In:   the board, after somebody entered or left a bridge.
Out:  `conversation_accepted`, `was_answered`, `answer_time`, state `talking`, the active
      conversation, and the stretches of talk.

Reasons: a conversation is accepted when its channel and the client's are together for the first
time — in one bridge, or in two that a Local pair joins; in a local call: with the caller's.
ANSWER alone never accepts: the PBX answers for its menus, and a colleague who is only asked
about a call answers too, without ever hearing the client. `answer_time` is then the channel's own
ANSWER. In an outgoing call the client is the trunk leg that first met an employee. In a
conference room there may be no conversation at all; the client met a person all the same.
"""

from collections.abc import Sequence

from cordboard.calls.call import UNNAMED, Call, close_talk
from cordboard.calls.channel import PHONE, TRUNK, Channel
from cordboard.calls.conversation import Conversation, Side, put
from cordboard.calls.rules.conversations import request
from cordboard.calls.rules.numbers_of_call import name_sides
from cordboard.calls.stages import CONVERSATION_ACCEPTED
from cordboard.calls.states import ACCEPT, TALKING, after
from cordboard.calls.steps import Step
from cordboard.calls.switchboard import Switchboard

RULE = "answer"


def answered(board: Switchboard, channel: Channel, at: int, step: Step) -> None:
    """Note the ANSWER of a channel; late by milliseconds, it corrects the time of an accepted conversation."""
    if channel.answer:
        return
    channel.answer = at
    call, conversation = channel.call, channel.conversation
    if conversation is not None:
        if conversation.answered and at < conversation.answer:
            put(step, conversation, "answer", at, "answer_time")
    elif channel is call.client or channel is call.main:
        call.pbx_answered = True


def part(board: Switchboard, call: Call, at: int, step: Step) -> None:
    """See who is no longer together with the client: somebody left."""
    if call.speaking or call.room_from:
        meet(board, call, at, step)


def meet(board: Switchboard, call: Call, at: int, step: Step, joined: Sequence[str] = ()) -> None:
    """See who is together with the client now; `joined` names channels sure to be where they stand."""
    if call.client is None:
        find_client(board, call, at, step)
    client = call.client
    others: list[Channel] = []
    now: dict[str, Conversation] = {}
    for channel in board.together(client.bridge) if client is not None else ():
        if channel is client or not channel.is_person:
            continue
        others.append(channel)
        if channel.call is not call:
            continue
        conversation = channel.conversation
        if conversation is None and channel.name in joined and not _is_own(channel, call):
            conversation = request(board, channel, at, step, "joined")
        if conversation is not None:
            now[conversation.id] = conversation
    if others and client is not None and client.conversation is not None:
        now[client.conversation.id] = client.conversation
    if now or call.speaking:
        _change_speakers(call, now, at, step)
    in_room = client is not None and client.bridge is not None and client.bridge.room
    if in_room or call.room_from:
        inside = in_room and not now and any(channel.kind is PHONE for channel in others)
        _in_room(call, at, step, inside=inside)


def find_client(board: Switchboard, call: Call, at: int, step: Step) -> None:
    """In an outgoing call, make the first trunk leg that meets an employee the client.

    A call among colleagues that Originate began has the first employee in the client's place."""
    if call.type == "local":
        call.client = next((leg for leg in call.channels.values() if leg.own_leg and leg.bridge), None)
    if call.type != "outgoing":
        return
    for conversation in list(call.conversations.values()) if len(call.conversations) < 9 else [call.last_requested]:
        if conversation is None:
            continue
        leg = conversation.channel
        if leg.kind is not TRUNK or leg.bridge is None or leg.bridge.room:
            continue
        if any(other is not leg and other.is_person for other in board.together(leg.bridge)):
            call.client = leg
            name_sides(call, step)
            return


def refresh_active(call: Call, step: Step) -> None:
    """Keep the one who is with the client; else the last who was, while their channel lives and nothing parks it."""
    active = ""
    if call.speaking:
        for key, conversation in call.speaking.items():
            if conversation.channel is not call.client or not active:
                active = key
    elif call.active:
        last = call.conversations.get(call.active)
        if last is not None and last.state is TALKING and not last.parked:
            active = last.id
    if call.active != active:
        put(step, call, "active", active, "active_conversation")


def _is_own(channel: Channel, call: Call) -> bool:
    return channel is call.main or channel.own_leg


def _change_speakers(call: Call, now: dict[str, Conversation], at: int, step: Step) -> None:
    before = call.speaking
    call.speaking = now
    for key, conversation in before.items():
        if key not in now:
            close_talk(call, key, conversation.talk_from, at)
            conversation.talk_from = 0
    begun = [conversation for key, conversation in now.items() if key not in before]
    for conversation in begun:
        conversation.talk_from = at
        if conversation.channel is not call.client or call.last_accepted is None:
            call.last_accepted = conversation
        if not conversation.answered:
            accept(call, conversation, at, step)
    if begun:
        name_sides(call, step, begun[-1])
    refresh_active(call, step)


def accept(call: Call, conversation: Conversation, at: int, step: Step) -> None:
    """Begin the talk of a conversation: the client hears them."""
    was_asking = bool(conversation.asker)
    conversation.asker = ""
    conversation.full = None
    begin_talk(conversation, conversation.channel.answer or at, step)
    begin_talk(call, at, step)
    if conversation.channel is not call.client:
        call.last_accepted = conversation
    if was_asking:
        call.names = UNNAMED
    call.stage(step, CONVERSATION_ACCEPTED, at, conversation.id)


def begin_talk(side: Side, answer: int, step: Step) -> None:
    """The client met this person; of the call: a person at all."""
    if not side.answered:
        put(step, side, "state", after(side.state, ACCEPT), RULE)
        put(step, side, "answered", True, RULE)
        put(step, side, "answer", answer, "answer_time")


def _in_room(call: Call, at: int, step: Step, *, inside: bool) -> None:
    if inside and not call.room_from and call.type in ("incoming", "outgoing"):
        call.room_from = at
        begin_talk(call, at, step)
    elif call.room_from and not inside:
        close_talk(call, "", call.room_from, at)
        call.room_from = 0
