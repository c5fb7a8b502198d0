"""`department.get`: the house's departments with their heads."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Row, func, select

from cordboard.b24wire.loose import as_id, as_items, as_text, named
from cordboard.b24wire.paging import PAGE_SIZE, Page, offset_of, page
from cordboard.portal.rest.registry import Context, Params, method
from cordboard.portal.tables import department


@method("department.get", scope="department", scopes=("user", "user_brief", "user_basic"))
async def department_get(context: Context, params: Params) -> object:
    """Departments by `ID`, `NAME`, `PARENT`, `UF_HEAD`.

    ID (integer): and `PARENT`, `UF_HEAD`: ids, one or a list
    NAME (string): exactly this name
    sort (string): `ID`, `NAME`, `SORT`, `PARENT`, `UF_HEAD`
    order (string): `ASC` or `DESC`
    start (integer): offset of the first row
    """
    return await context.portal.store.read(lambda connection: _departments(connection, context, params))


def _departments(connection: Connection, context: Context, params: Params) -> Page:
    columns: dict[str, Column[Any]] = {
        "ID": department.c.id,
        "PARENT": department.c.parent,
        "UF_HEAD": department.c.head,
    }
    where: list[ColumnElement[bool]] = [
        column.in_([as_id(item) for item in as_items(value)])
        for name, column in columns.items()
        if (value := named(params, name)) is not None
    ]
    if (name := named(params, "NAME")) is not None:
        where.append(department.c.name == as_text(name))
    sorts = columns | {"NAME": department.c.name, "SORT": department.c.sort}
    sort = sorts.get(as_text(named(params, "sort")).upper(), department.c.id)
    order = sort.desc() if as_text(named(params, "order")).upper() == "DESC" else sort.asc()
    query = select(department).where(*where).order_by(order, department.c.id)
    rows = connection.execute(query.limit(PAGE_SIZE).offset(offset_of(context.start))).all()
    total = connection.execute(select(func.count()).select_from(department).where(*where)).scalar_one()
    return page([_department(row) for row in rows], context.start, total)


def _department(row: Row[Any]) -> dict[str, object]:
    record: dict[str, object] = {"ID": str(row.id), "NAME": row.name, "SORT": row.sort}
    if row.parent:
        record["PARENT"] = str(row.parent)
    if row.head:
        record["UF_HEAD"] = str(row.head)
    return record
