"""`/admin/deliveries`: every attempt to send an event out, newest first, with what was sent and what came of it."""

from __future__ import annotations

from typing import Any

from litestar import Response, get
from litestar.types import ControllerRouterHandler
from sqlalchemy import Connection, func, select

from cordboard.portal.deliveries import list_deliveries
from cordboard.portal.pages.admin.desk import Desk, number_of
from cordboard.portal.pages.admin.raw import readable
from cordboard.portal.pages.site import Web
from cordboard.portal.tables import event_outbox

PAGE = 50


def handlers(desk: Desk) -> list[ControllerRouterHandler]:
    @get("/admin/deliveries")
    async def show(request: Web) -> Response[str]:
        visit = await desk.site.administrator(request)
        before = number_of(request.query_params.get("before", ""))
        rows = await desk.read(read_page, before)
        sent = {row.id: readable(row.data.encode()) for row in rows}
        values: dict[str, Any] = {"rows": rows[:PAGE], "more": len(rows) > PAGE, "before": before, "sent": sent}
        values["waiting"] = await desk.read(count_waiting)
        return await desk.page(visit, "admin_deliveries.html", "deliveries", **values)

    return [show]


def read_page(connection: Connection, before: int) -> list[Any]:
    """One row more than a page holds, so that it is known whether there is another one."""
    return list_deliveries(connection, PAGE + 1, before_id=before or None)


def count_waiting(connection: Connection) -> int:
    """Events that were not sent yet, or will be tried again."""
    return connection.execute(select(func.count()).select_from(event_outbox)).scalar_one()
