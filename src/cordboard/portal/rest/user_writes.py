"""Adding and changing users over REST.

In:   a connection in a transaction, the caller, fields by the wire's names. Out: rows, or a refusal in its words.
"""

from __future__ import annotations

import re

from sqlalchemy import Connection, func, select, update

from cordboard.b24wire import errors
from cordboard.b24wire.loose import as_id, as_items, as_text
from cordboard.portal import basics
from cordboard.portal.employees import check_extension, write_departments, write_phone
from cordboard.portal.outbox import outbox_of
from cordboard.portal.rest.filters import to_flag
from cordboard.portal.rest.moments import micros, shown
from cordboard.portal.rest.registry import Context
from cordboard.portal.tables import users

__all__ = ["TEXTS", "add_user", "change_user", "is_admin"]

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
_EMAIL = re.compile(r"[^@\s]{1,200}@[^@\s]+\.[^@\s]+")


def is_admin(connection: Connection, user_id: int) -> bool:
    """Whether this user is an active administrator."""
    row = connection.execute(select(users.c.is_admin, users.c.active).where(users.c.id == user_id)).one_or_none()
    return row is not None and row.is_admin and row.active


def add_user(connection: Connection, context: Context, sent: dict[str, object]) -> int:
    """A new employee, only by an administrator; no password: an administrator of the portal gives one."""
    if not is_admin(connection, context.user_id):
        raise errors.core_error("access_denied")
    email = as_text(sent.get("EMAIL")).strip().lower()
    if not _EMAIL.fullmatch(email):
        raise errors.argument_error("wrong_email", "")
    taken = select(users.c.id).where((func.lower(users.c.email) == email) | (users.c.login == email))
    if connection.execute(taken).first():
        raise errors.argument_error("A user with this email already exists", "")
    departments = [as_id(item) for item in as_items(sent.get("UF_DEPARTMENT"))]
    if not departments:
        _refuse_extranet(sent)
    now = micros(context.now)
    user_id = basics.add_user(connection, now, login=email, name="", last_name="", departments=())
    fields = {name: value for name, value in sent.items() if name != "ACTIVE"} | {"EMAIL": email}
    _write(connection, user_id, fields)
    said = {name: as_text(sent.get(name)) for name in ("NAME", "LAST_NAME", "WORK_POSITION")}
    said |= {"ID": user_id, "ACTIVE": "Y", "EMAIL": email, "DATE_REGISTER": shown(now, context.now.tzinfo)}
    outbox_of(connection, context).add("ONUSERADD", {**said, "UF_DEPARTMENT": departments}, f"user:{user_id}")
    return user_id


def change_user(connection: Connection, context: Context, user_id: int, sent: dict[str, object]) -> None:
    """Write what `sent` names (upper case): only an administrator, or oneself."""
    if user_id != context.user_id and not is_admin(connection, context.user_id):
        raise errors.access_denied()
    if not connection.execute(select(users.c.id).where(users.c.id == user_id)).first():
        raise errors.failure("User not found")
    _write(connection, user_id, sent)


def _refuse_extranet(sent: dict[str, object]) -> None:
    """Without a department only a guest of a workgroup could be meant, and there are no workgroups here."""
    if as_text(sent.get("EXTRANET")) != "Y":
        raise errors.argument_error("no_extranet_field", "")
    if not as_items(sent.get("SONET_GROUP_ID")):
        raise errors.RestError("ERROR_GROUPID", "Group code not specified")
    raise errors.RestError("ERROR_NO_GROUP", "Group is specified incorrectly")


def _write(connection: Connection, user_id: int, sent: dict[str, object]) -> None:
    changed: dict[str, object] = {
        column: as_text(sent[name]).strip() for name, column in TEXTS.items() if name in sent and name != "XML_ID"
    }
    if "ACTIVE" in sent:
        changed["active"] = to_flag(sent["ACTIVE"])
    if extension := changed.get("inner_phone"):
        check_extension(connection, user_id, str(extension))
    if changed:
        connection.execute(update(users).where(users.c.id == user_id).values(**changed))
    for name, kind in _KINDS.items():
        if name in sent:
            write_phone(connection, user_id, kind, str(changed[TEXTS[name]]))
    if "UF_DEPARTMENT" in sent:
        write_departments(connection, user_id, [as_id(item) for item in as_items(sent["UF_DEPARTMENT"])])
