"""Rights by role: whose calls and clients a user sees.

In:   a user and a right (`calls`, `records`, …). Out: the users within reach, None for everybody.
A user with several roles has the widest of each right.
"""

from __future__ import annotations

from sqlalchemy import Connection, select

from cordboard.portal.tables import department, role, user_department, user_role, users

__all__ = ["level_of", "may_reach", "visible_users"]

SCALE = ("none", "own", "department", "any")


def level_of(connection: Connection, user_id: int, right: str) -> str:
    """none, own, department or any."""
    if connection.execute(select(users.c.is_admin).where(users.c.id == user_id)).scalar():
        return "any"
    rows = connection.execute(
        select(role.c.rights).join(user_role, user_role.c.role_id == role.c.id).where(user_role.c.user_id == user_id)
    )
    levels = [str(rights.get(right, "none")) for rights in rows.scalars()]
    return max((level for level in levels if level in SCALE), key=SCALE.index, default="none")


def visible_users(connection: Connection, user_id: int, right: str) -> set[int] | None:
    """Whose calls this user may see: a set, or None for everybody's."""
    match level_of(connection, user_id, right):
        case "any":
            return None
        case "department":
            return {user_id} | members_below(connection, user_id)
        case "own":
            return {user_id}
        case _:
            return set()


def may_reach(connection: Connection, user_id: int, right: str, responsible_id: int | None) -> bool:
    """Whether the right of this user reaches what somebody is responsible for."""
    reach = visible_users(connection, user_id, right)
    return reach is None or responsible_id in reach


def members_below(connection: Connection, user_id: int) -> set[int]:
    """Members of the departments this user heads, and of those below."""
    rows = connection.execute(select(department.c.id, department.c.parent, department.c.head)).all()
    reach = {row.id for row in rows if row.head == user_id}
    grown = True
    while grown:
        below = {row.id for row in rows if row.parent in reach} - reach
        reach |= below
        grown = bool(below)
    members = select(user_department.c.user_id).where(user_department.c.department_id.in_(reach))
    return set(connection.execute(members).scalars())
