"""Employees, as calls look for them: by id, by extension, by any of their numbers.

In:   a connection. Out: user ids; None where no active real account fits (a bot or mail account gets no calls).
"""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, or_, select

from cordboard.b24wire.errors import failure
from cordboard.portal.crm.phone_key import index_key
from cordboard.portal.tables import user_phone, users
from cordboard.portal.telephony.registering import NO_USER, WhoIsAsked
from cordboard.store.hot import Hot

__all__ = ["check_user", "find_colleague", "find_user"]

REAL = (users.c.active.is_(True), users.c.external_auth_id == "")

CHECK = Hot(select(users.c.id).where(users.c.id == bindparam("id"), *REAL))
OWNERS = Hot(
    select(user_phone.c.user_id, user_phone.c.kind)
    .join(users, users.c.id == user_phone.c.user_id)
    .where(or_(user_phone.c.value == bindparam("number"), user_phone.c.value == bindparam("key")), *REAL)
    .order_by(user_phone.c.user_id)
)


def find_user(connection: Connection, who: WhoIsAsked) -> int:
    """The user asked for; an extension that belongs to nobody is refused as if none had been given."""
    if who.user_id:
        return who.user_id
    owner, _ = find_colleague(connection, who.extension)
    if owner is None:
        raise failure(NO_USER)
    return owner


def check_user(connection: Connection, user_id: int) -> None:
    """Refuse a user who is unknown, dismissed or no human being."""
    # ids beyond 32 bits are nobody's, and PostgreSQL would refuse the comparison
    if not 0 < user_id < 2**31 or not CHECK.rows(connection, id=user_id):
        raise failure("User is not found or is not active")


def find_colleague(connection: Connection, number: str) -> tuple[int | None, bool]:
    """Whose extension the number is, and whether it is any telephone of an employee at all."""
    rows = OWNERS.rows(connection, number=number, key=index_key(number) or number)
    return next((user_id for user_id, kind in rows if kind == "inner"), None), bool(rows)
