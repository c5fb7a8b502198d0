"""Notes: what users type on the cards of a call, and the one text that the call keeps of them.

In:   a connection in a transaction, a call, who wrote what. Out: whether a finished call says something else now.
The surprise: people go on typing on the card of a call that is over; then the note goes into the call's comment and its
activity, which `finish` has written long ago.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from cordboard.portal.tables import activity, call, note

__all__ = ["keep_note", "latest_note"]


def keep_note(connection: Connection, call_id: str, user_id: int, text: str, now: int) -> bool:
    """Keep a user's note instead of their earlier one; True if a finished call has another comment by it."""
    connection.execute(delete(note).where(note.c.call_id == call_id, note.c.user_id == user_id))
    connection.execute(insert(note).values(call_id=call_id, user_id=user_id, text=text, changed_at=now))
    row: Any = connection.execute(
        select(call.c.id, call.c.comment, call.c.crm_activity_id).where(call.c.call_id == call_id)
    ).one_or_none()
    comment = latest_note(connection, call_id)
    if row is None or comment == row.comment:
        return False
    connection.execute(update(call).where(call.c.id == row.id).values(comment=comment))
    if row.crm_activity_id is not None:
        values = {"description": comment or "", "last_updated": now, "editor_id": user_id}
        connection.execute(update(activity).where(activity.c.id == row.crm_activity_id).values(**values))
    return True


def latest_note(connection: Connection, call_id: str) -> str | None:
    """The note written last on any card of the call."""
    latest = select(note.c.text).where(note.c.call_id == call_id, note.c.text != "")
    return connection.execute(latest.order_by(note.c.changed_at.desc()).limit(1)).scalar()
