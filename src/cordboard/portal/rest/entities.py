"""Leads, contacts, companies and deals over REST: get, list, add, update, delete, by the one field table.

In:   the kind (`CONTACT`), parameters of the classic methods.
Out:  records as strings, pages, ids; the client's change is published after the commit.
"""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import Column, Connection, Row, delete, func, insert, select, update

from cordboard.b24wire import errors
from cordboard.b24wire.loose import as_float, as_int, as_items, as_map, as_text, named
from cordboard.b24wire.paging import PAGE_SIZE, UNCOUNTED, Page, offset_of, page
from cordboard.portal.changes import ClientChanged
from cordboard.portal.clients import TABLES, delete_multifields, read_changes, write_multifields
from cordboard.portal.crm.fields import FIELDS, MULTIFIELDS, Field, Kind, field_named
from cordboard.portal.rest.filters import Filterable, as_date, conditions, order_of, to_flag
from cordboard.portal.rest.moments import micros
from cordboard.portal.rest.parameters import read_fields
from cordboard.portal.rest.records import multifields_of, record_of
from cordboard.portal.rest.registry import Context, Params
from cordboard.portal.rest.stages import apply_stage
from cordboard.portal.rights import visible_users
from cordboard.portal.tables import activity_binding, entity_contact, multifield

__all__ = [
    "add",
    "change_entity",
    "delete_entity",
    "describe",
    "filterable",
    "get",
    "insert_entity",
    "list_page",
    "may_delete",
    "read_id",
    "remove_entity",
    "update_entity",
]

_NUMERIC = (Kind.INTEGER, Kind.USER, Kind.COMPANY, Kind.CONTACT, Kind.LEAD)


def describe(kind: str) -> dict[str, object]:
    """Every field with its type and title."""
    return {field.name: field.description() for field in FIELDS[kind].values()}


def read_id(params: Params) -> int:
    """The entity's id in any spelling; refused when missing."""
    entity_id = as_int(named(params, "id"))
    if entity_id <= 0:
        raise errors.failure("ID is not defined or invalid.")
    return entity_id


async def get(context: Context, kind: str, params: Params) -> object:
    """One entity with its multifields."""
    entity_id = read_id(params)
    return await context.portal.store.read(lambda connection: _get(connection, context, kind, entity_id))


async def list_page(context: Context, kind: str, params: Params) -> object:
    """Entities by filter, fifty at a time."""
    return await context.portal.store.read(lambda connection: _list(connection, context, kind, params))


async def add(context: Context, kind: str, params: Params) -> object:
    """A new entity; answers its id."""
    fields, importing = _read_fields(params)
    entity_id = await context.portal.store.write(lambda c: insert_entity(c, context, kind, fields, importing))
    context.portal.publish(ClientChanged(kind, entity_id, "add"))
    return entity_id


async def update_entity(context: Context, kind: str, params: Params) -> object:
    """Change some fields; what is not mentioned stays."""
    entity_id = read_id(params)
    fields, importing = _read_fields(params)
    await context.portal.store.write(lambda c: change_entity(c, context, kind, entity_id, fields, importing))
    context.portal.publish(ClientChanged(kind, entity_id, "update"))
    return True


async def delete_entity(context: Context, kind: str, params: Params) -> object:
    """Remove an entity with its multifields and numbers."""
    entity_id = read_id(params)

    def work(connection: Connection) -> None:
        owner = select(TABLES[kind].c.assigned_by_id).where(TABLES[kind].c.id == entity_id)
        if not may_delete(connection, context.user_id, connection.execute(owner).scalar()):
            raise errors.failure("Access denied.")
        remove_entity(connection, kind, entity_id)

    await context.portal.store.write(work)
    context.portal.publish(ClientChanged(kind, entity_id, "delete"))
    return True


def insert_entity(
    connection: Connection, context: Context, kind: str, fields: dict[str, object], importing: bool = False
) -> int:
    """Write a new entity with defaults, multifields and contacts; returns its id."""
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
    values = _values(kind, fields, context, importing)
    if "extra" in values:
        values["extra"] = {**row.extra, **values["extra"]}
    apply_stage(connection, kind, values, context.user_id, now)
    values |= {"date_modify": now, "modify_by_id": context.user_id}
    connection.execute(update(table).where(table.c.id == entity_id).values(**values))
    _write_linked(connection, kind, entity_id, fields)


def remove_entity(connection: Connection, kind: str, entity_id: int) -> None:
    """Delete the row and everything that points at it as its own."""
    table = TABLES[kind]
    if not connection.execute(delete(table).where(table.c.id == entity_id)).rowcount:
        raise errors.failure("Not found")
    delete_multifields(connection, kind, entity_id)
    own = (entity_contact.c.entity_type == kind, entity_contact.c.entity_id == entity_id)
    connection.execute(delete(entity_contact).where(*own))
    if kind == "CONTACT":
        connection.execute(delete(entity_contact).where(entity_contact.c.contact_id == entity_id))
    bound = (activity_binding.c.entity_type == kind, activity_binding.c.entity_id == entity_id)
    connection.execute(delete(activity_binding).where(*bound))


def may_delete(connection: Connection, user_id: int, responsible_id: int | None) -> bool:
    """Whether a user's role lets him delete a client of this responsible."""
    reach = visible_users(connection, user_id, "delete_clients")
    return reach is None or responsible_id in reach


def filterable(kind: str, context: Context, name: str) -> Filterable | None:
    """What a filter or an order may name; None for a field that is not there."""
    field = field_named(kind, name)
    table = TABLES[kind]
    if field is None or field.constant is not None or field.kind == Kind.MULTIFIELD or field.multiple:
        return None
    if not field.column:
        return Filterable(table.c.extra[field.name].as_string(), nullable=True)
    column: Column[Any] = table.c[field.column]
    if field.kind in _NUMERIC:
        return Filterable(column, as_int, text=False)
    if field.kind == Kind.DOUBLE:
        return Filterable(column, as_float, text=False)
    if field.kind == Kind.CHAR:
        return Filterable(column, to_flag, text=False)
    if field.kind == Kind.DATETIME or field.name in ("BEGINDATE", "CLOSEDATE"):
        return Filterable(column, as_date(context.now.tzinfo), text=False)  # pyright: ignore[reportArgumentType]
    return Filterable(column)


def _get(connection: Connection, context: Context, kind: str, entity_id: int) -> dict[str, object]:
    table = TABLES[kind]
    row = connection.execute(select(table).where(table.c.id == entity_id)).one_or_none()
    if row is None or (kind == "LEAD" and row.hidden):
        raise errors.failure("Not found")
    multifields = multifields_of(connection, kind, [entity_id]).get(entity_id, {})
    return record_of(kind, row, context) | multifields


def _list(connection: Connection, context: Context, kind: str, params: Params) -> Page:
    table = TABLES[kind]
    asked = as_map(named(params, "filter"))
    where = conditions(asked, lambda name: filterable(kind, context, name))
    where += [
        _has_multifield(kind, name.upper(), value) for name, value in asked.items() if name.upper() in MULTIFIELDS
    ]
    if kind == "LEAD":
        where.append(table.c.hidden.is_(False))
    order = order_of(named(params, "order"), lambda name: filterable(kind, context, name), table.c.id)
    query = select(table).where(*where).order_by(*order).limit(PAGE_SIZE).offset(offset_of(context.start))
    rows = connection.execute(query).all()
    counted = context.start != UNCOUNTED
    total = connection.execute(select(func.count()).select_from(table).where(*where)).scalar_one() if counted else 0
    return page(_selected(connection, context, kind, list(rows), params), context.start, total)


def _has_multifield(kind: str, type_id: str, value: object) -> Any:
    """The filter `PHONE` and `EMAIL`: the first value only, as a prefix of the text somebody typed."""
    first = next(iter(as_items(value)), "")
    of_kind = (multifield.c.entity_type == kind, multifield.c.type_id == type_id)
    begins = multifield.c.value.startswith(as_text(first), autoescape=True)
    return TABLES[kind].c.id.in_(select(multifield.c.entity_id).where(*of_kind, begins))


def _selected(
    connection: Connection, context: Context, kind: str, rows: list[Row[Any]], params: Params
) -> list[object]:
    wanted = {as_text(name).upper() for name in as_items(named(params, "select"))} or {"*", "UF_*"}
    names = None if "*" in wanted else wanted | {"ID"}
    multi = {name for name in MULTIFIELDS if name in wanted}
    found = multifields_of(connection, kind, [row.id for row in rows]) if multi else {}
    records: list[object] = []
    for row in rows:
        record = record_of(kind, row, context)
        if names is not None:
            record = {name: value for name, value in record.items() if name in names}
        shown = found.get(row.id, {})
        records.append(record | {name: shown[name] for name in shown if name in multi})
    return records


def _read_fields(params: Params) -> tuple[dict[str, object], bool]:
    importing = as_text(as_map(named(params, "params")).get("IMPORT")) == "Y"
    return read_fields(params), importing


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
