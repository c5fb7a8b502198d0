"""`/admin/departments`: who belongs together, and who is the head."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from litestar.types import ControllerRouterHandler

from cordboard.portal.administration.access import people_to_choose
from cordboard.portal.administration.people import list_departments, remove_department, save_department
from cordboard.portal.administration.refused import Refused
from cordboard.portal.pages.admin.desk import Desk, number_of
from cordboard.portal.pages.site import Visit, Web, go_to


def handlers(desk: Desk) -> list[ControllerRouterHandler]:
    async def page(visit: Visit, **told: Any) -> Response[str]:
        values: dict[str, Any] = {"edited": 0, "departments": await desk.read(list_departments)}
        values["people"] = await desk.read(people_to_choose)
        return await desk.page(visit, "admin_departments.html", "departments", **(values | told))

    @get("/admin/departments")
    async def show(request: Web) -> Response[str]:
        visit = await desk.site.administrator(request)
        return await page(visit, edited=number_of(request.query_params.get("edit", "")))

    @post("/admin/departments", status_code=303)
    async def save(request: Web) -> Response[str]:
        visit, form = await desk.site.administrator_sent(request)
        known, parent, head = (number_of(form.get(name, "")) for name in ("department", "parent", "head"))
        try:
            await desk.write(save_department, known, form.get("name", "").strip(), parent, head)
        except Refused as refused:
            errors = {name: desk.say(visit, text) for name, text in refused.errors.items()}
            return await page(visit, errors=errors, form=form, edited=known)
        return go_to("/admin/departments")

    @post("/admin/departments/{department_id:int}/remove", status_code=303)
    async def remove(request: Web, department_id: int) -> Response[str]:
        visit, _ = await desk.site.administrator_sent(request)
        try:
            await desk.write(remove_department, number_of(str(department_id)))
        except Refused as refused:
            errors = {name: desk.say(visit, text) for name, text in refused.errors.items()}
            return await page(visit, errors=errors)
        return go_to("/admin/departments")

    return [show, save, remove]
