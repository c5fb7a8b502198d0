"""Changing a user over REST: fields, the index of the user's numbers, departments.

The surprise: an extension is one to four digits and unique in the house, as the original keeps it.
"""

from __future__ import annotations

from sqlalchemy import Connection, delete, insert, select, update

from cordboard.b24wire import errors
from cordboard.b24wire.loose import as_id, as_items, as_text
from cordboard.portal.crm.phone_key import clean, index_key
from cordboard.portal.rest.filters import to_flag
from cordboard.portal.rest.registry import Context
from cordboard.portal.tables import department, user_department, user_phone, users

__all__ = ["TEXTS", "change_user", "is_admin"]

#: Field of the wire → column.
TEXTS = {
    "NAME": "name",
    "LAST_NAME": "last_name",
    "SECOND_NAME": "second_name",
    "EMAIL": "email",
    "PERSONAL_PHONE": "personal_phone",
    "PERSONAL_MOBILE": "personal_mobile",
    "PERSONAL_PHOTO": "personal_photo",
    "WORK_PHONE": "work_phone",
    "WORK_POSITION": "work_position",
    "TIME_ZONE": "timezone",
    "UF_PHONE_INNER": "inner_phone",
    "UF_VI_BACKPHONE": "backphone",
    "XML_ID": "login",
}
_KINDS = {"UF_PHONE_INNER": "inner", "WORK_PHONE": "work", "PERSONAL_PHONE": "personal", "PERSONAL_MOBILE": "mobile"}


def is_admin(connection: Connection, user_id: int) -> bool:
    """Whether this user is an active administrator."""
    row = connection.execute(select(users.c.is_admin, users.c.active).where(users.c.id == user_id)).one_or_none()
    return row is not None and row.is_admin and row.active


def change_user(connection: Connection, context: Context, user_id: int, sent: dict[str, object]) -> None:
    """Write what `sent` names (upper case): only an administrator, or oneself."""
    if user_id != context.user_id and not is_admin(connection, context.user_id):
        raise errors.access_denied()
    changed: dict[str, object] = {
        column: as_text(sent[name]).strip() for name, column in TEXTS.items() if name in sent and name != "XML_ID"
    }
    if "ACTIVE" in sent:
        changed["active"] = to_flag(sent["ACTIVE"])
    if extension := changed.get("inner_phone"):
        _check_extension(connection, user_id, str(extension))
    if not connection.execute(select(users.c.id).where(users.c.id == user_id)).first():
        raise errors.failure("User not found")
    if changed:
        connection.execute(update(users).where(users.c.id == user_id).values(**changed))
    for name, kind in _KINDS.items():
        if name in sent:
            _rewrite_phone(connection, user_id, kind, str(changed[TEXTS[name]]))
    if "UF_DEPARTMENT" in sent:
        _rewrite_departments(connection, user_id, [as_id(item) for item in as_items(sent["UF_DEPARTMENT"])])


def _check_extension(connection: Connection, user_id: int, extension: str) -> None:
    if not (extension.isascii() and extension.isdigit() and len(extension) <= 4):
        raise errors.failure("UF_PHONE_INNER must consist of one to four digits")
    taken = select(users.c.id).where(users.c.inner_phone == extension, users.c.id != user_id)
    if connection.execute(taken).first():
        raise errors.failure(f"The inner number {extension} belongs to another user")


def _rewrite_phone(connection: Connection, user_id: int, kind: str, number: str) -> None:
    connection.execute(delete(user_phone).where(user_phone.c.user_id == user_id, user_phone.c.kind == kind))
    for value in sorted({clean(number), index_key(number)} - {""}):
        connection.execute(insert(user_phone).values(user_id=user_id, kind=kind, value=value))


def _rewrite_departments(connection: Connection, user_id: int, departments: list[int]) -> None:
    connection.execute(delete(user_department).where(user_department.c.user_id == user_id))
    known = select(department.c.id).where(department.c.id.in_(departments))
    for department_id in connection.execute(known).scalars().all():
        connection.execute(insert(user_department).values(user_id=user_id, department_id=department_id))
