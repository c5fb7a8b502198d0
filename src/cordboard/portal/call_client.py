"""Linking a call with a client: what an employee decides on the card, while the call runs or after it.

In:   a connection in a transaction, the call, the client chosen. Out: what to publish; nothing if one of them is gone.
The surprise: a call that ended without a client has no activity; linked later, it gets the one that `finish` would have
made.
"""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import Connection, delete, insert, select, update

from cordboard.portal.changes import CallChanged, Change, ClientChanged
from cordboard.portal.crm.ranking import Entity
from cordboard.portal.phones import formatted
from cordboard.portal.search import match_of_entity
from cordboard.portal.tables import activity, activity_binding, call, call_binding, open_call, timeline
from cordboard.portal.telephony.finishing import activity_values

__all__ = ["link_call"]


def link_call(
    connection: Connection, call_id: str, client: Entity, *, by: str, user_id: int, country: str, now: int
) -> list[Change]:
    """Make `client` the client of a call; `by` is the employee who chose, told with the call's reasons."""
    found = match_of_entity(connection, *client)
    if not found.bindings:
        return []
    reason = f"chosen on the card by {by}"
    running: Any = connection.execute(select(open_call).where(open_call.c.call_id == call_id)).one_or_none()
    if running is not None:
        values: dict[str, Any] = {"entity_type": client[0], "entity_id": client[1], "bindings": found.bindings}
        values["reasons"] = [*running.reasons, reason]
        connection.execute(update(open_call).where(open_call.c.call_id == call_id).values(**values))
        return [CallChanged(call_id)]
    row: Any = connection.execute(select(call).where(call.c.call_id == call_id)).one_or_none()
    if row is None:
        return []
    activity_id = row.crm_activity_id or add_activity(connection, row, user_id, country, now)
    before = bound_to(connection, row.id)
    bind(connection, row.id, activity_id, found.bindings)
    values = {"crm_entity_type": client[0], "crm_entity_id": client[1], "crm_activity_id": activity_id}
    connection.execute(update(call).where(call.c.id == row.id).values(reasons=[*row.reasons, reason], **values))
    touched = dict.fromkeys([*before, *found.bindings])
    return [CallChanged(call_id), *(ClientChanged(kind, number, "timeline") for kind, number in touched)]


def bound_to(connection: Connection, call_row: int) -> list[Entity]:
    query = select(call_binding.c.entity_type, call_binding.c.entity_id).where(call_binding.c.call == call_row)
    return [(kind, number) for kind, number in connection.execute(query)]


def bind(connection: Connection, call_row: int, activity_id: int, bindings: list[Entity]) -> None:
    """The call and its activity belong to these clients and to nobody else."""
    connection.execute(delete(call_binding).where(call_binding.c.call == call_row))
    connection.execute(delete(activity_binding).where(activity_binding.c.activity_id == activity_id))
    for kind, number in bindings:
        entity = {"entity_type": kind, "entity_id": number}
        connection.execute(insert(call_binding).values(call=call_row, **entity))
        connection.execute(insert(activity_binding).values(activity_id=activity_id, **entity))
    owner = {"owner_type": bindings[0][0], "owner_id": bindings[0][1]}
    connection.execute(update(activity).where(activity.c.id == activity_id).values(**owner))


def add_activity(connection: Connection, row: Any, user_id: int, country: str, now: int) -> int:
    """The activity of a finished call that has none yet."""
    values = activity_values(
        kind=row.incoming,
        number=formatted(row.phone_number, country),
        start=row.call_start_date,
        duration=row.call_duration,
        code=row.call_failed_code,
        vote=row.call_vote,
    )
    key = connection.execute(insert(timeline).values(kind="activity")).inserted_primary_key
    activity_id = int(cast("tuple[int]", key)[0])
    values |= {"id": activity_id, "owner_type": "", "owner_id": 0, "last_updated": now, "author_id": user_id}
    values |= {"responsible_id": row.portal_user_id, "editor_id": user_id, "origin_id": f"VI_{row.call_id}"}
    values |= {"description": row.comment or "", "communications": [{"TYPE": "PHONE", "VALUE": row.phone_number}]}
    connection.execute(insert(activity), values)
    return activity_id
