"""`crm.calllist.*`: dialling lists: whom somebody shall call, and whom they have called.

The surprise: an item is called when a call with its list's `CALL_LIST_ID` was finished for it.
"""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import Connection, insert, select

from cordboard.b24wire.codes import ENTITY_TYPE_IDS
from cordboard.b24wire.errors import RestError, argument_error
from cordboard.b24wire.loose import as_id, as_items, as_map, as_text, named
from cordboard.portal.clients import TABLES
from cordboard.portal.rest.filters import Filterable, conditions, order_of, split_prefix
from cordboard.portal.rest.moments import micros, moment_of
from cordboard.portal.rest.registry import Context, Params, method
from cordboard.portal.tables import call, call_list, call_list_item

_KINDS = ("CONTACT", "COMPANY")
_STATUSES = ("IN_WORK", "SUCCESS", "WRONG_NUMBER", "STOP_CALLING")
_MOST = 5_000
_COLUMNS = {
    "ID": Filterable(call_list.c.id, as_id, text=False),
    "DATE_CREATE": Filterable(call_list.c.created_at, as_id, text=False),
    "CREATED_BY_ID": Filterable(call_list.c.created_by, as_id, text=False),
    "WEBFORM_ID": Filterable(call_list.c.webform_id, as_id, text=False),
    "ENTITY_TYPE_ID": Filterable(call_list.c.entity_type, lambda value: _KIND_OF.get(as_text(value))),
}
_KIND_OF = {str(ENTITY_TYPE_IDS[kind]): kind for kind in _KINDS}


@method("crm.calllist.add", scope="crm")
async def add(context: Context, params: Params) -> object:
    """A new dialling list; answers its id.

    ENTITY_TYPE* (string): `CONTACT` or `COMPANY`
    ENTITIES* (array): ids
    WEBFORM_ID (integer): kept with it

    Differs: there are no forms, so any `WEBFORM_ID` is kept.
    """
    for name in ("ENTITY_TYPE", "ENTITIES"):
        if named(params, name) is None:
            raise argument_error(f"{name} is not found", name)
    sent, kind = named(params, "ENTITIES"), as_text(named(params, "ENTITY_TYPE")).upper()
    if not isinstance(sent, list | dict):
        raise RestError("ENTITIES_ERROR", "Entities is not array")
    if kind not in _KINDS:
        raise RestError("ENTITY_TYPE_ERROR", "Incorrect entity type")
    ids = list(dict.fromkeys(as_id(item) for item in as_items(cast("object", sent))))[:_MOST]
    values: dict[str, Any] = {"entity_type": kind, "created_by": context.user_id, "created_at": micros(context.now)}
    values["webform_id"] = as_id(named(params, "WEBFORM_ID")) or None

    def work(connection: Connection) -> int:
        known = connection.execute(select(TABLES[kind].c.id).where(TABLES[kind].c.id.in_(ids))).all()
        if not ids or len(known) < len(ids):
            raise RestError("ENTITY_ERROR", "Incorrect entities id")
        added = connection.execute(insert(call_list).values(**values)).inserted_primary_key
        list_id = int(cast("tuple[int]", added)[0])
        connection.execute(insert(call_list_item), [{"list_id": list_id, "entity_id": number} for number in ids])
        return list_id

    return await context.portal.store.write(work)


@method("crm.calllist.get", scope="crm")
async def get(context: Context, params: Params) -> object:
    """One dialling list, without its items.

    ID* (integer): the list
    """
    if named(params, "ID") is None:
        raise argument_error("ID is not found", "ID")
    wanted = call_list.c.id == as_id(named(params, "ID"))
    row = await context.portal.store.read(lambda c: c.execute(select(call_list).where(wanted)).one_or_none())
    if row is None:
        raise RestError("LIST_ID_ERROR", "Incorrect list id")
    return _record(row, context) | {"ENTITY_TYPE": row.entity_type}


@method("crm.calllist.list", scope="crm")
async def list_(context: Context, params: Params) -> object:
    """Dialling lists.

    SELECT (array): `ID`, `DATE_CREATE`, `CREATED_BY_ID`, `WEBFORM_ID`, `ENTITY_TYPE_ID`
    FILTER (object): the same with prefixes
    ORDER (object): `{"ID": "DESC"}`
    """
    wanted = [as_text(name).upper() for name in as_items(named(params, "SELECT"))] or list(_COLUMNS)
    asked, order = as_map(named(params, "FILTER")), as_map(named(params, "ORDER"))
    for name in (*wanted, *(split_prefix(key)[1] for key in asked), *(name.upper() for name in order)):
        if name not in _COLUMNS:
            entity = r"\Bitrix\Crm\CallList\Internals\CallList"
            raise RestError("100", f"Unknown field definition `{name[:50]}` ({name[:50]}) for {entity} Entity.")
    where = conditions(asked, _COLUMNS.get)
    query = select(call_list).where(*where).order_by(*order_of(order, _COLUMNS.get, call_list.c.id)).limit(_MOST)
    rows = await context.portal.store.read(lambda connection: connection.execute(query).all())
    return [{name: value for name, value in _record(row, context).items() if name in wanted} for row in rows]


@method("crm.calllist.items.get", scope="crm")
async def items_get(context: Context, params: Params) -> object:
    """The clients of a dialling list; `CALL_ID` says which call with the list's id was for them.

    LIST_ID* (integer): the list
    FILTER (object): `STATUS`: `IN_WORK`, `SUCCESS`, `WRONG_NUMBER`, `STOP_CALLING`

    Differs: `CALL_ID` is ours.
    """
    if named(params, "LIST_ID") is None:
        raise argument_error("LIST_ID is not found", "LIST_ID")
    list_id = as_id(named(params, "LIST_ID"))
    if list_id < 1:
        raise RestError("LIST_ID_ERROR", "List id should be positive")
    status = as_text(named(as_map(named(params, "FILTER")), "STATUS"))
    if status and status not in _STATUSES:
        raise RestError("STATUS_ERROR", "Incorrect status")

    def work(connection: Connection) -> list[object]:
        kind = connection.execute(select(call_list.c.entity_type).where(call_list.c.id == list_id)).scalar()
        if kind is None:
            raise RestError("LIST_ID_ERROR", "Call list is not found")
        query = select(call_list_item, call.c.call_id).where(call_list_item.c.list_id == list_id)
        query = query.join_from(call_list_item, call, call.c.id == call_list_item.c.call, isouter=True)
        if status:
            query = query.where(call_list_item.c.status_id == status)
        rows = connection.execute(query.order_by(call_list_item.c.entity_id))
        return [
            {"ID": row.entity_id, "STATUS": row.status_id, "ENTITY_TYPE": ENTITY_TYPE_IDS[kind], "CALL_ID": row.call_id}
            for row in rows
        ]

    return await context.portal.store.read(work)


def _record(row: Any, context: Context) -> dict[str, object]:
    """A row as strings; the date in the form of the original's database."""
    return {
        "ID": str(row.id),
        "DATE_CREATE": f"{moment_of(row.created_at, context.now.tzinfo):%Y-%m-%d %H:%M:%S}",
        "CREATED_BY_ID": str(row.created_by),
        "WEBFORM_ID": None if row.webform_id is None else str(row.webform_id),
        "ENTITY_TYPE_ID": str(ENTITY_TYPE_IDS[row.entity_type]),
    }
