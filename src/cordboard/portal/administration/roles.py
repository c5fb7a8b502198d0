"""Roles: what people may see and delete, as an administrator sets it.

In:   a connection in a transaction, what a form says. Out: rows; `Refused` names the field and the sentence.

The surprise: the settings belong to the role Administrator alone, which cannot be changed: whoever took that right from
the last one would lock everybody out.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from cordboard.portal import basics
from cordboard.portal.administration.refused import N_, Refused
from cordboard.portal.rights import SCALE
from cordboard.portal.tables import role, user_role

__all__ = ["RIGHTS", "list_roles_with_members", "remove_role", "save_role"]

#: what a role gives, each to some extent
RIGHTS = ("calls", "records", "delete_records", "clients", "delete_clients")
LONGEST_NAME = 100


def list_roles_with_members(connection: Connection) -> list[Any]:
    """Every role with how many people have it."""
    members = select(func.count()).select_from(user_role).where(user_role.c.role_id == role.c.id).scalar_subquery()
    return list(connection.execute(select(role, members.label("members")).order_by(role.c.id)))


def save_role(connection: Connection, role_id: int, name: str, rights: dict[str, str]) -> list[int]:
    """Write a role, new (`role_id` 0) or known; a right that is not said is none. Out: whose rights changed."""
    if role_id == basics.ADMINISTRATOR:
        raise Refused(role=N_("An administrator may do everything; this role stays as it is."))
    if not name:
        raise Refused(name=N_("Write a name."))
    same = select(role.c.id).where(role.c.name == name, role.c.id != role_id)
    if connection.execute(same).first() is not None:
        raise Refused(name=N_("Another role has this name."))
    kept = {right: rights.get(right, "none") for right in RIGHTS}
    if not set(kept.values()) <= set(SCALE):
        raise Refused(role=N_("A right is one of: nobody's, own, the department's, everybody's."))
    values: dict[str, Any] = {"name": name[:LONGEST_NAME], "rights": kept}
    if role_id:
        connection.execute(update(role).where(role.c.id == role_id).values(**values))
    else:
        connection.execute(insert(role).values(**values))
    return list(connection.execute(select(user_role.c.user_id).where(user_role.c.role_id == role_id)).scalars())


def remove_role(connection: Connection, role_id: int) -> None:
    """Take a role away that nobody has; the four of a new portal stay."""
    if role_id <= len(basics.ROLES):
        raise Refused(role=N_("Every portal has this role. It can be changed."))
    if connection.execute(select(user_role.c.user_id).where(user_role.c.role_id == role_id)).first() is not None:
        raise Refused(role=N_("People have this role. Give them another one first."))
    connection.execute(delete(role).where(role.c.id == role_id))
