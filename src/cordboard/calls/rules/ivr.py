"""IVR: a call missed in a voice menu.

In:   a call that ends. Out: `is_ivr`.

Reasons: incoming, nobody was asked to talk, and the PBX itself had answered. A client who waited
in a queue or entered a room wanted a person, so those are not the menu's fault.
"""

from cordboard.calls.call import Call


def ended_in_menu(call: Call) -> bool:
    """Say whether the client never got out of the menu."""
    return call.type == "incoming" and not call.conversations and call.pbx_answered and not call.queued
