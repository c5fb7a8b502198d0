"""`/admin/webhooks`: addresses that act as a user (inbound), and addresses of others that hear events (outbound)."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from litestar.types import ControllerRouterHandler

from cordboard.portal.administration.access import (
    list_inbound,
    list_outbound,
    people_to_choose,
    remove_inbound,
    remove_outbound,
)
from cordboard.portal.changes import KeysChanged
from cordboard.portal.credentials import ALL_SCOPES, add_outbound, add_webhook, is_address
from cordboard.portal.pages.admin.desk import Desk, Secret, chosen, number_of
from cordboard.portal.pages.site import N_, Visit, Web, go_to
from cordboard.portal.rest.event_names import EVENTS

SCOPES = tuple(ALL_SCOPES.split(","))
LONGEST_TITLE = 200


def handlers(desk: Desk) -> list[ControllerRouterHandler]:
    async def page(visit: Visit, **told: Any) -> Response[str]:
        inbound, outbound = await desk.read(list_inbound), await desk.read(list_outbound)
        values: dict[str, Any] = {"inbound": inbound, "outbound": outbound, "people": await desk.read(people_to_choose)}
        return await desk.page(visit, "admin_webhooks.html", "webhooks", **values, scopes=SCOPES, events=EVENTS, **told)

    @get("/admin/webhooks")
    async def show(request: Web) -> Response[str]:
        visit = await desk.site.administrator(request)
        return await page(visit, ticket=request.query_params.get("made", ""))

    @post("/admin/webhooks/inbound", status_code=303)
    async def make_inbound(request: Web) -> Response[str]:
        visit, form = await desk.site.administrator_sent(request)
        user_id, scopes = number_of(form.get("user", "")), [one for one in chosen(form, "scope.") if one in SCOPES]
        errors: dict[str, str] = {}
        if user_id not in {row.id for row in await desk.read(people_to_choose)}:
            errors["user"] = desk.say(visit, N_("Choose somebody who works here."))
        if not scopes:
            errors["scopes"] = desk.say(visit, N_("Choose at least one scope; without any it could ask for nothing."))
        if errors:
            return await page(visit, errors=errors, form=form)
        named: dict[str, Any] = {"scopes": ",".join(scopes), "title": form.get("title", "").strip()[:LONGEST_TITLE]}
        path = await desk.write(add_webhook, user_id, desk.site.now(), **named)
        address = desk.site.base_url(request) + path
        secret = Secret(N_("A new inbound webhook"), ((N_("Address"), address),))
        return desk.shown_once(visit, "/admin/webhooks", secret)

    @post("/admin/webhooks/outbound", status_code=303)
    async def make_outbound(request: Web) -> Response[str]:
        visit, form = await desk.site.administrator_sent(request)
        address, events = form.get("address", "").strip(), [one for one in chosen(form, "event.") if one in EVENTS]
        errors: dict[str, str] = {}
        if not is_address(address):
            errors["address"] = desk.say(visit, N_("Write an address that begins with http:// or https://"))
        if not events:
            errors["events"] = desk.say(visit, N_("Choose at least one event."))
        if errors:
            return await page(visit, errors=errors, form=form)
        token = await desk.write(add_outbound, address, events, visit.viewer.user_id, desk.site.now())
        secret = Secret(N_("A new outbound webhook"), ((N_("Application token, sent with every event"), token),))
        return desk.shown_once(visit, "/admin/webhooks", secret)

    @post("/admin/webhooks/inbound/{webhook_id:int}/remove", status_code=303)
    async def revoke_inbound(request: Web, webhook_id: int) -> Response[str]:
        await desk.site.administrator_sent(request)
        await desk.write(remove_inbound, number_of(str(webhook_id)))
        desk.portal.publish(KeysChanged())
        return go_to("/admin/webhooks")

    @post("/admin/webhooks/outbound/{handler_id:int}/remove", status_code=303)
    async def revoke_outbound(request: Web, handler_id: int) -> Response[str]:
        await desk.site.administrator_sent(request)
        await desk.write(remove_outbound, number_of(str(handler_id)))
        return go_to("/admin/webhooks")

    return [show, make_inbound, make_outbound, revoke_inbound, revoke_outbound]
