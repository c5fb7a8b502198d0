"""`crm.item.*`: the universal methods over leads, deals, contacts and companies."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, func, select

from cordboard.b24wire import errors
from cordboard.b24wire.loose import as_id, as_int, as_items, as_map, as_text
from cordboard.b24wire.paging import PAGE_SIZE, UNCOUNTED, Page, offset_of, page
from cordboard.portal.changes import ClientChanged
from cordboard.portal.clients import TABLES
from cordboard.portal.rest.entities import filterable, seen_by
from cordboard.portal.rest.entity_writes import change_entity, insert_entity, remove_entity
from cordboard.portal.rest.filters import order_of
from cordboard.portal.rest.items import (
    classic_fields,
    describe_item,
    item_of,
    item_where,
    multifields_item,
    order_asked,
    read_kind,
)
from cordboard.portal.rest.records import multifields_of
from cordboard.portal.rest.registry import Context, Params, method
from cordboard.portal.rights import level_of, may_reach
from cordboard.portal.tables import entity_contact, status

_STAGES = {"LEAD": "STATUS", "DEAL": "DEAL_STAGE"}


@method("crm.item.fields", scope="crm")
async def item_fields(context: Context, params: Params) -> object:
    """Every field with its type, under camelCase names.

    entityTypeId* (integer): 1 lead, 2 deal, 3 contact, 4 company
    """
    return {"fields": describe_item(read_kind(params))}


@method("crm.item.get", scope="crm")
async def item_get(context: Context, params: Params) -> object:
    """One item with its multifields.

    entityTypeId* (integer): 1 lead, 2 deal, 3 contact, 4 company
    id* (integer): the item
    """
    kind, entity_id = read_kind(params), _id(params)
    return {"item": await context.portal.store.read(lambda connection: _item(connection, context, kind, entity_id))}


@method("crm.item.list", scope="crm")
async def item_list(context: Context, params: Params) -> object:
    """Items by filter, fifty at a time.

    entityTypeId* (integer): 1 lead, 2 deal, 3 contact, 4 company
    filter (object): conditions under camelCase names; numbered groups with `logic` `OR`
    select (array): names or `*`; only `*` brings the multifields (`fm`)
    order (object): `{"id": "ASC"}`
    start (integer): offset of the first row; -1 skips counting
    """
    kind = read_kind(params)
    return await context.portal.store.read(lambda connection: _list(connection, context, kind, params))


@method("crm.item.add", scope="crm")
async def item_add(context: Context, params: Params) -> object:
    """A new item; answers it whole.

    entityTypeId* (integer): 1 lead, 2 deal, 3 contact, 4 company
    fields* (object): values under camelCase names; `fm` for multifields
    """
    kind, fields = read_kind(params), _fields(params)

    def work(connection: Connection) -> dict[str, object]:
        if level_of(connection, context.user_id, "clients") == "none":
            raise errors.access_denied()
        values = classic_fields(kind, fields)
        _check_stage(connection, kind, values)
        entity_id = insert_entity(connection, context, kind, values)
        return _item(connection, context, kind, entity_id)

    item = await context.portal.store.write(work)
    context.portal.publish(ClientChanged(kind, as_int(item["id"]), "add"))
    return {"item": item}


@method("crm.item.update", scope="crm")
async def item_update(context: Context, params: Params) -> object:
    """Change an item; answers it whole.

    entityTypeId* (integer): 1 lead, 2 deal, 3 contact, 4 company
    id* (integer): the item
    fields* (object): values under camelCase names
    """
    kind, entity_id, fields = read_kind(params), _id(params), _fields(params)

    def work(connection: Connection) -> dict[str, object]:
        _row(connection, context, kind, entity_id)
        values = classic_fields(kind, fields)
        _check_stage(connection, kind, values)
        change_entity(connection, context, kind, entity_id, values)
        return _item(connection, context, kind, entity_id)

    item = await context.portal.store.write(work)
    context.portal.publish(ClientChanged(kind, entity_id, "update"))
    return {"item": item}


@method("crm.item.delete", scope="crm")
async def item_delete(context: Context, params: Params) -> object:
    """Delete an item; answers an empty list.

    entityTypeId* (integer): 1 lead, 2 deal, 3 contact, 4 company
    id* (integer): the item
    """
    kind, entity_id = read_kind(params), _id(params)

    def work(connection: Connection) -> None:
        _row(connection, context, kind, entity_id, right="delete_clients")
        remove_entity(connection, context, kind, entity_id)

    await context.portal.store.write(work)
    context.portal.publish(ClientChanged(kind, entity_id, "delete"))
    return []


def _id(params: Params) -> int:
    if "id" not in params:
        raise errors.missing_argument("id")
    return as_id(params["id"])


def _fields(params: Params) -> dict[str, object]:
    if "fields" not in params:
        raise errors.missing_argument("fields")
    _check_array("fields", params["fields"])
    return as_map(params["fields"])


def _check_array(name: str, value: object) -> None:
    if value is not None and not isinstance(value, dict | list):
        raise errors.wrong_type(name, as_text(value)[:50])


def _check_stage(connection: Connection, kind: str, fields: dict[str, object]) -> None:
    """A stage that is in no list of the portal is refused here, not in the classic methods."""
    column = {"LEAD": "STATUS_ID", "DEAL": "STAGE_ID"}.get(kind, "")
    stage = as_text(fields.get(column))
    known = select(status.c.id).where(status.c.status_id == stage, status.c.entity_id.startswith(_STAGES.get(kind, "")))
    if stage and not connection.execute(known).first():
        raise errors.RestError("CRM_FIELD_ERROR_VALUE_NOT_VALID", 'Invalid value for field "stageId"')


def _row(connection: Connection, context: Context, kind: str, entity_id: int, right: str = "clients") -> Row[Any]:
    table = TABLES[kind]
    row = connection.execute(select(table).where(table.c.id == entity_id)).one_or_none()
    if row is None or (kind == "LEAD" and row.hidden):
        raise errors.not_found()
    if not may_reach(connection, context.user_id, right, row.assigned_by_id):
        raise errors.access_denied()
    return row


def _item(connection: Connection, context: Context, kind: str, entity_id: int) -> dict[str, object]:
    item = item_of(kind, _row(connection, context, kind, entity_id), context)
    item |= _contacts(connection, kind, [entity_id]).get(entity_id, {})
    if kind == "DEAL":
        return item
    return item | multifields_item(multifields_of(connection, kind, [entity_id]).get(entity_id, {}))


def _contacts(connection: Connection, kind: str, ids: list[int]) -> dict[int, dict[str, object]]:
    """`contactIds` of leads, deals and companies."""
    if kind == "CONTACT":
        return {}
    found: dict[int, list[int]] = {entity_id: [] for entity_id in ids}
    linked = (entity_contact.c.entity_type == kind, entity_contact.c.entity_id.in_(ids))
    query = select(entity_contact).where(*linked).order_by(entity_contact.c.entity_id, entity_contact.c.sort)
    for row in connection.execute(query):
        found[row.entity_id].append(row.contact_id)
    return {entity_id: {"contactIds": contacts} for entity_id, contacts in found.items()}


def _list(connection: Connection, context: Context, kind: str, params: Params) -> Page:
    table = TABLES[kind]
    for name in ("filter", "order", "select"):
        _check_array(name, params.get(name))
    where = item_where(kind, context, params.get("filter"))
    where += seen_by(connection, context, kind)
    order = order_of(order_asked(kind, params.get("order")), lambda name: filterable(kind, context, name), table.c.id)
    query = select(table).where(*where).order_by(*order).limit(PAGE_SIZE).offset(offset_of(context.start))
    rows = connection.execute(query).all()
    counted = context.start != UNCOUNTED
    total = connection.execute(select(func.count()).select_from(table).where(*where)).scalar_one() if counted else 0
    wanted = [as_text(name) for name in as_items(params.get("select"))]
    ids = [row.id for row in rows]
    contacts = _contacts(connection, kind, ids)
    items = [item_of(kind, row, context) | contacts.get(row.id, {}) for row in rows]
    if "*" in wanted and kind != "DEAL":
        found = multifields_of(connection, kind, ids)
        items = [item | multifields_item(found.get(as_int(item["id"]), {})) for item in items]
    if wanted and "*" not in wanted:
        items = [{name: value for name, value in item.items() if name == "id" or name in wanted} for item in items]
    shown: list[object] = list(items)
    return page(shown, context.start, total, {"items": shown})
