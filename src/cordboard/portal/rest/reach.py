"""Reach: which clients, and what lies in their timelines, a user's role lets them see and change.

In:   a connection, a user. Out: a condition on activities, None for everybody's; or a refusal.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, and_, or_, select

from cordboard.b24wire import errors
from cordboard.portal.clients import TABLES
from cordboard.portal.rights import may_reach, visible_users
from cordboard.portal.tables import activity

__all__ = ["activities_within", "check_client", "reaches"]


def reaches(connection: Connection, user_id: int, kind: str, entity_id: int) -> bool:
    """Whether the user may see and change this client; one that is not there is nobody's."""
    owner = select(TABLES[kind].c.assigned_by_id).where(TABLES[kind].c.id == entity_id)
    return may_reach(connection, user_id, "clients", connection.execute(owner).scalar())


def check_client(connection: Connection, user_id: int, kind: str, entity_id: int) -> None:
    """Refuse a client out of reach."""
    if not reaches(connection, user_id, kind, entity_id):
        raise errors.failure("Access denied.")


def activities_within(connection: Connection, user_id: int) -> list[ColumnElement[bool]]:
    """What narrows a list of activities to those of clients within reach."""
    reach = visible_users(connection, user_id, "clients")
    if reach is None:
        return []
    owned = (
        and_(
            activity.c.owner_type == kind,
            activity.c.owner_id.in_(select(table.c.id).where(table.c.assigned_by_id.in_(reach))),
        )
        for kind, table in TABLES.items()
    )
    return [or_(*owned)]
