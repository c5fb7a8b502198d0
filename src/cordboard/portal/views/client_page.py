"""Client page: everything that the page of a lead, contact, company or deal shows, and the lists of them.

In:   a reading connection, a kind, an id. Out: the values of the page's regions; None for a client that is not there.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, func, select

from cordboard.b24wire.loose import as_id
from cordboard.portal.clients import TABLES
from cordboard.portal.tables import lead
from cordboard.portal.views.client_facts import Client, find_client, related, to_client, user_names
from cordboard.portal.views.client_fields import list_facts
from cordboard.portal.views.find import clients_of_kind
from cordboard.portal.views.tasks import tasks_of_client
from cordboard.portal.views.timeline import SHOWN, read_timeline

#: rows of a list
PAGE = 50


def read_client_page(database: Connection, kind: str, client_id: int, now: int, show: str) -> dict[str, Any] | None:
    """The page of one client."""
    client_id = as_id(client_id)  # an address may name more than a column holds
    client = find_client(database, kind, client_id)
    if client is None or (kind == "LEAD" and is_hidden(database, client_id)):
        return None
    show = show if show in SHOWN else ""
    return {
        "client": client,
        "facts": list_facts(database, kind, client_id),
        "related": related(database, client),
        "planned": tasks_of_client(database, kind, client_id, now),
        "timeline": read_timeline(database, kind, client_id, show),
        "show": show,
    }


def is_hidden(database: Connection, lead_id: int) -> bool:
    return bool(database.execute(select(lead.c.hidden).where(lead.c.id == lead_id)).scalar())


def read_clients(database: Connection, kind: str, text: str, page: int) -> dict[str, Any]:
    """One page of the list of a kind, those touched last first; with a text those whom it finds."""
    if text.strip():
        found = clients_of_kind(database, kind, text, user_names(database))
        return {"clients": found, "text": text, "page": 1, "more": False, "total": len(found)}
    table = TABLES[kind]
    visible = [lead.c.hidden.is_(False)] if kind == "LEAD" else []
    query = select(table).where(*visible).order_by(table.c.date_modify.desc().nulls_last(), table.c.id.desc())
    rows = database.execute(query.offset((page - 1) * PAGE).limit(PAGE + 1)).all()
    names = user_names(database)
    clients: list[Client] = [to_client(database, kind, row, names) for row in rows[:PAGE]]
    total = database.execute(select(func.count()).select_from(table).where(*visible)).scalar_one()
    return {"clients": clients, "text": "", "page": page, "more": len(rows) > PAGE, "total": total}
