"""`/admin/lines`: our outside numbers: named, given a source, taken away."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from litestar.types import ControllerRouterHandler

from cordboard.portal.administration.lists import change_line, list_lines, list_sources, remove_line, save_line
from cordboard.portal.administration.refused import Refused
from cordboard.portal.pages.admin.desk import Desk, number_of
from cordboard.portal.pages.site import Visit, Web, go_to


def handlers(desk: Desk) -> list[ControllerRouterHandler]:
    async def page(visit: Visit, **told: Any) -> Response[str]:
        values: dict[str, Any] = {"edited": 0, "lines": await desk.read(list_lines)}
        values["sources"] = await desk.read(list_sources)
        return await desk.page(visit, "admin_lines.html", "lines", **(values | told))

    @get("/admin/lines")
    async def show(request: Web) -> Response[str]:
        visit = await desk.site.administrator(request)
        return await page(visit, edited=number_of(request.query_params.get("edit", "")))

    @post("/admin/lines", status_code=303)
    async def save(request: Web) -> Response[str]:
        visit, form = await desk.site.administrator_sent(request)
        known, name, source = number_of(form.get("line", "")), form.get("name", "").strip(), form.get("source", "")
        try:
            if known:
                await desk.write(change_line, known, name, source, "create" in form)
            else:
                await desk.write(save_line, form.get("number", "").strip(), name, source, "create" in form)
        except Refused as refused:
            errors = {field: desk.say(visit, text) for field, text in refused.errors.items()}
            return await page(visit, errors=errors, form=form)
        return go_to("/admin/lines")

    @post("/admin/lines/{line_id:int}/remove", status_code=303)
    async def remove(request: Web, line_id: int) -> Response[str]:
        await desk.site.administrator_sent(request)
        await desk.write(remove_line, number_of(str(line_id)))
        return go_to("/admin/lines")

    return [show, save, remove]
