"""What a CRM connection is, and everything that can go wrong with one.

CrmError
├── CrmUnreachable        the connection: no answer at all; try again
├── CrmBusy               the connection: the CRM asked us to slow down
├── AuthorizationLost     the connection: pause it until somebody renews the access
│   └── ScopeMissing      a scope is missing; what a call can do without is left out
├── CrmFailing            the request: the CRM failed inside; try again, others go on
├── MethodBusy            the request: its method rests until a moment the CRM named
├── RequestRefused        the request: the CRM understood and said no; its words are kept
└── AnswerNotUnderstood   the request: the CRM answered something new; kept for a bug report
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from typing import Any, ClassVar, Protocol

import msgspec

from cordboard.crm.asked import Asked, Click
from cordboard.flow.questions import Flow, Question


class CrmError(Exception):
    """Something went wrong between us and the CRM."""

    #: trying again can help
    retry: ClassVar[bool] = False
    #: the whole connection is concerned, not this request alone
    connection: ClassVar[bool] = False
    #: the word in metrics and on the screen
    label: ClassVar[str] = "error"

    def __init__(self, words: str = "", *, pause: float = 0.0) -> None:
        super().__init__(words or (self.__doc__ or "").split("\n")[0])
        #: seconds the CRM asked us to wait
        self.pause = pause


class CrmUnreachable(CrmError):
    """The CRM cannot be reached; the request will be tried again."""

    retry, connection, label = True, True, "unreachable"


class CrmBusy(CrmError):
    """The CRM asked us to slow down; the request will be tried again."""

    retry, connection, label = True, True, "busy"


class AuthorizationLost(CrmError):
    """The CRM does not let us in any more; renew the webhook or the application, the calls wait."""

    retry, connection, label = True, True, "authorization-lost"


class ScopeMissing(AuthorizationLost):
    """The access does not reach so far; give the webhook or the application the scope that is named."""

    label = "scope-missing"


class CrmFailing(CrmError):
    """The CRM failed while it worked on this request; it will be tried again."""

    retry, label = True, "failing"


class MethodBusy(CrmError):
    """The CRM lets this method rest for a while; the request will be tried again, others go on."""

    retry, label = True, "method-busy"


class RequestRefused(CrmError):
    """The CRM understood the request and said no."""

    label = "refused"


class AnswerNotUnderstood(CrmError):
    """The CRM answered something this version does not know."""

    label = "not-understood"


class CrmUser(msgspec.Struct, frozen=True):
    """An employee as the CRM knows them; numbers in the order of preference, the extension first."""

    id: int
    name: str
    numbers: tuple[str, ...] = ()
    email: str = ""
    position: str = ""
    #: as the CRM lists them
    raw: dict[str, Any] = {}


class ClientOf(msgspec.Struct, frozen=True):
    """A client of the CRM, and who is responsible for them."""

    name: str
    user: int
    #: of that user, "" where the CRM does not tell it
    extension: str = ""


class CrmConnection(Protocol):
    """One CRM as the delivery sees it."""

    name: str

    async def ask(self, question: Question, *, again: bool = False) -> Any:
        """Put one question to the CRM; returns its answer's type, raises CrmError.

        `again`: it may have been put before, and its answer was lost."""
        ...

    async def whose_client(self, phone: str) -> ClientOf | None:
        """The client with a number and who is responsible for them; None for a number that is nobody's."""
        ...

    async def list_users(self) -> list[CrmUser]:
        """All active employees, in order of their ids."""
        ...

    async def close(self) -> None: ...


class CrmFlows(Protocol):
    """The pure side of a CRM: its module `flows`."""

    def call_flow(self, terms: Any, known: Any) -> Flow:
        """What this CRM is asked about one call."""
        ...

    def known_from(self, pairs: Iterable[tuple[Question, Any]], before: Any = None) -> Any:
        """The facts that a superseded run's questions and answers hold, and those it began with."""
        ...

    def known_of_click(self, click: Click) -> Any:
        """What is known of a call that somebody in the CRM asked for."""
        ...


class CrmEvents(Protocol):
    """What a CRM sends us: its module `events`."""

    def token_of(self, form: dict[str, object]) -> str:
        """What shows who sends an event, "" for none."""
        ...

    def asked_in(self, form: dict[str, object]) -> Asked | None:
        """What an event asks of the exchange; ValueError with a sentence for one that lacks something."""
        ...


#: kind in the settings → its folder
CRMS = {"bitrix24": "cordboard.crm.bitrix24"}


def flows_of(kind: str) -> CrmFlows:
    """The flows of a kind of CRM."""
    return import_module(f"{CRMS[kind]}.flows")  # type: ignore[return-value]


def events_of(kind: str) -> CrmEvents:
    """How a kind of CRM writes its events."""
    return import_module(f"{CRMS[kind]}.events")  # type: ignore[return-value]


def connect(kind: str, **options: Any) -> CrmConnection:
    """A connection of a kind of CRM; nothing is sent yet."""
    return import_module(f"{CRMS[kind]}.client").connect(**options)
