"""Arrival: a channel appears on the board.

In:   CHAN_START; or any other row of a channel whose CHAN_START was lost.
Out:  the caller, or a conversation requested.

Reasons: a channel whose uniqueid is not the linkedid was called by another. In a call begun by
Originate the first leg is called by us: the employee's telephone of a click-to-call, or the
client's of a callback. With a Local channel in front the real first legs stand behind `;2`; what
is called after `;1` was answered is the second part.
"""

from cordboard.calls.call import Call
from cordboard.calls.cel import CelEvent
from cordboard.calls.channel import LOCAL, PHONE, TRUNK, Channel
from cordboard.calls.rules.conversations import request
from cordboard.calls.rules.direction import NOWHERE, decide_direction, dials_in
from cordboard.calls.rules.numbers_of_call import name_sides
from cordboard.calls.steps import Step
from cordboard.calls.switchboard import Switchboard


def arrive(board: Switchboard, channel: Channel, event: CelEvent, step: Step) -> None:
    """Place a new channel in its call."""
    call = channel.call
    channel.exten = event.exten
    channel.first_num = channel.cid_num = event.cid_num
    channel.dnid = event.cid_dnid
    if channel is call.main:
        _first(call, channel, event)
    elif channel.kind is TRUNK and dials_in(channel, call):
        _dialled_in(call, channel)
    elif call.originated and channel.is_person and _is_first_leg(call, channel):
        channel.own_leg = True
        if channel.kind is TRUNK and not _is_employee(call, channel):
            call.callback, call.client = True, channel
    elif channel.is_person and event.eventtype != "BRIDGE_ENTER":
        if call.first_called is None:
            call.first_called = channel.kind
        request(board, channel, event.eventtime, step, "called")
        return
    decide_direction(call, step)
    name_sides(call, step)


def _first(call: Call, channel: Channel, event: CelEvent) -> None:
    by_originate = event.appname == "AppDial2" or channel.kind is LOCAL or call.expected is not None
    if by_originate or (event.exten == "s" and (channel.kind is PHONE or not event.cid_num)):
        originate(call, channel)
    elif dials_in(channel, call):
        _dialled_in(call, channel)


def originate(call: Call, channel: Channel) -> None:
    """The main channel was called by Originate, not by somebody who dialled."""
    call.originated = True
    if channel.is_person:
        channel.own_leg = True
        if channel.kind is TRUNK and not _is_employee(call, channel):
            call.callback, call.client = True, channel


def _dialled_in(call: Call, channel: Channel) -> None:
    if call.dialled_in is None or channel.start < call.dialled_in.start:
        call.dialled_in = call.client = channel


def _is_first_leg(call: Call, channel: Channel) -> bool:
    """Behind the Local channel of an Originate, called before its first half was answered."""
    main = call.main
    if main is None or main.kind is not LOCAL or main.answer or channel.exten not in NOWHERE:
        return False
    phone_first = any(other.own_leg and other.kind is PHONE and other.answer for other in call.channels.values())
    return not (phone_first and channel.kind is TRUNK)


def _is_employee(call: Call, channel: Channel) -> bool:
    """A trunk leg to the employee's own mobile: their telephone rings beside it, or we were told whom the client is."""
    if any(other.own_leg and other.kind is PHONE for other in call.channels.values()):
        return True
    if call.expected and call.dialled:
        return all(number[-9:] != call.expected[1][-9:] for _, number in call.dialled)
    return False
