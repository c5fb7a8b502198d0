"""The portal's HTTP face: `/rest` as one raw handler, everything else by Litestar.

In:   a `Portal`. Out: an ASGI application.
The surprise: requests to `/rest/…` never pass the framework; `register` comes this way for every call of the house.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import TYPE_CHECKING, Any, cast

from litestar import Litestar, MediaType, Request, Response, get
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler

from cordboard.exposition import CONTENT_TYPE, exposition
from cordboard.portal import pages
from cordboard.portal.api.app import PREFIX as API
from cordboard.portal.api.app import build_api
from cordboard.portal.events import EventSender
from cordboard.portal.metrics import MeasuredApp, PortalMetrics
from cordboard.portal.rest.asgi import RestApp
from cordboard.portal.rest.faulty import FaultyApp
from cordboard.portal.rest.oauth import TokenApp
from cordboard.portal.rest.request_log import LoggedApp
from cordboard.web.here import is_here

if TYPE_CHECKING:
    from cordboard.portal.portal import Portal

__all__ = ["Asgi", "build_app"]

Message = MutableMapping[str, Any]
Asgi = Callable[[Message, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Awaitable[None]]


def build_app(portal: Portal) -> Asgi:
    """The whole portal: REST, our own API, pages, live connection, health; outgoing events while the server lives."""
    rest = MeasuredApp(LoggedApp(FaultyApp(RestApp(portal), portal), portal), portal.measures)
    tokens = LoggedApp(FaultyApp(TokenApp(portal), portal), portal)
    sender = EventSender(portal)
    routes = [healthz, readyz(portal), metrics(portal), *pages.handlers(portal, rest)]
    server = Litestar(routes, on_startup=[sender.start], on_shutdown=[sender.stop], openapi_config=None, debug=False)
    site, api = cast("Asgi", server), cast("Asgi", build_api(portal))

    async def app(
        scope: Message, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
    ) -> None:
        if scope["type"] == "http" and scope["path"].startswith("/rest/"):
            await rest(scope, receive, send)
        elif scope["type"] == "http" and scope["path"].rstrip("/") == "/oauth/token":
            await tokens(scope, receive, send)
        elif scope["type"] == "http" and scope["path"].startswith(f"{API}/"):
            await api(without_nul(scope), receive, send)
        else:
            await site(without_nul(scope), receive, send)

    return app


def without_nul(scope: Message) -> Message:
    """The request of a page without NUL in its address: no database keeps it, and PostgreSQL refuses to look for it."""
    if scope["type"] in ("http", "websocket") and (b"%00" in scope["query_string"] or "\0" in scope["path"]):
        query = scope["query_string"].replace(b"%00", b"")
        return {**scope, "path": scope["path"].replace("\0", ""), "query_string": query}
    return scope


@get("/healthz", media_type=MediaType.TEXT, sync_to_thread=False)
def healthz() -> str:
    """Alive."""
    return "ok\n"


def readyz(portal: Portal) -> HTTPRouteHandler:
    """Able to serve: the database can be read, and the last commit did not fail."""

    @get("/readyz", media_type=MediaType.TEXT, sync_to_thread=True)
    def answer() -> Response[str]:
        trouble = portal.store.trouble()
        return Response("no\n" if trouble else "ok\n", status_code=503 if trouble else 200, media_type=MediaType.TEXT)

    return answer


def metrics(portal: Portal) -> HTTPRouteHandler:
    """Everything that is counted, for Prometheus on this machine: it asks for no sign-in."""

    @get("/metrics", media_type=CONTENT_TYPE, sync_to_thread=False)
    def answer(request: Request[Any, Any, Any]) -> bytes:
        if not is_here(request.scope):
            raise NotFoundException
        return exposition(PortalMetrics(portal))

    return answer
