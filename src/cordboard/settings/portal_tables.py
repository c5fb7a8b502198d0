"""Tables of the embedded CRM: where it lives, and what its switches begin with."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from cordboard.settings.table import Table


class Switches(Table, frozen=True):
    """What the portal begins with; its own pages change it later, and what they say counts."""

    #: "simple" does without leads
    crm_mode: Literal["classic", "simple"] = "classic"
    #: a known client without an open deal gets a repeat lead
    repeat_leads: bool = True
    #: a closed lead is found where nothing else is
    reuse_closed_lead: bool = False
    #: leads made by calls can be seen by everybody
    lead_open_to_all: bool = True
    #: also compares the last ten digits, which Bitrix24 does not
    kind_search: bool = False
    #: off: `ERROR_CORE` instead of the empty code
    empty_error_code: bool = True
    #: what `ADD_TO_CHAT` means where it is absent
    add_to_chat_default: Annotated[int, Meta(ge=0, le=1)] = 0
    #: how often an event is sent again
    event_retries: Annotated[int, Meta(ge=0, le=20)] = 3
    #: requests a second and how many at once, "2/50"; "off"
    rate_limit: Annotated[str, Meta(pattern=r"^(off|\d+(\.\d+)?/\d+)$")] = "off"
    #: seconds of one method within ten minutes; 0: off
    operating_limit: Annotated[float, Meta(ge=0)] = 0
    https_required: bool = False
    #: the line that calls out where an employee has none
    line_default: str = ""
    #: of numbers written without one
    country: Annotated[str, Meta(pattern="^[A-Z]{2}$")] = "RU"
    #: seconds of talk that take a caller off the missed board
    missed_talk: Annotated[int, Meta(ge=0, le=600)] = 5
    #: the last requests over REST are kept in memory with their answers
    request_log: bool = True


class Portal(Table, frozen=True):
    """The embedded CRM: its own database (two writers never share one SQLite)."""

    db: str = "sqlite:///portal.db"
    host: str = "127.0.0.1"
    port: int = 8080
    #: scheme and host that begin every address we hand out; absent: those of the request
    public_url: str | None = None
    #: folder of recordings; absent: beside the database file, in the working folder for a server's database
    files: str | None = None
    #: beginnings of addresses that recordings may be fetched from
    fetch_from: tuple[str, ...] = ()
    language: str = "en"
    switches: Switches = Switches()
