"""Writing leads, contacts, companies and deals: defaults, links, and what is removed with them.

In:   a connection in a transaction, the caller, the kind, `fields` by the field table's names.
Out:  the id, or a refusal in the original's words.
The surprise: unknown and read-only fields are dropped in silence.
"""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import Connection, delete, insert, select, update

from cordboard.b24wire import errors
from cordboard.b24wire.loose import as_float, as_int, as_items, as_text
from cordboard.portal.clients import TABLES, delete_multifields, read_changes, write_multifields
from cordboard.portal.crm.fields import MULTIFIELDS, Field, Kind, field_named
from cordboard.portal.outbox import outbox_of
from cordboard.portal.rest.filters import as_date, to_flag
from cordboard.portal.rest.moments import micros
from cordboard.portal.rest.registry import Context
from cordboard.portal.rest.stages import apply_stage
from cordboard.portal.rights import level_of, may_reach
from cordboard.portal.tables import activity_binding, entity_contact

__all__ = ["DENIED", "change_entity", "insert_entity", "remove_entity"]

DENIED = "Access denied."


def insert_entity(
    connection: Connection, context: Context, kind: str, fields: dict[str, object], importing: bool = False
) -> int:
    """Write a new entity with defaults, multifields and contacts; returns its id."""
    if level_of(connection, context.user_id, "clients") == "none":
        raise errors.failure(DENIED)
    table, now = TABLES[kind], micros(context.now)
    values: dict[str, Any] = {"date_create": now, "date_modify": now, "last_activity_time": now}
    values |= {"created_by_id": context.user_id, "modify_by_id": context.user_id, "assigned_by_id": context.user_id}
    values |= {"last_activity_by": context.user_id}
    values |= _values(kind, fields, context, importing)
    _check(kind, values)
    apply_stage(connection, kind, values, context.user_id, now)
    added = connection.execute(insert(table).values(**values)).inserted_primary_key
    entity_id = int(cast("tuple[int]", added)[0])
    if kind in ("LEAD", "DEAL") and not values.get("title"):
        title = f"{'Lead' if kind == 'LEAD' else 'Deal'} #{entity_id}"
        connection.execute(update(table).where(table.c.id == entity_id).values(title=title))
    _write_linked(connection, kind, entity_id, fields)
    outbox_of(connection, context).say_entity(kind, "add", entity_id)
    return entity_id


def change_entity(
    connection: Connection,
    context: Context,
    kind: str,
    entity_id: int,
    fields: dict[str, object],
    importing: bool = False,
) -> None:
    """Write what `fields` names; refuses an entity that is not there."""
    table, now = TABLES[kind], micros(context.now)
    row = connection.execute(select(table).where(table.c.id == entity_id)).one_or_none()
    if row is None or (kind == "LEAD" and row.hidden):
        raise errors.failure(f"{kind.capitalize()} is not found")
    if not may_reach(connection, context.user_id, "clients", row.assigned_by_id):
        raise errors.failure(DENIED)
    values = _values(kind, fields, context, importing)
    if "extra" in values:
        values["extra"] = {**row.extra, **values["extra"]}
    apply_stage(connection, kind, values, context.user_id, now)
    values |= {"date_modify": now, "modify_by_id": context.user_id}
    connection.execute(update(table).where(table.c.id == entity_id).values(**values))
    _write_linked(connection, kind, entity_id, fields)
    outbox_of(connection, context).say_entity(kind, "update", entity_id)


def remove_entity(connection: Connection, context: Context, kind: str, entity_id: int) -> None:
    """Delete the row and everything that points at it as its own."""
    table = TABLES[kind]
    row = connection.execute(select(table).where(table.c.id == entity_id)).one_or_none()
    if row is None or (kind == "LEAD" and row.hidden):
        raise errors.failure("Not found")
    if not may_reach(connection, context.user_id, "delete_clients", row.assigned_by_id):
        raise errors.failure(DENIED)
    connection.execute(delete(table).where(table.c.id == entity_id))
    delete_multifields(connection, kind, entity_id)
    own = (entity_contact.c.entity_type == kind, entity_contact.c.entity_id == entity_id)
    connection.execute(delete(entity_contact).where(*own))
    if kind == "CONTACT":
        connection.execute(delete(entity_contact).where(entity_contact.c.contact_id == entity_id))
    bound = (activity_binding.c.entity_type == kind, activity_binding.c.entity_id == entity_id)
    connection.execute(delete(activity_binding).where(*bound))
    outbox_of(connection, context).say_entity(kind, "delete", entity_id)


def _values(kind: str, fields: dict[str, object], context: Context, importing: bool) -> dict[str, Any]:
    """The columns that `fields` sets; unknown and read-only ones are dropped."""
    values: dict[str, Any] = {}
    extra: dict[str, object] = {}
    for name, value in fields.items():
        field = field_named(kind, name)
        if field is None or field.kind == Kind.MULTIFIELD or field.multiple or field.constant is not None:
            continue
        if field.read_only and not (importing and field.name in ("DATE_CREATE", "DATE_MODIFY", "CREATED_BY_ID")):
            continue
        if field.column:
            values[field.column] = _column_value(field, value, context)
        else:
            extra[field.name] = value if field.name.startswith("UF_") else as_text(value)
    if extra:
        values["extra"] = extra
    if "contact_id" in TABLES[kind].c and (contacts := _contacts(fields)):
        values["contact_id"] = contacts[0]
    return values


def _column_value(field: Field, value: object, context: Context) -> object:
    match field.kind:
        case Kind.INTEGER | Kind.USER | Kind.COMPANY | Kind.CONTACT | Kind.LEAD:
            number = as_int(value)
            return (number if 0 < number < 2**31 else None) if field.name != "CATEGORY_ID" else max(number, 0) % 2**31
        case Kind.DOUBLE:
            return as_float(value)
        case Kind.CHAR:
            return bool(to_flag(value))
        case Kind.DATETIME:
            return as_date(context.now.tzinfo)(value)  # pyright: ignore[reportArgumentType]
        case Kind.DATE if field.name in ("BEGINDATE", "CLOSEDATE"):
            return as_date(context.now.tzinfo)(value)  # pyright: ignore[reportArgumentType]
        case _:
            return as_text(value).strip()


def _check(kind: str, values: dict[str, Any]) -> None:
    """A contact needs a name, a company a title; leads and deals get a title of their own."""
    if kind == "COMPANY" and not values.get("title"):
        raise errors.core_error('Required field "Company Name" is not filled')
    if kind == "CONTACT" and not (values.get("name") or values.get("last_name") or values.get("second_name")):
        raise errors.core_error('Required fields "First name" or "Last name" are not filled')


def _contacts(fields: dict[str, object]) -> list[int]:
    sent = fields.get("CONTACT_IDS", fields.get("CONTACT_ID"))
    return [number for item in as_items(sent) if 0 < (number := as_int(item)) < 2**31][:50]


def _write_linked(connection: Connection, kind: str, entity_id: int, fields: dict[str, object]) -> None:
    if kind != "DEAL":  # a deal takes no phone
        changes = [change for name in MULTIFIELDS if name in fields for change in read_changes(name, fields[name])]
        if changes:
            write_multifields(connection, kind, entity_id, changes)
    if kind == "CONTACT" or not ("CONTACT_IDS" in fields or "CONTACT_ID" in fields):
        return
    own = (entity_contact.c.entity_type == kind, entity_contact.c.entity_id == entity_id)
    connection.execute(delete(entity_contact).where(*own))
    for sort, contact_id in enumerate(dict.fromkeys(_contacts(fields))):
        link = {"entity_type": kind, "entity_id": entity_id, "contact_id": contact_id, "sort": sort}
        connection.execute(insert(entity_contact).values(**link))
