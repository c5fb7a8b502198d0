"""Direction: incoming, outgoing, local or unknown — from channels, never from names of contexts.

In:   the channels of a call, again whenever one is added.
Out:  `type` of the call.

Reasons, first that applies:
1. A trunk channel that *dialled in* makes the call incoming, even if it joins later. It has an
   extension other than `s` in its CHAN_START: that is the DID. A trunk leg that *we* call starts
   in `s`. A first channel in `s` that already has a number is a line without DID; one that
   Originate makes gets its number only later. An employee who dials in from a number of their own
   outside is at a telephone: whom they call decides.
2. A callback (Originate rings the client first) is outgoing.
3. Otherwise the first called channel decides: telephone → local, trunk → outgoing. A local call
   transferred outside later stays local.
4. Nobody called: click-to-call that was ignored → what was asked for, else outgoing; else the
   dialled number: internal → local, seven digits or more → outgoing, the rest (feature codes,
   rooms) unknown.
"""

import re

from cordboard.calls.call import Call
from cordboard.calls.channel import PHONE, TRUNK, Channel
from cordboard.calls.conversation import put
from cordboard.calls.steps import Step

_OUTSIDE = re.compile(r"^\+?\d{7,}$")
#: extensions that say nothing about what was dialled
NOWHERE = frozenset(("", "s"))


def dials_in(channel: Channel, call: Call) -> bool:
    """Say whether this trunk channel brought a call from outside."""
    if channel.kind is not TRUNK or channel.own_leg or call.plan.is_employee(channel.first_num):
        return False
    if channel.exten not in NOWHERE:
        return True
    return channel is call.main and not call.originated and bool(channel.first_num or channel.dnid)


def decide_direction(call: Call, step: Step) -> None:
    """Set the type of the call, and with it who the client is where nobody came from outside."""
    direction = direction_of(call)
    if call.type != direction:
        put(step, call, "type", direction, "direction")
    if direction == "outgoing":
        if call.client is call.main and not call.callback:
            call.client = None  # the trunk leg that meets an employee first
    elif call.client is None and not call.originated:
        call.client = call.main


def direction_of(call: Call) -> str:
    """Return the type of the call by what is known now."""
    if call.dialled_in is not None:
        return "incoming"
    if call.callback:
        return "outgoing"
    if call.first_called is not None:
        return "local" if call.first_called is PHONE else "outgoing"
    if call.originated:
        asked_for = call.expected[1] if call.expected else ""
        return "local" if asked_for and call.plan.is_local(asked_for) else "outgoing"
    dialled = call.main.exten if call.main else ""
    if call.plan.is_local(dialled):
        return "local"
    return "outgoing" if _OUTSIDE.match(dialled) else "unknown"
