"""`/admin/keys`: keys of our own API, made, shown once, revoked."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from litestar.types import ControllerRouterHandler

from cordboard.portal.administration.access import list_keys, people_to_choose
from cordboard.portal.api_keys import add_key, remove_key
from cordboard.portal.pages.admin.desk import Desk, Secret, number_of
from cordboard.portal.pages.site import N_, Visit, Web, go_to

LONGEST_TITLE = 200
#: days a key may live; 0: until it is revoked
LIVES = (30, 90, 365, 0)


def handlers(desk: Desk) -> list[ControllerRouterHandler]:
    async def page(visit: Visit, **told: Any) -> Response[str]:
        values: dict[str, Any] = {"keys": await desk.read(list_keys), "lives": LIVES}
        values["people"] = await desk.read(people_to_choose)
        return await desk.page(visit, "admin_keys.html", "keys", **values, **told)

    @get("/admin/keys")
    async def show(request: Web) -> Response[str]:
        visit = await desk.site.administrator(request)
        return await page(visit, ticket=request.query_params.get("made", ""))

    @post("/admin/keys", status_code=303)
    async def make(request: Web) -> Response[str]:
        visit, form = await desk.site.administrator_sent(request)
        user_id, days = number_of(form.get("user", "")), number_of(form.get("days", ""))
        title, errors = form.get("title", "").strip()[:LONGEST_TITLE], dict[str, str]()
        if not title:
            errors["title"] = desk.say(visit, N_("Write what the key is for: it is all you will know it by."))
        if user_id not in {row.id for row in await desk.read(people_to_choose)}:
            errors["user"] = desk.say(visit, N_("Choose somebody who works here."))
        if errors:
            return await page(visit, errors=errors, form=form)
        named: dict[str, Any] = {"title": title, "may_write": "write" in form, "days": days if days in LIVES else 0}
        key = await desk.write(add_key, user_id, desk.site.now(), **named)
        return desk.shown_once(visit, "/admin/keys", Secret(N_("A new API key"), ((N_("Key"), key),)))

    @post("/admin/keys/{key_id:int}/remove", status_code=303)
    async def revoke(request: Web, key_id: int) -> Response[str]:
        await desk.site.administrator_sent(request)
        await desk.write(remove_key, number_of(str(key_id)))
        return go_to("/admin/keys")

    return [show, make, revoke]
