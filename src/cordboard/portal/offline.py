"""Offline events: changes that an application fetches when it likes, one row per changed object.

In:   a connection in a transaction, an application, a key of its own (`auth_connector`), what happened.
Out:  rows of `event_offline`, and which handlers of `ONOFFLINEEVENT` shall be told that there are new ones.
The surprise: whoever takes rows without removing them puts a `process_id` on them; a change after that is a new row, so
that nothing is lost between reading and removing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from cordboard.portal.tables import event_handler, event_offline
from cordboard.store.engines import to_json

__all__ = ["forget_old", "keep_offline", "notices_due"]

SECOND = 1_000_000
#: rows that nobody fetched, or whose process never cleared them
KEPT = 30 * 86_400 * SECOND
#: seconds between two notices where the binding says nothing
LEAST = 1


def keep_offline(
    connection: Connection,
    application_id: int,
    connector_id: str,
    event: str,
    data: Mapping[str, object],
    user_id: int,
    now: int,
) -> None:
    """Remember a change; one of the same object that nobody has fetched yet is the same row, now younger."""
    text = to_json(data)
    key = f"{application_id}|{connector_id}|{event}|{text}"
    message_id = hashlib.md5(key.encode(), usedforsecurity=False).hexdigest()
    waiting = (
        event_offline.c.application_id == application_id,
        event_offline.c.message_id == message_id,
        event_offline.c.process_id == "",
    )
    known = update(event_offline).where(*waiting).values(changed_at=now, user_id=user_id, error=False)
    if connection.execute(known).rowcount:
        return
    values: dict[str, Any] = {"application_id": application_id, "connector_id": connector_id, "event": event}
    values |= {"data": text, "user_id": user_id, "message_id": message_id, "changed_at": now}
    connection.execute(insert(event_offline).values(**values))


def notices_due(connection: Connection, applications: set[int], now: int) -> set[int]:
    """Handlers of `ONOFFLINEEVENT` whose `minTimeout` is over; from now on they count anew."""
    mine = (event_handler.c.event == "ONOFFLINEEVENT", event_handler.c.application_id.in_(applications))
    due = {
        row.id
        for row in connection.execute(select(event_handler).where(*mine, event_handler.c.offline.is_(False)))
        if now - (row.notified_at or 0) >= pause_of(row.options)
    }
    connection.execute(update(event_handler).where(event_handler.c.id.in_(due)).values(notified_at=now))
    return due


def pause_of(options: Mapping[str, Any]) -> int:
    """`minTimeout` in microseconds."""
    wanted = options.get("minTimeout")
    return (wanted if isinstance(wanted, int) and wanted > 0 else LEAST) * SECOND


def forget_old(connection: Connection, application_id: int, now: int) -> None:
    """Drop what an application left lying for a month."""
    old = (event_offline.c.application_id == application_id, event_offline.c.changed_at < now - KEPT)
    connection.execute(delete(event_offline).where(*old))
