"""`crm.status.*`, `crm.settings.mode.get` and pipelines: the lists a client reads once."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, select

from cordboard.b24wire.codes import EntityType
from cordboard.b24wire.loose import as_id, as_int, as_text, named
from cordboard.portal.rest.filters import Filterable, conditions, order_of
from cordboard.portal.rest.moments import shown
from cordboard.portal.rest.registry import Context, Params, method
from cordboard.portal.tables import pipeline, status

_COLUMNS = {
    "ID": Filterable(status.c.id, as_id, text=False),
    "ENTITY_ID": Filterable(status.c.entity_id),
    "STATUS_ID": Filterable(status.c.status_id),
    "NAME": Filterable(status.c.name),
    "SORT": Filterable(status.c.sort, as_id, text=False),
    "SEMANTICS": Filterable(status.c.semantics),
}


@method("crm.status.list", scope="crm")
async def status_list(context: Context, params: Params) -> object:
    """Every item of the reference lists, by filter.

    filter (object): mostly `ENTITY_ID`: `STATUS`, `SOURCE`, `DEAL_STAGE` …
    order (object): `{"SORT": "ASC"}`
    """
    where = conditions(named(params, "filter"), _COLUMNS.get)
    order = order_of(named(params, "order"), _COLUMNS.get, status.c.id)
    query = select(status).where(*where).order_by(*order)
    rows = await context.portal.store.read(lambda connection: connection.execute(query).all())
    return [_status(row) for row in rows]


@method("crm.status.entity.items", scope="crm")
async def entity_items(context: Context, params: Params) -> object:
    """Name, sort and id of one reference list's items.

    entityId* (string): the list, such as `SOURCE`
    """
    reference = as_text(named(params, "entityId"))
    query = select(status).where(status.c.entity_id == reference).order_by(status.c.sort, status.c.id)
    rows = await context.portal.store.read(lambda connection: connection.execute(query).all())
    return [{"NAME": row.name, "SORT": row.sort, "STATUS_ID": row.status_id} for row in rows]


@method("crm.settings.mode.get", scope="crm")
async def settings_mode(context: Context, params: Params) -> object:
    """1 with leads, 2 without."""
    return 2 if context.portal.switch("crm_mode") == "simple" else 1


@method("crm.dealcategory.list", scope="crm")
async def dealcategory_list(context: Context, params: Params) -> object:
    """Pipelines of deals beside the default one."""
    pipelines = await context.portal.store.read(_pipelines)
    zone = context.now.tzinfo
    return [
        {
            "ID": str(row.id),
            "CREATED_DATE": shown(row.created_at, zone),
            "NAME": row.name,
            "IS_LOCKED": "N",
            "SORT": str(row.sort),
        }
        for row in pipelines
    ]


@method("crm.category.list", scope="crm")
async def category_list(context: Context, params: Params) -> object:
    """Pipelines of an entity type, the default one first.

    entityTypeId* (integer): 2 for deals; others have no pipelines
    """
    if as_int(named(params, "entityTypeId")) != EntityType.DEAL:
        return {"categories": []}
    pipelines = await context.portal.store.read(_pipelines)
    rows = [(0, "General", 100), *((row.id, row.name, row.sort) for row in pipelines)]
    common = {"entityTypeId": 2, "originId": "", "originatorId": ""}
    return {
        "categories": [
            {"id": id_, "name": name, "sort": sort, "isDefault": "N" if id_ else "Y", **common}
            for id_, name, sort in rows
        ]
    }


def _pipelines(connection: Connection) -> list[Row[Any]]:
    return list(connection.execute(select(pipeline).order_by(pipeline.c.sort, pipeline.c.id)))


def _status(row: Row[Any]) -> dict[str, object]:
    return {
        "ID": str(row.id),
        "ENTITY_ID": row.entity_id,
        "STATUS_ID": row.status_id,
        "NAME": row.name,
        "NAME_INIT": row.name_init,
        "SORT": str(row.sort),
        "SYSTEM": "Y" if row.system else "N",
        "CATEGORY_ID": None if row.category_id is None else str(row.category_id),
        "COLOR": row.color or None,
        "SEMANTICS": row.semantics or None,
        "EXTRA": row.extra,
    }
