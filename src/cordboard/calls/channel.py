"""Channel: one leg of a call as the PBX has it, and the bridge it stands in.

What a channel *is* follows from its name alone, once: `PJSIP/101-0000002a` is a telephone,
`PJSIP/trunk-alpha-00000000` leads outside, `Local/102@internal-00000000;1` is one half of a pair
that is never a person, and announcers or recorders are nobody either.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cordboard.calls.call import Call
    from cordboard.calls.conversation import Conversation
    from cordboard.numbers.plan import NumberingPlan

#: technologies behind which nobody sits
NOBODY = frozenset(("CBAnn", "CBRec", "Announcer", "Recorder", "Message", "Snoop", "UnicastRTP", "MulticastRTP"))


class Kind(StrEnum):
    """What stands behind a channel."""

    PHONE = "phone"  #: an internal telephone
    TRUNK = "trunk"  #: the outside
    LOCAL = "local"  #: half of a Local pair
    OTHER = "other"  #: announcers, recorders


class Bridge:
    """Where channels hear each other."""

    __slots__ = ("holding", "id", "members", "room")

    def __init__(self, id: str, *, room: bool, holding: bool):
        self.id = id
        self.room = room  #: softmix: a conference room
        self.holding = holding  #: a parking place: those in it do not hear each other
        self.members: dict[str, Channel] = {}


class Channel:
    """One channel, from its first row to the end of its call."""

    __slots__ = (
        "answer", "appdata", "asked", "bridge", "call", "cause", "cid_num", "conversation", "dnid", "elsewhere", "end",
        "endpoint", "exten", "extra", "first_num", "kind", "left", "name", "own_leg", "pair", "parked", "source",
        "start", "started", "uniqueid",
    )  # fmt: skip

    def __init__(self, uniqueid: str, name: str, call: Call, at: int, plan: NumberingPlan):
        self.uniqueid = uniqueid
        self.name = name
        self.call = call
        self.kind, self.endpoint, self.pair = classify(name, plan)
        self.start = at
        self.started = False  #: its CHAN_START was seen
        self.answer = 0
        self.end = 0
        self.exten = ""  #: at CHAN_START: what was dialled, `s` on a called channel
        self.first_num = ""  #: cid_num at CHAN_START
        self.cid_num = ""  #: cid_num now
        self.dnid = ""
        self.cause: int | None = None  #: of HANGUP; None = unknown
        self.source = ""  #: who hung up
        self.extra = ""  #: the last that was not empty
        self.appdata = ""  #: last arguments of Dial that were looked at
        self.bridge: Bridge | None = None
        self.left = ""  #: id of the bridge it left last
        self.conversation: Conversation | None = None
        #: the employee's own telephone in a click-to-call, or the client's in a callback
        self.own_leg = False
        self.asked = False  #: it was called (its uniqueid is not the linkedid)
        self.elsewhere = False  #: another answered for it
        self.parked = False

    @property
    def is_person(self) -> bool:
        """Say whether somebody can sit behind it."""
        return self.kind is Kind.PHONE or self.kind is Kind.TRUNK


def classify(name: str, plan: NumberingPlan) -> tuple[Kind, str, str]:
    """Return kind, endpoint and, of a Local half, the name of its pair."""
    name = name.removesuffix("<ZOMBIE>")
    technology, _, rest = name.partition("/")
    if technology == "Local":
        pair, _, _ = name.rpartition(";")
        return Kind.LOCAL, rest.rpartition("@")[0], pair
    endpoint = rest.rpartition("-")[0] or rest
    if not endpoint or technology in NOBODY:
        return Kind.OTHER, endpoint, ""
    return (Kind.TRUNK if plan.is_trunk(endpoint) else Kind.PHONE), endpoint, ""
