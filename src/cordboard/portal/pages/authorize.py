"""`/oauth/authorize/`: a signed-in user lets a local application in.

In:   `client_id` and `state` in the address. Out: a page that asks, once for each user and application; after "Allow",
and whenever it comes again, the way to the application's own address with a code. An application that is not known, or
has no address to go back to, gets no code: never a redirect.
The surprise: browsers check `form-action` for the redirect after a form too, so this page allows that one address.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from litestar import Response, get, post
from litestar.types import ControllerRouterHandler
from sqlalchemy import Connection, select

from cordboard.portal.consents import has_agreed, remember
from cordboard.portal.pages.site import N_, Site, Visit, Web, answer, go_to
from cordboard.portal.rest.oauth import new_code, redirect_address
from cordboard.portal.tables import application
from cordboard.web.render import render
from cordboard.web.security import CONTENT_SECURITY_POLICY

LONGEST_STATE = 2000
POLICY = "Content-Security-Policy"


def handlers(site: Site) -> list[ControllerRouterHandler]:
    def unknown(request: Web) -> Response[str]:
        return site.problem(
            request,
            400,
            N_("This application cannot be let in"),
            N_("It is not installed here, or has no address to go back to. Ask the one who gave you the link."),
        )

    @get("/oauth/authorize")
    async def ask(request: Web) -> Response[str]:
        visit = await site.visitor(request)
        client_id, state = request.query_params.get("client_id", ""), request.query_params.get("state", "")
        row = await site.portal.store.read(lambda database: find(database, client_id))
        if row is None or not (origin := origin_of(row.redirect_uri)):
            return unknown(request)
        if await site.portal.store.read(lambda database: has_agreed(database, visit.viewer.user_id, row)):
            return await send_back(request, visit, row, state)
        values = {"application": row.name, "scopes": row.scopes.replace(",", ", "), "client_id": client_id}
        values |= {"state": state[:LONGEST_STATE], "host": origin.partition("://")[2]}
        page = answer(render("authorize.html", visit.viewer, site.now(), **values))
        page.set_header(POLICY, CONTENT_SECURITY_POLICY.replace("form-action 'self'", f"form-action 'self' {origin}"))
        return page

    @post("/oauth/authorize", status_code=303)
    async def allow(request: Web) -> Response[str]:
        visit, form = await site.sent(request)
        client_id = form.get("client_id", "")
        row = await site.portal.store.read(lambda database: find(database, client_id))
        if row is None or not origin_of(row.redirect_uri):
            return unknown(request)
        await site.portal.store.write(lambda database: remember(database, visit.viewer.user_id, row))
        return await send_back(request, visit, row, form.get("state", ""))

    async def send_back(request: Web, visit: Visit, row: Any, state: str) -> Response[str]:
        """To the application's own address, with a code."""
        user_id, now = visit.viewer.user_id, site.now()
        code, row = await site.portal.store.write(lambda database: new_code(database, row.client_id, user_id, now))
        return go_to(redirect_address(row, code, state[:LONGEST_STATE], site.base_url(request)))

    return [ask, allow]


def find(database: Connection, client_id: str) -> Any:
    """The installed application, or None."""
    return database.execute(select(application).where(application.c.client_id == client_id)).one_or_none()


def origin_of(address: str) -> str:
    """Scheme and host of an address as a policy may name them; empty for one that a browser could not go to."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not parts.netloc or set(parts.netloc) & set(" ;,'\"@"):
        return ""
    return f"{parts.scheme}://{parts.netloc}"
