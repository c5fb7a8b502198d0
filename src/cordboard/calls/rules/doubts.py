"""Doubts: what the rows of a call did not tell, said when it ends.

In:   a call that ends. Out: sentences in the step, never in `call_full`.

Reasons: some sites track no applications, store no `extra` or cut the times. People, direction and
answer follow from what every site has; whoever asks why the rest is empty or a guess finds it here.
What a single row does not tell, its own rule says at once.
"""

from cordboard.calls.call import Call
from cordboard.calls.clock import SECOND
from cordboard.calls.steps import Step
from cordboard.calls.switchboard import Switchboard


def doubt_at_end(board: Switchboard, call: Call, step: Step) -> None:
    """Say what could not be known of this call."""
    for conversation in call.conversations.values():
        if not conversation.sure:
            guess = f"{conversation.number} is a guess" if conversation.number else "nothing tells it"
            step.doubt(f"the number given to the provider on {conversation.channel.name} is in no row: {guess}")
    if call.is_ivr and not board.tells_applications:
        step.doubt("no row of any application: an empty queue or a room looks like a menu")
    if call.end % SECOND == 0 and call.start % SECOND == 0:
        step.doubt("times are whole seconds: a talk may be a second longer or shorter")
