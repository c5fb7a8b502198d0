"""Employees: what belongs to a user is written together: numbers with their index, departments.

In:   a connection in a transaction, a user. Out: rows; a `RestError` where an extension cannot be used.
The surprise: an extension is one to four digits and unique in the house, as the original keeps it.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, delete, insert, select

from cordboard.b24wire import errors
from cordboard.portal.crm.phone_key import clean, index_key
from cordboard.portal.tables import department, user_department, user_phone, users

__all__ = ["check_extension", "write_departments", "write_phone"]


def check_extension(connection: Connection, user_id: int, extension: str) -> None:
    """Refuse an extension that is none, or that another user has."""
    if not (extension.isascii() and extension.isdigit() and len(extension) <= 4):
        raise errors.failure("UF_PHONE_INNER must consist of one to four digits")
    taken = select(users.c.id).where(users.c.inner_phone == extension, users.c.id != user_id)
    if connection.execute(taken).first():
        raise errors.failure(f"The inner number {extension} belongs to another user")


def write_phone(connection: Connection, user_id: int, kind: str, number: str) -> None:
    """Put a number (`inner`, `work`, `personal`, `mobile`) into the index instead of the earlier one."""
    connection.execute(delete(user_phone).where(user_phone.c.user_id == user_id, user_phone.c.kind == kind))
    for value in sorted({clean(number), index_key(number)} - {""}):
        connection.execute(insert(user_phone).values(user_id=user_id, kind=kind, value=value))


def write_departments(connection: Connection, user_id: int, departments: Iterable[int]) -> None:
    """Let a user work in these departments and no others; unknown ones are left out."""
    connection.execute(delete(user_department).where(user_department.c.user_id == user_id))
    known = select(department.c.id).where(department.c.id.in_(list(departments)))
    for department_id in connection.execute(known).scalars().all():
        connection.execute(insert(user_department).values(user_id=user_id, department_id=department_id))
