"""CallFacts: what a flow needs of a call beyond `call_full`.

`call_full` is the contract with customizations and has no place for talk times, recordings or
the queue. Times here are microseconds since the epoch.
"""

import msgspec


class Talk(msgspec.Struct, frozen=True):
    """One stretch of time in which the client and this conversation shared a bridge."""

    conversation: str
    start: int
    end: int  #: 0 = going on


class CallFacts(msgspec.Struct, frozen=True):
    """The facts of a call at one moment."""

    linkedid: str
    start: int
    end: int = 0  #: 0 = open
    talk_seconds: int = 0  #: whole seconds in which the client shared a bridge with an employee
    last_speaker: str = ""  #: the conversation whose common bridge with the client began last, or ""
    talks: list[Talk] = []
    records: list[str] = []  #: files of the call's one recording as MixMonitor was told, in order
    absorbed: list[str] = []  #: linkedids that became part of this call
    ringing: list[str] = []  #: conversations asked, and neither accepted nor ended
    place: str = "menu"  #: where the client is: menu, queue, ringing, talking, ended
    queue: str = ""  #: the queue the client waits in, or ""
    callback: bool = False  #: the PBX rang the client first
    originated: bool = False  #: begun by Originate (click-to-call, callback), not by dialling
