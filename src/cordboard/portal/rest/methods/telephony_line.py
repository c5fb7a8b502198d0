"""`telephony.externalLine.*`: the numbers an application declares; all webhooks share one set."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from cordboard.b24wire.errors import failure
from cordboard.b24wire.loose import as_text, is_yes
from cordboard.portal.rest.registry import Context, Params, method
from cordboard.portal.tables import line

LENGTH = 50


@method("telephony.externalLine.add", scope="telephony")
async def add(context: Context, params: Params) -> object:
    """Declare a line.

    NUMBER* (string): number or name, at most 50 characters
    NAME (string): words
    CRM_AUTO_CREATE (string): `N`: calls by a click create no clients
    """
    number, application_id = read_number(params), context.application_id or 0
    auto_create = is_yes(params.get("CRM_AUTO_CREATE", "Y"))

    def work(connection: Connection) -> int:
        if find(connection, application_id, number) is not None:
            raise failure("Line already exists")
        values = {"number": number, "name": as_text(params.get("NAME")), "crm_auto_create": auto_create}
        connection.execute(insert(line).values(application_id=application_id, **values))
        return find(connection, application_id, number).id

    return {"ID": await context.portal.store.write(work)}


@method("telephony.externalLine.update", scope="telephony")
async def change(context: Context, params: Params) -> object:
    """Change a line's name or whether calls by a click create clients.

    NUMBER* (string): the line
    NAME (string): words
    CRM_AUTO_CREATE (string): `Y` or `N`
    """
    number, application_id = read_number(params), context.application_id or 0
    values: dict[str, object] = {}
    if "NAME" in params:
        values["name"] = as_text(params["NAME"])
    if "CRM_AUTO_CREATE" in params:
        values["crm_auto_create"] = is_yes(params["CRM_AUTO_CREATE"])
    if not values:
        raise failure("There are no fields to update")

    def work(connection: Connection) -> int:
        row = find(connection, application_id, number)
        if row is None:
            raise failure(f"Could not find line with number {number}")
        connection.execute(update(line).where(line.c.id == row.id).values(**values))
        return row.id

    return {"ID": str(await context.portal.store.write(work))}


@method("telephony.externalLine.delete", scope="telephony")
async def remove(context: Context, params: Params) -> object:
    """Take a line away; its history stays.

    NUMBER* (string): the line
    """
    number, application_id = read_number(params), context.application_id or 0

    def work(connection: Connection) -> None:
        row = find(connection, application_id, number)
        if row is None:
            raise failure(f"Could not find line with number {number}")
        connection.execute(delete(line).where(line.c.id == row.id))

    await context.portal.store.write(work)
    return []


@method("telephony.externalLine.get", scope="telephony")
async def list_lines(context: Context, params: Params) -> object:
    """The lines of this application."""
    mine = select(line).where(line.c.application_id == (context.application_id or 0)).order_by(line.c.id)

    def work(connection: Connection) -> list[Any]:
        return list(connection.execute(mine))

    return [
        {"NUMBER": row.number, "NAME": row.name, "CRM_AUTO_CREATE": "Y" if row.crm_auto_create else "N"}
        for row in await context.portal.store.read(work)
    ]


def read_number(params: Params) -> str:
    number = as_text(params.get("NUMBER")).strip()
    if not number:
        raise failure("NUMBER should not be empty")
    return number[:LENGTH]


def find(connection: Connection, application_id: int, number: str) -> Any:
    query = select(line).where(line.c.application_id == application_id, line.c.number == number)
    return connection.execute(query).one_or_none()
