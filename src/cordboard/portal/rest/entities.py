"""Leads, contacts, companies and deals over REST: get, list, add, update, delete, by the one field table.

In:   the kind (`CONTACT`), parameters of the classic methods.
Out:  records as strings, pages, ids; the client's change is published after the commit.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Row, func, select

from cordboard.b24wire import errors
from cordboard.b24wire.loose import as_float, as_id, as_items, as_map, as_text, named
from cordboard.b24wire.paging import PAGE_SIZE, UNCOUNTED, Page, offset_of, page
from cordboard.portal.changes import ClientChanged
from cordboard.portal.clients import TABLES
from cordboard.portal.crm.fields import FIELDS, MULTIFIELDS, Kind, field_named
from cordboard.portal.rest.entity_writes import DENIED, change_entity, insert_entity, remove_entity
from cordboard.portal.rest.filters import Filterable, as_date, conditions, order_of, to_flag
from cordboard.portal.rest.parameters import read_fields
from cordboard.portal.rest.records import multifields_of, record_of
from cordboard.portal.rest.registry import Context, Params
from cordboard.portal.rights import may_reach, visible_users
from cordboard.portal.tables import multifield

__all__ = ["add", "delete_entity", "describe", "filterable", "get", "list_page", "read_id", "seen_by", "update_entity"]

_NUMERIC = (Kind.INTEGER, Kind.USER, Kind.COMPANY, Kind.CONTACT, Kind.LEAD)


def describe(kind: str) -> dict[str, object]:
    """Every field with its type and title."""
    return {field.name: field.description() for field in FIELDS[kind].values()}


def read_id(params: Params) -> int:
    """The entity's id in any spelling; refused when missing."""
    entity_id = as_id(named(params, "id"))
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
    await context.portal.store.write(lambda connection: remove_entity(connection, context, kind, entity_id))
    context.portal.publish(ClientChanged(kind, entity_id, "delete"))
    return True


def seen_by(connection: Connection, context: Context, kind: str) -> list[ColumnElement[bool]]:
    """What narrows a list to the clients that the caller may see."""
    table = TABLES[kind]
    where: list[ColumnElement[bool]] = [table.c.hidden.is_(False)] if kind == "LEAD" else []
    reach = visible_users(connection, context.user_id, "clients")
    return where if reach is None else [*where, table.c.assigned_by_id.in_(reach)]


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
        return Filterable(column, as_id, text=False)
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
    if not may_reach(connection, context.user_id, "clients", row.assigned_by_id):
        raise errors.failure(DENIED)
    multifields = multifields_of(connection, kind, [entity_id]).get(entity_id, {})
    return record_of(kind, row, context) | multifields


def _list(connection: Connection, context: Context, kind: str, params: Params) -> Page:
    table = TABLES[kind]
    asked = as_map(named(params, "filter"))
    where = conditions(asked, lambda name: filterable(kind, context, name))
    where += [
        _has_multifield(kind, name.upper(), value) for name, value in asked.items() if name.upper() in MULTIFIELDS
    ]
    where += seen_by(connection, context, kind)
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
    multi = {name for name in MULTIFIELDS if name in wanted}
    found = multifields_of(connection, kind, [row.id for row in rows]) if multi else {}
    records: list[object] = []
    for row in rows:
        record = {
            name: value
            for name, value in record_of(kind, row, context).items()
            if name in wanted or name == "ID" or ("UF_*" if name.startswith("UF_") else "*") in wanted
        }
        shown = found.get(row.id, {})
        records.append(record | {name: shown[name] for name in shown if name in multi})
    return records


def _read_fields(params: Params) -> tuple[dict[str, object], bool]:
    importing = as_text(as_map(named(params, "params")).get("IMPORT")) == "Y"
    return read_fields(params), importing
