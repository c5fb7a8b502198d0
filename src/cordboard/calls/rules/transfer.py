"""Transfer: who is the other side when the one who called is gone.

In:   the client's channel of a local call leaves, or sends its partner elsewhere.
Out:  the client of the call is the partner who stays.

Reasons: most of a transfer needs no rule. The transferer's conversation ends with its channel,
the target is a newly called channel, and two calls merge where their people meet. But a local
call has no client from outside: "answered" there means together with the caller. When the caller
hands the partner over and leaves, that partner takes the caller's place.
"""

from cordboard.calls.call import Call
from cordboard.calls.cel import CelEvent
from cordboard.calls.channel import Channel
from cordboard.calls.rules.answer import meet
from cordboard.calls.states import TALKING
from cordboard.calls.steps import Step
from cordboard.calls.switchboard import Switchboard


def transferred(board: Switchboard, channel: Channel, event: CelEvent, step: Step) -> None:
    """See whether the caller of a local call has left it to the partner."""
    if channel is channel.call.client:
        hand_over(board, channel.call, event.eventtime, step)


def hand_over(board: Switchboard, call: Call, at: int, step: Step) -> None:
    """Put the partner in the caller's place."""
    if call.type not in ("local", "unknown"):
        return
    partner = call.last_accepted
    if partner is None or partner.state is not TALKING or partner.channel is call.client:
        return
    call.client = partner.channel
    meet(board, call, at, step)
