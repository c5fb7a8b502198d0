"""`/admin/exclusions`: numbers and e-mail addresses that never become a client."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from litestar.types import ControllerRouterHandler

from cordboard.portal.administration.lists import add_exclusion, list_exclusions, remove_exclusion
from cordboard.portal.administration.refused import Refused
from cordboard.portal.pages.admin.desk import Desk, number_of
from cordboard.portal.pages.site import Visit, Web, go_to


def handlers(desk: Desk) -> list[ControllerRouterHandler]:
    async def page(visit: Visit, **told: Any) -> Response[str]:
        rows = await desk.read(list_exclusions)
        return await desk.page(visit, "admin_exclusions.html", "exclusions", exclusions=rows, **told)

    @get("/admin/exclusions")
    async def show(request: Web) -> Response[str]:
        return await page(await desk.site.administrator(request))

    @post("/admin/exclusions", status_code=303)
    async def add(request: Web) -> Response[str]:
        visit, form = await desk.site.administrator_sent(request)
        value, comment = form.get("value", "").strip(), form.get("comment", "").strip()
        who = (str(desk.portal.switch("country")), visit.viewer.user_id, desk.site.now())
        try:
            await desk.write(add_exclusion, value, comment, *who)
        except Refused as refused:
            errors = {field: desk.say(visit, text) for field, text in refused.errors.items()}
            return await page(visit, errors=errors, form=form)
        return go_to("/admin/exclusions")

    @post("/admin/exclusions/{exclusion_id:int}/remove", status_code=303)
    async def remove(request: Web, exclusion_id: int) -> Response[str]:
        await desk.site.administrator_sent(request)
        await desk.write(remove_exclusion, number_of(str(exclusion_id)))
        return go_to("/admin/exclusions")

    return [show, add, remove]
