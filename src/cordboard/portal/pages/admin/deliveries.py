"""`/admin/deliveries`: every attempt to send an event out, newest first, with what was sent and what came of it."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from litestar.types import ControllerRouterHandler
from sqlalchemy import Connection, func, select

from cordboard.portal.deliveries import list_deliveries, send_again
from cordboard.portal.pages.admin.desk import Desk, number_of
from cordboard.portal.pages.admin.raw import readable
from cordboard.portal.pages.site import N_, Visit, Web, go_to
from cordboard.portal.tables import event_outbox

PAGE = 50


def handlers(desk: Desk) -> list[ControllerRouterHandler]:
    async def page(visit: Visit, before: int, **told: Any) -> Response[str]:
        rows = await desk.read(read_page, before)
        values: dict[str, Any] = {"rows": rows[:PAGE], "more": len(rows) > PAGE, "before": before}
        values["sent"] = {row.id: readable(row.data.encode()) for row in rows}
        values["reasons"] = {row.id: reason(desk, visit, row) for row in rows}
        values["waiting"] = await desk.read(count_waiting)
        return await desk.page(visit, "admin_deliveries.html", "deliveries", **values, **told)

    @get("/admin/deliveries")
    async def show(request: Web) -> Response[str]:
        visit = await desk.site.administrator(request)
        return await page(visit, number_of(request.query_params.get("before", "")))

    @post("/admin/deliveries/{delivery_id:int}/again", status_code=303)
    async def repeat(request: Web, delivery_id: int) -> Response[str]:
        visit, _ = await desk.site.administrator_sent(request)
        if not await desk.write(send_again, number_of(str(delivery_id)), desk.site.now()):
            sentence = desk.say(visit, N_("It cannot be sent again: nobody is bound to this event there any more."))
            return await page(visit, 0, errors={"again": sentence})
        desk.portal.events_waiting.set()
        return go_to("/admin/deliveries")

    return [show, repeat]


def read_page(connection: Connection, before: int) -> list[Any]:
    """One row more than a page holds, so that it is known whether there is another one."""
    return list_deliveries(connection, PAGE + 1, before_id=before or None)


def count_waiting(connection: Connection) -> int:
    """Events that were not sent yet, or will be tried again."""
    return connection.execute(select(func.count()).select_from(event_outbox)).scalar_one()


def reason(desk: Desk, visit: Visit, row: Any) -> str:
    """Why an attempt failed, in the language of who looks."""
    if row.outcome == "delivered":
        return ""
    if row.status:
        return desk.say(visit, N_("it answered %(status)s"), status=row.status)
    if row.reason.startswith("no answer within"):
        return desk.say(visit, N_("no answer in time"))
    if row.reason.startswith("it cannot be reached"):
        return desk.say(visit, N_("it cannot be reached"))
    return desk.say(visit, N_("it came too late to be of use"))
