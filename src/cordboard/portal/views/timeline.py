"""Timeline: what happened with a client, newest first: calls, notes, activities, and how the client came to be.

In:   a reading connection, a kind and an id, which kinds of entries are wanted. Out: `Entry`s.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, select

from cordboard.b24wire.loose import as_items, as_map, as_text
from cordboard.portal.clients import TABLES
from cordboard.portal.tables import activity, activity_binding, call, comment
from cordboard.portal.views.client_facts import user_names

#: what a page may show alone
SHOWN = ("calls", "notes")
LENGTH = 100


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a timeline."""

    #: call, note, activity, created
    kind: str
    at: int
    subject: str
    by: str
    text: str = ""
    #: colours it as the call's state does
    state: str = "ended"
    picture: str = "file-text"
    length: int = 0
    direction: str = ""
    number: str = ""
    #: CALL_ID, for the way to the call's page
    call_id: str = ""


def read_timeline(database: Connection, kind: str, client_id: int, show: str = "") -> list[Entry]:
    """The entries of a client; `show` "calls" or "notes" leaves out everything else."""
    names = user_names(database)
    entries: list[Entry] = []
    if show != "notes":
        entries += activities(database, kind, client_id, names, only_calls=show == "calls")
    if show != "calls":
        said = select(comment).where(comment.c.entity_type == kind, comment.c.entity_id == client_id)
        for row in database.execute(said.order_by(comment.c.id.desc()).limit(LENGTH)):
            by = names.get(row.author_id or 0, "")
            entries.append(Entry("note", row.created or 0, "", by, row.text, picture="sticky-note"))
    if not show:
        entries += created(database, kind, client_id, names)
    return sorted(entries, key=lambda entry: -entry.at)


def activities(
    database: Connection, kind: str, client_id: int, names: dict[int, str], *, only_calls: bool
) -> list[Entry]:
    bound = and_(
        activity_binding.c.activity_id == activity.c.id,
        activity_binding.c.entity_type == kind,
        activity_binding.c.entity_id == client_id,
    )
    query = select(activity).join(activity_binding, bound).order_by(activity.c.id.desc()).limit(LENGTH)
    if only_calls:
        query = query.where(activity.c.type_id == 2)
    return [activity_entry(database, row, names) for row in database.execute(query)]


def activity_entry(database: Connection, row: Any, names: dict[int, str]) -> Entry:
    at, by = row.start_time or row.created or 0, names.get(row.responsible_id or 0, "")
    if row.type_id != 2:
        return Entry("activity", at, row.subject, by, row.description, picture="square-check")
    direction = "outgoing" if row.direction == 2 else "incoming"
    call_id = row.origin_id.removeprefix("VI_")
    ended = database.execute(
        select(call.c.call_duration, call.c.call_status).where(call.c.call_id == call_id)
    ).one_or_none()
    missed = ended is not None and not ended.call_status and direction == "incoming"
    numbers = [as_text(as_map(one).get("VALUE")) for one in as_items(row.communications)]
    return Entry(
        "call",
        at,
        row.subject,
        by,
        row.description,
        "missed" if missed else "talking",
        "phone-missed" if missed else f"phone-{direction}",
        ended.call_duration if ended else 0,
        direction,
        numbers[0] if numbers else "",
        call_id if ended else "",
    )


def created(database: Connection, kind: str, client_id: int, names: dict[int, str]) -> list[Entry]:
    """How the client came to be: by a call, or by somebody."""
    table = TABLES[kind]
    query = select(table.c.date_create, table.c.created_by_id, table.c.source_description)
    row: Any = database.execute(query.where(table.c.id == client_id)).one_or_none()
    if row is None or not row.date_create:
        return []
    by_call = row.source_description.startswith("Call routed to: ")
    line = row.source_description.removeprefix("Call routed to: ") if by_call else ""
    by = names.get(row.created_by_id or 0, "")
    return [Entry("created", row.date_create, "call" if by_call else "", by, picture="sparkles", number=line)]
