"""`/admin/applications`: local applications with OAuth: made, secrets shown once, uninstalled."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from litestar.types import ControllerRouterHandler
from sqlalchemy import Connection, select

from cordboard.portal.administration.access import list_applications
from cordboard.portal.changes import KeysChanged
from cordboard.portal.credentials import ALL_SCOPES, add_application, is_address, remove_application
from cordboard.portal.outbox import Outbox
from cordboard.portal.pages.admin.desk import Desk, Secret, chosen, number_of
from cordboard.portal.pages.site import N_, Visit, Web, go_to
from cordboard.portal.tables import application

SCOPES = tuple(ALL_SCOPES.split(","))
LONGEST_NAME = 200
#: what its maker must write down, and how the page calls it
WORDS = {
    "client_id": N_("Client id"),
    "client_secret": N_("Client secret"),
    "application_token": N_("Application token, sent with every event"),
    "access_token": N_("Access token, for an hour"),
    "refresh_token": N_("Refresh token"),
}


def handlers(desk: Desk) -> list[ControllerRouterHandler]:
    async def page(visit: Visit, **told: Any) -> Response[str]:
        values: dict[str, Any] = {"applications": await desk.read(list_applications), "scopes": SCOPES}
        return await desk.page(visit, "admin_applications.html", "applications", **values, **told)

    @get("/admin/applications")
    async def show(request: Web) -> Response[str]:
        visit = await desk.site.administrator(request)
        return await page(visit, ticket=request.query_params.get("made", ""))

    @post("/admin/applications", status_code=303)
    async def make(request: Web) -> Response[str]:
        visit, form = await desk.site.administrator_sent(request)
        name, redirect = form.get("name", "").strip()[:LONGEST_NAME], form.get("redirect", "").strip()
        scopes, errors = [one for one in chosen(form, "scope.") if one in SCOPES], dict[str, str]()
        if not name:
            errors["name"] = desk.say(visit, N_("Write how people call it: they read it when they let it in."))
        if redirect and not is_address(redirect):
            errors["redirect"] = desk.say(visit, N_("Write an address that begins with http:// or https://"))
        if not scopes:
            errors["scopes"] = desk.say(visit, N_("Choose at least one scope; without any it could ask for nothing."))
        if errors:
            return await page(visit, errors=errors, form=form)
        named: dict[str, Any] = {"scopes": ",".join(scopes), "redirect": redirect}
        made = await desk.write(add_application, name, visit.viewer.user_id, desk.site.now(), **named)
        values = tuple((WORDS[word], made[word]) for word in WORDS if word in made)
        return desk.shown_once(visit, "/admin/applications", Secret(N_("A new application"), values))

    @post("/admin/applications/{application_id:int}/remove", status_code=303)
    async def uninstall(request: Web, application_id: int) -> Response[str]:
        visit, _ = await desk.site.administrator_sent(request)
        base_url, now = desk.site.base_url(request), desk.site.now()
        known = number_of(str(application_id))

        def work(database: Connection) -> None:
            if database.execute(select(application.c.id).where(application.c.id == known)).first():
                remove_application(Outbox(database, visit.viewer.user_id, base_url, now), known)

        await desk.write(work)
        desk.portal.publish(KeysChanged())
        return go_to("/admin/applications")

    return [show, make, uninstall]
