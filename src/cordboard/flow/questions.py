"""Questions: everything a flow may ask, and whether asking twice has a second effect.

A question is a frozen value; it is compared with the journal after a restart, so it holds exactly what is sent.
Each class says three things about itself:

* `repeat`: what a lost answer means (decisions 10). A flow never thinks about restarts; the delivery reads this.
* `priority`: what goes first when a CRM is slow: cards, then finishes, then records.
* `answer`: the type that comes back, as the journal decodes it.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Any, ClassVar

import msgspec

from cordboard.calls.snapshot import UserFull
from cordboard.flow.situation import News, Situation
from cordboard.hooks.answers import Customized

Params = dict[str, Any]


class Repeat(StrEnum):
    """What asking a question again does."""

    INSIDE = "inside"  #: nothing leaves the machine
    HARMLESS = "harmless"  #: asked again with the same words, the CRM does nothing a second time
    SETTLED_BY_LOOKING = "settled-by-looking"  #: a repeat may be told "not found"; a look-up then says what happened


class Priority(IntEnum):
    """What goes first."""

    CARD = 0
    FINISH = 1
    RECORD = 2


# --- answers --------------------------------------------------------------------------------------------------------


class Registered(msgspec.Struct, frozen=True, tag="registered", omit_defaults=True):
    """The CRM knows the call."""

    id: str
    entity_type: str = ""
    entity_id: str = ""
    created_lead_id: str = ""
    created_contact_id: str = ""
    created_company_id: str = ""
    created_deal_id: str = ""


class Finished(msgspec.Struct, frozen=True, tag="finished", omit_defaults=True):
    """The CRM has closed the call."""

    activity_id: str = ""


class Done(msgspec.Struct, frozen=True, tag="done", omit_defaults=True):
    """It was done, or there was nothing left to do."""

    done: bool = True


class NotFound(msgspec.Struct, frozen=True, tag="not-found"):
    """The CRM does not know this call, or knows it no longer."""


class Refused(msgspec.Struct, frozen=True, tag="refused"):
    """The CRM understood and said no; its own words are kept."""

    words: str


class Sight(StrEnum):
    """Whether a finished call stands in the CRM."""

    FOUND = "found"
    ABSENT = "absent"
    UNKNOWN = "unknown"  #: the CRM would not let us look


class Facts(msgspec.Struct, frozen=True, tag="facts", omit_defaults=True):
    """Rows as the CRM holds them; None for what is not there or may not be read."""

    entity: Params | None = None
    deal: Params | None = None
    activity: Params | None = None


class Outcome(msgspec.Struct, frozen=True, omit_defaults=True):
    """How a flow ended, and what it leaves to the call that absorbed this one."""

    #: finished, unwanted, refused, cancelled (by customization), moved
    status: str
    call_id: str = ""
    activity_id: str = ""
    #: the CRM's own words, where it refused; a warning, where something could not be made sure
    words: str = ""
    registered: Registered | None = None
    user: int = 0
    shown: tuple[int, ...] = ()
    situation: Situation | None = None


# --- questions ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Question:
    """Something a flow wants to know or to have done."""

    repeat: ClassVar[Repeat] = Repeat.INSIDE
    priority: ClassVar[Priority] = Priority.CARD
    answer: ClassVar[Any] = None


@dataclass(frozen=True, slots=True)
class NextStages(Question):
    """What has happened to the call? Waits until something has, or until `within` seconds are over (0: for ever)."""

    within: float = 0.0

    answer: ClassVar[Any] = News


@dataclass(frozen=True, slots=True)
class FindUsers(Question):
    """Who in the CRM has these numbers? Numbers without a user are absent from the answer."""

    numbers: tuple[str, ...]

    answer: ClassVar[Any] = dict[str, int]


@dataclass(frozen=True, slots=True)
class NeedUser(Question):
    """Nobody can be made responsible: somebody must repair the settings, and the call waits."""

    numbers: tuple[str, ...]
    line: str = ""

    answer: ClassVar[Any] = int


@dataclass(frozen=True, slots=True)
class ReadUsers(Question):
    """Who are these users? By their ids as text; those who are gone are absent from the answer."""

    ids: tuple[int, ...]

    answer: ClassVar[Any] = dict[str, UserFull]


@dataclass(frozen=True, slots=True)
class RunHook(Question):
    """What do the customizations of a point make of this? Asked only where there are some."""

    point: str
    payload: Params

    answer: ClassVar[Any] = Customized


@dataclass(frozen=True, slots=True)
class TakeOver(Question):
    """What has the flow of an absorbed call left to us? Waits until that flow has ended."""

    linkedid: str

    answer: ClassVar[Any] = Outcome | None


@dataclass(frozen=True, slots=True)
class Register(Question):
    """Tell the CRM of a call."""

    params: Params

    repeat: ClassVar[Repeat] = Repeat.HARMLESS
    answer: ClassVar[Any] = Registered | Refused


@dataclass(frozen=True, slots=True)
class Show(Question):
    """Put the card before these users."""

    call_id: str
    users: tuple[int, ...]

    repeat: ClassVar[Repeat] = Repeat.HARMLESS
    answer: ClassVar[Any] = Done | Refused


@dataclass(frozen=True, slots=True)
class Hide(Question):
    """Take the card from these users."""

    call_id: str
    users: tuple[int, ...]

    repeat: ClassVar[Repeat] = Repeat.HARMLESS
    answer: ClassVar[Any] = Done | Refused


@dataclass(frozen=True, slots=True)
class Finish(Question):
    """Close the call: who talked, how long, how it ended."""

    params: Params

    repeat: ClassVar[Repeat] = Repeat.SETTLED_BY_LOOKING
    priority: ClassVar[Priority] = Priority.FINISH
    answer: ClassVar[Any] = Finished | NotFound | Refused


@dataclass(frozen=True, slots=True)
class LookForFinished(Question):
    """Does this call stand in the CRM's statistics?"""

    call_id: str

    repeat: ClassVar[Repeat] = Repeat.HARMLESS
    priority: ClassVar[Priority] = Priority.FINISH
    answer: ClassVar[Any] = Sight


@dataclass(frozen=True, slots=True)
class ReadFacts(Question):
    """What does the CRM hold of the client, the deal, the activity of a call? An empty id is not looked for.

    Without a deal's id it is the newest open deal of the client.
    """

    entity_type: str = ""
    entity_id: str = ""
    deal_id: str = ""
    activity_id: str = ""

    repeat: ClassVar[Repeat] = Repeat.HARMLESS
    answer: ClassVar[Any] = Facts | Refused


@dataclass(frozen=True, slots=True)
class Update(Question):
    """Change fields of an entity (contact, company, lead) or of an activity."""

    kind: str
    id: str
    fields: Params

    repeat: ClassVar[Repeat] = Repeat.HARMLESS
    priority: ClassVar[Priority] = Priority.RECORD
    answer: ClassVar[Any] = Done | Refused


#: A generator that yields questions, is sent their answers, and returns how it ended.
Flow = Generator[Question, Any, Outcome]

KINDS: dict[str, type[Question]] = {
    kind.__name__: kind
    for kind in (
        NextStages,
        FindUsers,
        NeedUser,
        ReadUsers,
        RunHook,
        TakeOver,
        Register,
        Show,
        Hide,
        Finish,
        LookForFinished,
        ReadFacts,
        Update,
    )
}
