"""States of a conversation and of a call, as a table.

Theory of operation. There is one small machine, and it runs once per conversation and once for
the call as a whole (the main `channel` of `call_full`). It knows three happenings:

* `ACCEPT`: the client and the employee share a bridge for the first time (`rules/answer.py`).
  An ANSWER row alone never does this: the PBX answers too, and so does a colleague who is only
  asked whether they want the call.
* `LEAVE`: the channel is gone; for the call: the last channel is gone (`rules/hangup.py`).
* `PROCESS`: the CRM has all of it. That one comes from outside and is laid over a picture by
  `snapshot.with_crm`; the tracker never sees it.

A missing entry means "no effect", so a doubled or late row changes nothing and a state only
moves forward. The picture in `README.md` is drawn from this very table by `draw`.
"""

from enum import StrEnum


class State(StrEnum):
    """Where a conversation (or the call) stands; the words of `call_full`."""

    RINGING = "ringing"  #: asked, and not together with the client yet
    TALKING = "talking"  #: was together with the client, and is not gone
    ENDED = "ended"  #: gone
    PROCESSED = "processed"  #: gone, and the CRM knows all about it

    __hash__ = str.__hash__  # enum's own is written in Python, and the table is asked twice per conversation


class Happening(StrEnum):
    """What moves a state."""

    ACCEPT = "accept"
    LEAVE = "leave"
    PROCESS = "process"

    __hash__ = str.__hash__


#: by their own names: each look into an enum takes longer than the question that is asked of it
RINGING, TALKING, ENDED, PROCESSED = State
ACCEPT, LEAVE, PROCESS = Happening

TRANSITIONS: dict[State, dict[Happening, State]] = {
    State.RINGING: {Happening.ACCEPT: State.TALKING, Happening.LEAVE: State.ENDED},
    State.TALKING: {Happening.LEAVE: State.ENDED},
    State.ENDED: {Happening.PROCESS: State.PROCESSED},
    State.PROCESSED: {},
}


def after(state: State, happening: Happening) -> State:
    """Return the state that follows; the same one where the happening has no effect."""
    return TRANSITIONS[state].get(happening, state)


def draw() -> str:
    """Return the table as a mermaid state diagram."""
    lines = ["stateDiagram-v2", f"    [*] --> {State.RINGING}"]
    for state, moves in TRANSITIONS.items():
        lines += [f"    {state} --> {target}: {happening}" for happening, target in moves.items()]
        if not moves:
            lines.append(f"    {state} --> [*]")
    return "\n".join(lines)
