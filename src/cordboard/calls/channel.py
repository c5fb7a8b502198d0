"""Channel: one leg of a call as the PBX has it, and the bridge it stands in.

What a channel *is* follows from its name alone, once: `PJSIP/101-0000002a` is a telephone,
`PJSIP/trunk-alpha-00000000` leads outside, `Local/102@internal-00000000;1` is one half of a pair
that is never a person, and announcers or recorders are nobody either.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from cordboard.calls.call import Call
    from cordboard.calls.conversation import Conversation
    from cordboard.numbers.plan import NumberingPlan

#: technologies behind which nobody sits
NOBODY = frozenset(("CBAnn", "CBRec", "Announcer", "Recorder", "Message", "Snoop", "UnicastRTP", "MulticastRTP"))
#: stems of channel names remembered; then their cache begins anew
CACHE_LIMIT = 20_000


class Kind(StrEnum):
    """What stands behind a channel."""

    PHONE = "phone"  #: an internal telephone
    TRUNK = "trunk"  #: the outside
    LOCAL = "local"  #: half of a Local pair
    OTHER = "other"  #: announcers, recorders


#: by their own names: each look into an enum takes longer than the question that is asked of it
PHONE, TRUNK, LOCAL, OTHER = Kind


class Bridge(msgspec.Struct, eq=False):
    """Where channels hear each other."""

    id: str
    room: bool = False  #: softmix: a conference room
    holding: bool = False  #: a parking place: those in it do not hear each other
    members: dict[str, Channel] = {}


class Channel(msgspec.Struct, eq=False):
    """One channel, from its first row to the end of its call."""

    uniqueid: str
    name: str
    kind: Kind
    endpoint: str  #: `101` of `PJSIP/101-0000002a`
    is_person: bool  #: somebody can sit behind it
    start: int
    call: Call
    conversation: Conversation | None = None
    bridge: Bridge | None = None
    left: str = ""  #: id of the bridge it left last
    started: bool = False  #: its CHAN_START was seen
    answer: int = 0
    end: int = 0
    exten: str = ""  #: at CHAN_START: what was dialled, `s` on a called channel
    first_num: str = ""  #: cid_num at CHAN_START
    cid_num: str = ""  #: cid_num now
    dnid: str = ""
    cause: int | None = None  #: of HANGUP; None = unknown
    source: str = ""  #: who hung up
    extra: str = ""  #: the last that was not empty
    appdata: str = ""  #: last arguments of Dial that were looked at
    own_leg: bool = False  #: the employee's own telephone in a click-to-call, or the client's in a callback
    elsewhere: bool = False  #: another answered for it
    parked: bool = False


class Endpoints(dict[str, tuple[Kind, str, bool]]):
    """What `classify` says by the stem of a channel's name, which is all before its counter; it fills itself."""

    def __init__(self, plan: NumberingPlan):
        super().__init__()
        self._plan = plan

    def __missing__(self, stem: str) -> tuple[Kind, str, bool]:
        if len(self) >= CACHE_LIMIT:
            self.clear()
        found = self[stem] = classify(stem, self._plan)
        return found


def stem_of(name: str) -> str:
    """Return `PJSIP/101` of `PJSIP/101-0000002a`."""
    return name.rpartition("-")[0] or name


def classify(stem: str, plan: NumberingPlan) -> tuple[Kind, str, bool]:
    """Return kind and endpoint of channels whose names begin so, and whether somebody can sit behind them."""
    technology, _, rest = stem.partition("/")
    if technology == "Local":
        return LOCAL, rest.rpartition("@")[0], False
    if not rest or technology in NOBODY:
        return OTHER, rest, False
    return (TRUNK if plan.is_trunk(rest) else PHONE), rest, True
