"""Tables: what `cordboard.toml` may say, and what holds where it says nothing.

In:   nothing. Out: one frozen class per table; `Settings` is the whole file.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from cordboard.settings.portal_tables import Portal
from cordboard.settings.table import Table


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
    #: the exchange's cel_custom.conf, which names them
    columns_from: str = ""
    #: whether times without a zone are in UTC (`usegmtime=yes`); "auto": found from the rows
    utc: bool | Literal["auto"] = "auto"


class Originate(Table, frozen=True):
    """How a call is made that somebody in the CRM asked for: the employee is rung first, then the client.

    `{extension}` is the employee's, `{number}` the client's, in digits."""

    channel: str = "PJSIP/{extension}"
    context: str = "from-internal"
    #: what is dialled in the context; an exchange that wants a 9 before outside numbers has "9{number}"
    dial: str = "{number}"
    #: what the employee's telephone shows
    caller_id: str = "{number} <{extension}>"
    #: seconds in which the employee must pick up
    timeout: Annotated[int, Meta(ge=1, le=300)] = 30


class Pbx(Table, frozen=True):
    """One Asterisk."""

    name: str = "main"
    #: absent: found from the rows (decisions.md 16), never the machine's
    timezone: str | None = None
    #: regular expressions of channel peers that are trunks; what matches neither these nor `internal` is a trunk
    trunks: tuple[str, ...] = ()
    #: trunk's name in channel names → our number on it
    lines: dict[str, str] = msgspec.field(default_factory=dict[str, str])
    ami: Ami | None = None
    cel: Cel | None = None
    originate: Originate = Originate()


class Replace(Table, frozen=True):
    """Autoreplacement: one rule that rewrites numbers before they are used in a CRM."""

    #: regular expression; a rule may replace the whole number or a part
    pattern: str
    #: `$1` and `${1}` are the groups of the pattern
    substitution: str
    applies: Literal["client", "user", "both"] = "client"


class Numbers(Table, frozen=True):
    prefixes: tuple[str, ...] = ()
    internal: tuple[str, ...] = (r"^\d{2,4}$",)
    #: all of them run one after the other, each on the result of the one before
    replace: tuple[Replace, ...] = ()
    #: outside numbers in the profiles of the CRM's users are employees' too
    fmc_profiles: bool = False
    #: patterns of employees' outside numbers, one a line; read again whenever it changes
    fmc_file: str | None = None


#: when a card is shown
CardMode = Literal["never", "ringing", "answer"]


class Person(Table, frozen=True):
    """An employee whose extension the CRM cannot hold, or who wants cards in another way than the others."""

    user: int
    extension: str = ""
    extensions: tuple[str, ...] = ()
    #: absent: as in `[cards]`
    cards: CardMode | None = None
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
    #: what shows that an event comes from the CRM; our own portal tells it by itself
    application_token: str = ""


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
    #: each employee who talked in a call is told as a call of their own
    separate_conversations: bool = False
    #: calls of these extensions alone; regular expressions
    only_extensions: tuple[str, ...] = ()
    #: no call at which only these extensions take part; regular expressions
    skip_extensions: tuple[str, ...] = ()
    #: no call with these outside numbers; regular expressions
    skip_clients: tuple[str, ...] = ()


class Cards(Table, frozen=True):
    mode: CardMode = "ringing"
    #: of outgoing calls; absent: as `mode`
    outgoing: CardMode | None = None
    #: seconds; several phones that begin to ring together are shown by one request
    debounce: float = 0.5


class Hooks(Table, frozen=True):
    """Customizations as a whole."""

    enabled: bool = True
    #: files and programs named after their point; kept tests lie in its folder `tests`
    folder: str = "/etc/cordboard/hooks.d"
    #: of each process
    memory_mb: Annotated[int, Meta(ge=16)] = 512
    #: account to run under, when we are root
    user: str = ""
    #: seconds one customization may take; absent: what its point says
    timeout: Annotated[float, Meta(gt=0, le=600)] | None = None
    #: points that are switched off
    off: tuple[str, ...] = ()


class Hook(Table, frozen=True):
    """One customization: a program, a PHP file of the documented form, or a Python function."""

    point: str | tuple[str, ...]
    run: tuple[str, ...] = ()
    php: str | None = None
    python: str | None = None
    #: only this connection
    crm: str | None = None
    order: int = 100
    timeout: Annotated[float, Meta(gt=0, le=600)] | None = None
    #: processes kept ready, beside a spare one
    workers: Annotated[int, Meta(ge=1, le=32)] = 1
    env: dict[str, str] = msgspec.field(default_factory=dict[str, str])
    enabled: bool = True


#: whose a missed call is
Responsible = Literal["entity", "last", "default"]


class Missed(Table, frozen=True):
    """Missed calls: whose they are, and what reminds of them."""

    #: the client's responsible, whose telephone rang last, or the default user
    responsible: Responsible = "entity"
    #: absent: that of the connection
    default_user: int | None = None
    task: bool = True
    #: working time until it must be done, such as "1h" or "30m"
    task_after: str = "1h"
    #: {client}, {line} and {time} are filled in
    title: str = "Call back {client}"
    #: a line in the notifications of the responsible
    notice: bool = False


class Hours(Table, frozen=True):
    """When somebody works, `"09:00-18:00"`; no day at all: always."""

    mon_fri: str = msgspec.field(default="", name="mon-fri")
    mon: str = ""
    tue: str = ""
    wed: str = ""
    thu: str = ""
    fri: str = ""
    sat: str = ""
    sun: str = ""


class Records(Table, frozen=True):
    """Recordings: where they lie, and how a CRM gets them."""

    #: only files in these are ever sent; none: no recording is
    folders: tuple[str, ...] = ()
    #: how a file is called below a folder, where no row of the exchange names it
    template: str = "{year}/{month}/{day}/*-{linkedid}.*"
    format: Literal["as-is", "mp3"] = "as-is"
    #: in the request, by a second one to an address the CRM gives, or as a link from which the CRM fetches
    send: Literal["content", "upload", "url"] = "content"
    link_days: Annotated[int, Meta(ge=1)] = 7
    #: how a recording is called in the CRM; "" as the exchange calls it
    name: str = ""
    #: where joined and converted files wait; absent: beside the connector's database
    spool: str | None = None


class Connector(Table, frozen=True):
    host: str = "127.0.0.1"
    port: int = 8090
    #: scheme and host that begin the addresses that we hand out to a CRM; absent: those we listen on
    public_url: str | None = None


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
    missed: Missed = Missed()
    hours: Hours = Hours()
    records: Records = Records()
    hooks: Hooks = Hooks()
    hook: tuple[Hook, ...] = ()
    connector: Connector = Connector()
    portal: Portal = Portal()
    store: Store = Store()
