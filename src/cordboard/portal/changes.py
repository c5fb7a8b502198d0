"""What happened in the portal, told to whoever subscribed (pages, outgoing events) after the commit.

In:   made by the methods while they work. Out: handed to every subscriber of `Portal.subscribe`, in order of commit.
Each names only ids: a subscriber reads the present state itself, so a late one never shows an old truth.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CallRegistered:
    """A call is running that was not there before."""

    call_id: str


@dataclass(frozen=True, slots=True)
class CardShown:
    """These users have the card of a running call before their eyes from now on."""

    call_id: str
    user_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class CardHidden:
    """The card was taken from these users while the call goes on, or because it was finished for them."""

    call_id: str
    user_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class CallStateChanged:
    """The connector told a newer state (ringing, talking, …): see `Portal.live`."""

    call_id: str


@dataclass(frozen=True, slots=True)
class CallFinished:
    """The call is over and has its statistics row."""

    call_id: str
    #: None where no client could be found
    activity_id: int | None
    #: user of `finish`
    user_id: int
    #: who had the card until now
    user_ids: tuple[int, ...] = ()
    #: user of `register`, where `finish` names another
    registered_user_id: int = 0


@dataclass(frozen=True, slots=True)
class CallChanged:
    """Something was added to a finished call: record, note, transcript, vote."""

    call_id: str


@dataclass(frozen=True, slots=True)
class ClientChanged:
    """A lead, contact, company or deal was made, changed or deleted, or its timeline grew."""

    #: LEAD, CONTACT, COMPANY, DEAL
    kind: str
    id: int
    #: add, update, delete, timeline
    what: str = "update"


@dataclass(frozen=True, slots=True)
class ConnectorSeen:
    """A connector said hello, or fell silent."""

    pbx: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UserChanged:
    """A user, extension, department or role changed."""

    user_id: int


@dataclass(frozen=True, slots=True)
class KeysChanged:
    """A webhook or application was revoked: it must be refused from now on."""


@dataclass(frozen=True, slots=True)
class CommandFailed:
    """The exchange could not do what a user's button asked for."""

    user_id: int
    call_id: str
    #: the connector's own words
    reason: str


@dataclass(frozen=True, slots=True)
class TaskChanged:
    """A task was made, changed or done."""

    id: int


@dataclass(frozen=True, slots=True)
class MissedChanged:
    """Somebody took a missed caller on, or closed one by hand."""

    phone_key: str


@dataclass(frozen=True, slots=True)
class FaultsChanged:
    """A fault switch went on or off."""


Change = (
    CallRegistered
    | CardShown
    | CardHidden
    | CallStateChanged
    | CallFinished
    | CallChanged
    | ClientChanged
    | ConnectorSeen
    | UserChanged
    | KeysChanged
    | FaultsChanged
    | CommandFailed
    | TaskChanged
    | MissedChanged
)
