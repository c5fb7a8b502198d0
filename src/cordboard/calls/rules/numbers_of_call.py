"""Numbers of the call: who called whom on which line.

In:   the channels of a call.
Out:  `from`, `to` and `trunk` of the call and of its conversations.

Reasons: an employee's extension is safest in the channel name, because the dial plan replaces
`cid_num` (outgoing caller id) and transfers overwrite it. A client's number is the first one
their channel had; later values count only if that was empty. On a trunk leg that we call,
`cid_num` is what was dialled on the *calling* channel, which for a group with a mobile is our
own DID, so the dial string comes first. The trunk's name is never given as a number: a CRM would
create a line of that name.
"""

from cordboard.calls.call import UNNAMED, Call
from cordboard.calls.channel import PHONE, TRUNK, Channel
from cordboard.calls.conversation import Conversation, Side, put
from cordboard.calls.rules.direction import NOWHERE
from cordboard.calls.steps import Step

RULE = "numbers_of_call"


def number_of(channel: Channel | None) -> str:
    """Return the number of the person behind a channel."""
    if channel is None:
        return ""
    if channel.kind is PHONE:
        return channel.endpoint
    return channel.first_num or channel.cid_num


def did_of(call: Call) -> str:
    """Return our number that the client dialled."""
    channel = call.dialled_in
    if channel is None:
        return ""
    if channel.exten not in NOWHERE:
        return channel.exten
    return channel.dnid or call.plan.lines.get(channel.endpoint, "")


def find_called(conversation: Conversation, call: Call) -> None:
    """Set who is called on this leg: an extension, or the number given to the provider."""
    channel = conversation.channel
    if channel.kind is PHONE:
        conversation.number = channel.endpoint
        return
    if channel.exten not in NOWHERE and channel.first_num:  # another client, joined with this one
        conversation.number = channel.first_num
        return
    for index, (endpoint, number) in enumerate(call.dialled):
        if endpoint == channel.endpoint:
            del call.dialled[index]
            conversation.number, conversation.sure = number, True
            return
    conversation.number, conversation.sure = guessed_number(channel, call), False


def correct_called(conversation: Conversation, call: Call, step: Step) -> None:
    """Look again for a number that was only guessed: the live lane tells it just after the leg appears."""
    before = conversation.number
    find_called(conversation, call)
    if conversation.number != before:
        conversation.full = None
        call.names = UNNAMED
        name_sides(call, step, conversation)


def guessed_number(channel: Channel, call: Call) -> str:
    """Return the number of a trunk leg where no dial string tells it; "" rather than our own number."""
    did = did_of(call)
    if channel.cid_num and channel.cid_num != did:
        return channel.cid_num
    for half in reversed(list(call.locals.values())):
        if half.exten not in NOWHERE and half.exten != did and not call.plan.is_local(half.exten):
            return half.exten
    dialled = call.main.exten if call.main else ""
    return dialled if dialled not in NOWHERE and dialled != did else ""


def line_of(channel: Channel, call: Call) -> str:
    """Return our number on the trunk of an outgoing leg, or "" where nothing tells it."""
    if line := call.plan.lines.get(channel.endpoint):
        return line
    caller = call.main
    if caller is None or caller.kind is not PHONE or call.plan.is_local(caller.cid_num):
        return ""
    return caller.cid_num


def name_sides(call: Call, step: Step, fresh: Conversation | None = None) -> None:
    """Give the call, the new conversation, and all of them where the call's own numbers changed, their numbers."""
    if call.type == "incoming":
        client, line = number_of(call.dialled_in), did_of(call)
        _give(step, call, client, line, _reached(call) or line)
    else:
        client = _client_number(call)
        _give(step, call, _caller_number(call), _line_number(call), _target(call, client))
    names = (call.type, call.from_, call.trunk, client)
    if names != call.names:
        call.names = names
        for conversation in call.conversations.values():
            name_conversation(conversation, call, client, step)
    elif fresh is not None:
        name_conversation(fresh, call, client, step)


def _give(step: Step, side: Side, from_: str, trunk: str, to: str) -> None:
    if side.from_ != from_:
        put(step, side, "from_", from_, RULE)
    if side.trunk != trunk:
        put(step, side, "trunk", trunk, RULE)
    if side.to != to:
        put(step, side, "to", to, RULE)


def name_conversation(conversation: Conversation, call: Call, client: str, step: Step) -> None:
    """Give one conversation its numbers; a consultation belongs to the asking employee."""
    asker = conversation.asker
    type_ = "local" if asker else call.type
    if conversation.type != type_:
        put(step, conversation, "type", type_, "direction")
    from_ = asker or (client if _from_client(conversation, call) else call.from_)
    _give(step, conversation, from_, call.trunk, conversation.number)


def _from_client(conversation: Conversation, call: Call) -> bool:
    """Say whether the client is who talks to this conversation, and not the employee who called."""
    if call.type == "incoming" or call.callback:
        return True
    return call.type == "outgoing" and call.client is not None and conversation.channel is not call.client


def _client_number(call: Call) -> str:
    expected = call.expected[1] if call.expected else ""
    if call.callback:
        return expected or number_of(call.client)
    if call.type != "outgoing":
        return number_of(call.client)
    if call.client is not None and call.client.conversation is not None:
        return call.client.conversation.number
    sent = call.last_requested
    if sent is not None and sent.channel.kind is TRUNK and sent.number:
        return sent.number
    dialled = call.main.exten if call.main else ""
    return expected or (dialled if dialled not in NOWHERE else "")


def _caller_number(call: Call) -> str:
    if not call.originated:
        return number_of(call.main)
    employee = call.expected[0] if call.expected else ""
    if call.callback:
        speaker = call.last_accepted or call.last_requested
        return speaker.number if speaker else employee
    for channel in call.channels.values():
        if channel.own_leg and channel.kind is PHONE and (channel.answer or not employee):
            employee = channel.endpoint
    if not employee and call.main and call.main.kind is PHONE:
        employee = call.main.endpoint
    return employee


def _line_number(call: Call) -> str:
    if call.trunk or call.type != "outgoing":
        return call.trunk
    if call.callback:
        return call.plan.lines.get(call.client.endpoint, "") if call.client else ""
    sent = call.last_requested
    return line_of(sent.channel, call) if sent and sent.channel.kind is TRUNK else ""


def _target(call: Call, client: str) -> str:
    if call.type == "outgoing":
        return client
    if reached := _reached(call):
        return reached
    if call.expected:
        return call.expected[1]
    dialled = call.main.exten if call.main else ""
    return dialled if dialled not in NOWHERE else ""


def _reached(call: Call) -> str:
    """Return who talked last, or was asked last; "" while nobody was, or only for a consultation."""
    reached = call.last_accepted or call.last_requested
    if reached is None or (reached.asker and call.last_accepted is None):
        return ""
    return reached.number
