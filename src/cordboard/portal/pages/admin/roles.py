"""`/admin/roles`: what people may see and delete: theirs, their department's, everybody's."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from litestar.types import ControllerRouterHandler

from cordboard.portal.administration.refused import Refused
from cordboard.portal.administration.roles import RIGHTS, list_roles_with_members, remove_role, save_role
from cordboard.portal.changes import UserChanged
from cordboard.portal.pages.admin.desk import Desk, number_of
from cordboard.portal.pages.site import N_, Visit, Web, go_to
from cordboard.portal.rights import SCALE

#: rights and their scale, as a page says them
RIGHT_WORDS = {
    "calls": N_("See calls and statistics"),
    "records": N_("Listen to records"),
    "delete_records": N_("Delete records"),
    "clients": N_("See and change clients"),
    "delete_clients": N_("Delete clients"),
}
SCALE_WORDS = {"none": N_("none"), "own": N_("own"), "department": N_("the department's"), "any": N_("everybody's")}


def handlers(desk: Desk) -> list[ControllerRouterHandler]:
    async def page(visit: Visit, **told: Any) -> Response[str]:
        values: dict[str, Any] = {"roles": await desk.read(list_roles_with_members), "edited": 0}
        values |= {"rights": RIGHTS, "scale": SCALE, "right_words": RIGHT_WORDS, "scale_words": SCALE_WORDS}
        return await desk.page(visit, "admin_roles.html", "roles", **(values | told))

    @get("/admin/roles")
    async def show(request: Web) -> Response[str]:
        visit = await desk.site.administrator(request)
        return await page(visit, edited=number_of(request.query_params.get("edit", "")))

    @post("/admin/roles", status_code=303)
    async def save(request: Web) -> Response[str]:
        visit, form = await desk.site.administrator_sent(request)
        known = number_of(form.get("role", ""))
        rights = {right: form[right] for right in RIGHTS if right in form}
        try:
            members = await desk.write(save_role, known, form.get("name", "").strip(), rights)
        except Refused as refused:
            errors = {name: desk.say(visit, text) for name, text in refused.errors.items()}
            return await page(visit, errors=errors, form=form, edited=known)
        # their open pages may show more or less now
        desk.portal.publish(*(UserChanged(user_id) for user_id in members))
        return go_to("/admin/roles")

    @post("/admin/roles/{role_id:int}/remove", status_code=303)
    async def remove(request: Web, role_id: int) -> Response[str]:
        visit, _ = await desk.site.administrator_sent(request)
        try:
            await desk.write(remove_role, number_of(str(role_id)))
        except Refused as refused:
            errors = {name: desk.say(visit, text) for name, text in refused.errors.items()}
            return await page(visit, errors=errors)
        return go_to("/admin/roles")

    return [show, save, remove]
