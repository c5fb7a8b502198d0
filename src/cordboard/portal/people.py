"""Employees, as calls look for them: by id, by extension, by any of their numbers.

In:   a connection. Out: user ids; None where no active real account fits (a bot or mail account gets no calls).
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, bindparam, select

from cordboard.b24wire.errors import failure
from cordboard.portal.crm.phone_key import clean, index_key
from cordboard.portal.tables import user_phone, users
from cordboard.portal.telephony.registering import NO_USER, WhoIsAsked

__all__ = ["check_user", "find_colleague", "find_user", "owners_of"]

REAL = (users.c.active.is_(True), users.c.external_auth_id == "")

CHECK = select(users.c.id).where(users.c.id == bindparam("id"), *REAL)
OWNERS = (
    select(user_phone.c.user_id, user_phone.c.kind)
    .join(users, users.c.id == user_phone.c.user_id)
    .where(user_phone.c.value.in_(bindparam("values", expanding=True)), *REAL)
    .order_by(user_phone.c.user_id)
)


def find_user(connection: Connection, who: WhoIsAsked) -> int:
    """The user asked for; an extension that belongs to nobody is refused as if none had been given."""
    if who.user_id:
        return who.user_id
    owner = next((row.user_id for row in owners_of(connection, [who.extension]) if row.kind == "inner"), None)
    if owner is None:
        raise failure(NO_USER)
    return owner


def check_user(connection: Connection, user_id: int) -> None:
    """Refuse a user who is unknown, dismissed or no human being."""
    # ids beyond 32 bits are nobody's, and PostgreSQL would refuse the comparison
    if not 0 < user_id < 2**31 or connection.execute(CHECK, {"id": user_id}).first() is None:
        raise failure("User is not found or is not active")


def owners_of(connection: Connection, values: list[str]) -> list[Any]:
    """Active employees with one of these numbers: rows of `user_id` and `kind`."""
    return list(connection.execute(OWNERS, {"values": values}))


def find_colleague(connection: Connection, number: str) -> tuple[int | None, bool]:
    """Whose extension the number is, and whether it is any telephone of an employee at all."""
    values = list(dict.fromkeys(value for value in (number, clean(number), index_key(number)) if value))
    rows = owners_of(connection, values)
    internal = next((row.user_id for row in rows if row.kind == "inner" and number), None)
    return internal, bool(rows)
