"""Tables: what `cordboard.toml` may say, and what holds where it says nothing.

In:   nothing. Out: one frozen class per table; `Settings` is the whole file.
"""

from __future__ import annotations

from typing import Literal

import msgspec


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One table of the file; an unknown key is an error, since it is nearly always a typing mistake."""


class Ami(Table, frozen=True):
    """Live events, and actions such as click-to-call."""

    host: str = "127.0.0.1"
    port: int = 5038
    username: str = "cordboard"
    secret: str = ""


class Cel(Table, frozen=True):
    """Where the past can be read again: a CSV file, JSON lines, or a table."""

    url: str
    #: "now", or an ISO date: from where an unread source is followed
    start: str = "now"
    #: column names in order, for CSV without a header line
    columns: tuple[str, ...] = ()


class Pbx(Table, frozen=True):
    """One Asterisk."""

    name: str = "main"
    #: absent: found from the rows (decisions.md 16), never the machine's
    timezone: str | None = None
    #: regular expressions of channel peers that are trunks; what matches neither these nor `internal` is a trunk
    trunks: tuple[str, ...] = ()
    #: trunk's name in channel names → our number on it
    lines: dict[str, str] = {}
    ami: Ami | None = None
    cel: Cel | None = None


class Numbers(Table, frozen=True):
    prefixes: tuple[str, ...] = ()
    internal: tuple[str, ...] = (r"^\d{2,4}$",)


class Person(Table, frozen=True):
    """An employee whose extension the CRM cannot hold."""

    user: int
    extension: str = ""
    extensions: tuple[str, ...] = ()
    crm: str | None = None


class Crm(Table, frozen=True):
    """One CRM connection."""

    name: str
    kind: str
    url: str
    mode: Literal["live", "observe"] = "live"
    #: user of calls for which no other can be found
    default_user: int | None = None
    #: requests per second and how many may come at once; "off": as fast as it answers; "auto": Bitrix24's 2/50, off
    #: for our own portal
    rate: str = "auto"


class Line(Table, frozen=True):
    """One DID."""

    number: str
    name: str = ""
    source: str | None = None
    register: bool = True
    create: bool | None = None
    first_responsible: str | None = None
    missed_responsible: str | None = None


class Register(Table, frozen=True):
    """Which calls are registered, and for which the CRM may create a client."""

    incoming: bool = True
    outgoing: bool = True
    local: bool = False
    #: callers without a number: registered without a client, or not at all
    anonymous: Literal["without-entity", "skip"] = "without-entity"
    create_answered: bool = True
    create_missed: bool = True
    create_outgoing: bool = False
    detailed_statuses: bool = False


class Cards(Table, frozen=True):
    mode: Literal["never", "ringing", "answer"] = "ringing"
    #: seconds; several phones that begin to ring together are shown by one request
    debounce: float = 0.5


class Connector(Table, frozen=True):
    host: str = "127.0.0.1"
    port: int = 8090


class Portal(Table, frozen=True):
    """The embedded CRM: its own database (two writers never share one SQLite)."""

    db: str = "sqlite:///portal.db"
    host: str = "127.0.0.1"
    port: int = 8080
    #: scheme and host that begin every address we hand out; absent: those of the request
    public_url: str | None = None
    #: folder of recordings; absent: beside the database file, in the working folder for a server's database
    files: str | None = None
    language: str = "en"


class Store(Table, frozen=True):
    url: str = "sqlite:///cordboard.db"
    keep_days: int = 90


class Settings(Table, frozen=True):
    """The whole file."""

    pbx: tuple[Pbx, ...] = ()
    numbers: Numbers = Numbers()
    people: tuple[Person, ...] = ()
    crm: tuple[Crm, ...] = ()
    line: tuple[Line, ...] = ()
    register: Register = Register()
    cards: Cards = Cards()
    connector: Connector = Connector()
    portal: Portal = Portal()
    store: Store = Store()
