"""Call facts: what cards and the list of calls show of a call, running or finished.

In:   a reading connection, the live states, a CALL_ID (or a page of them), the user who looks.
Out:  `CallView`, without any wording of ours.
Surprise: a card belongs to a user, so the same call may be "talking" for one and "elsewhere" for another.
"""

import re
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, literal, select, union_all

from cordboard.b24wire.loose import as_items, as_map, as_text
from cordboard.portal.live import CallLive, LiveCalls
from cordboard.portal.tables import call, card, line, open_call
from cordboard.portal.views.card_state import (
    TALKING,
    CardState,
    Finished,
    Running,
    state_of_finished,
    state_of_running,
    state_word,
    user_of,
    whole_number,
)
from cordboard.portal.views.client_facts import Client, find_client, user_names

OUTGOING = (1, 4)
#: states of a card whose call goes on for its user
RUNNING = ("incoming", "connecting", "calling", "talking", "held", "parked", "asking")
#: after this a running call without a word from anybody is not shown as running
BELIEVED = 6 * 3600 * 1_000_000


@dataclass(frozen=True, slots=True)
class Last:
    subject: str
    at: int
    by: str
    #: what was noted then
    text: str = ""


@dataclass(frozen=True, slots=True)
class CallView:
    """One call before the eyes of one user."""

    call_id: str
    state: str
    direction: str
    start: int
    number: str
    line: str
    line_number: str
    employee: str
    client: Client | None = None
    internal: bool = False
    since: int | None = None
    total_since: int | None = None
    length: int | None = None
    answered_by: str = ""
    closes_at: int | None = None
    code: str = ""
    responsible: str = ""
    responsible_is_me: bool = False
    new_lead: int = 0
    deal: Client | None = None
    last: Last | None = None
    #: what a colleague wrote who passed the call on, and who it was
    said: str = ""
    said_by: str = ""
    note: str = ""
    #: the branch of the menu, and the queue, that the caller came through
    menu: str = ""
    queue: str = ""
    #: how many clients have this number, and how many calls it made before
    matches: int = 0
    earlier: int = 0
    #: when this number was missed, and nobody has talked to it since
    unreturned: int | None = None
    #: title of a task about this client that should be done by now
    overdue: str = ""
    #: the number is on the exclusion list
    excluded: bool = False
    #: what the exchange can do with the call: hangup, transfer, park, take
    actions: tuple[str, ...] = ()

    @property
    def running(self) -> bool:
        return self.state in RUNNING

    @property
    def key(self) -> str:
        return element_key(self.call_id)


def element_key(call_id: str) -> str:
    """A call's id as part of an element's id."""
    return re.sub(r"[^A-Za-z0-9]", "-", call_id)


def running_view(
    connection: Connection, row: Any, live: CallLive | None, user_id: int, names: dict[int, str]
) -> CallView:
    outgoing = row.type in OUTGOING
    told = live.state if live else {}
    conversations = live.conversations if live else []
    place = live.place if live else ""
    transfer = as_map(told.get("TRANSFER"))
    running = Running(outgoing, row.registered_at, place, conversations, str(told.get("SINCE") or ""), transfer)
    state = state_of_running(user_id, running)
    client = find_client(connection, row.entity_type, row.entity_id or 0) if row.entity_type else None
    return CallView(
        row.call_id,
        state.state,
        "outgoing" if outgoing else "incoming",
        row.start_at,
        number_to_show(row.phone_number),
        line_name(connection, row.line_number),
        row.line_number,
        names.get(row.user_id, ""),
        colleague(names, row.internal_user_id) or client,
        bool(row.internal_user_id),
        said=as_text(transfer.get("NOTE")),
        said_by=names.get(whole_number(transfer.get("BY")), ""),
        **timing(state, names),
    )


def finished_view(connection: Connection, row: Any, user_id: int, names: dict[int, str]) -> CallView:
    outgoing = row.incoming in OUTGOING
    finished = Finished(
        outgoing,
        row.portal_user_id,
        bool(row.call_status),
        row.call_duration,
        row.call_failed_code,
        row.call_start_date,
        row.finished_at,
        [as_map(one) for one in as_items(as_map(row.state).get("CONVERSATIONS"))],
    )
    state = state_of_finished(user_id, finished)
    client = find_client(connection, row.crm_entity_type or "", row.crm_entity_id or 0)
    return CallView(
        row.call_id,
        state.state,
        "outgoing" if outgoing else "incoming",
        row.call_start_date,
        number_to_show(row.phone_number),
        line_name(connection, row.portal_number),
        row.portal_number,
        names.get(row.portal_user_id, ""),
        client,
        row.call_category == "internal",
        **timing(state, names),
    )


def number_to_show(number: str) -> str:
    """Connectors register callers who withhold their number as `0`, since a call without digits is refused."""
    return "" if number.strip("0+") == "" else number


def timing(state: CardState, names: dict[int, str]) -> dict[str, Any]:
    return {
        "since": state.since,
        "total_since": state.total_since,
        "length": state.length,
        "answered_by": names.get(state.answered_by, ""),
        "closes_at": state.closes_at,
        "code": state.code,
    }


def colleague(names: dict[int, str], user_id: int | None) -> Client | None:
    return Colleague("CONTACT", user_id, names.get(user_id, "")) if user_id else None


class Colleague(Client):
    """An employee at the other end: named as a client is, with no page."""

    @property
    def address(self) -> str:
        return ""


def line_name(connection: Connection, number: str) -> str:
    """The line's name, else its number; nothing for a call without a line."""
    if not number or number.startswith("REST_APP:"):
        return ""
    name = connection.execute(select(line.c.name).where(line.c.number == number).limit(1)).scalar()
    return name or number


def card_ids(connection: Connection, user_id: int) -> list[str]:
    """The running calls whose card this user has, in the order the cards came."""
    query = select(card.c.call_id).where(card.c.user_id == user_id).order_by(card.c.shown_at, card.c.call_id)
    return list(connection.execute(query).scalars())


def list_calls(
    connection: Connection, live: LiveCalls, seen: set[int] | None, now: int, offset: int, limit: int
) -> list[CallView]:
    """Calls that this user may see, newest first; `seen` are the users whose calls those are, None: everybody's."""
    names = user_names(connection)
    views: list[CallView] = []
    query = page_of_ids(seen, now, offset + limit).offset(offset).limit(limit)
    for place in connection.execute(query):
        call_id = place.call_id
        if place.kind == "open":
            row = connection.execute(select(open_call).where(open_call.c.call_id == call_id)).one_or_none()
            if row is not None:
                # in a list a call belongs to its employee: "Anna answered" would be told to nobody
                views.append(running_view(connection, row, live.get(call_id), talker(live, row), names))
            continue
        row = connection.execute(select(call).where(call.c.call_id == call_id)).one()
        views.append(finished_view(connection, row, row.portal_user_id, names))
    return views


def row_of(connection: Connection, live: LiveCalls, call_id: str, seen: set[int] | None) -> CallView | None:
    """One call of the list, if this user may see it."""
    names = user_names(connection)
    row = connection.execute(select(open_call).where(open_call.c.call_id == call_id)).one_or_none()
    if row is not None:
        allowed = seen is None or row.user_id in seen
        return running_view(connection, row, live.get(call_id), talker(live, row), names) if allowed else None
    row = connection.execute(select(call).where(call.c.call_id == call_id)).one_or_none()
    if row is None or (seen is not None and row.portal_user_id not in seen):
        return None
    return finished_view(connection, row, row.portal_user_id, names)


def talker(live: LiveCalls, row: Any) -> int:
    """The user whose view of a running call the list shows: who talks, else whose call it is."""
    told = live.get(row.call_id)
    for one in reversed(told.conversations if told else []):
        if state_word(one) in TALKING and user_of(one):
            return user_of(one)
    return row.user_id


def page_of_ids(seen: set[int] | None, now: int, depth: int) -> Select[Any, Any]:
    """Ids of running and finished calls together, newest first; no deeper than asked, so that the index is enough."""
    running = select(literal("open").label("kind"), open_call.c.call_id, open_call.c.start_at.label("start"))
    running = running.where(open_call.c.registered_at > now - BELIEVED)
    finished = select(literal("over").label("kind"), call.c.call_id, call.c.call_start_date.label("start"))
    if seen is not None:
        running = running.where(open_call.c.user_id.in_(seen))
        finished = finished.where(call.c.portal_user_id.in_(seen))
    newest = finished.order_by(call.c.call_start_date.desc()).limit(depth).subquery()
    both = union_all(running, select(newest)).subquery()
    return select(both.c.kind, both.c.call_id).order_by(both.c.start.desc(), both.c.call_id.desc())
