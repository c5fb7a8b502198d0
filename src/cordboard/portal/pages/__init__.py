"""This package holds the portal's screens, one file each; `handlers` gives them to the server.

Reading order: `site` (what every screen stands on), `sign_in`, `authorize` (an application is let in), `calls`,
`clients`, `cards` (what a user does on a call card), `live` (the WebSocket). What they show is read by
`cordboard/portal/views`, and `cordboard/portal/push` keeps open pages true.
"""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING, Any

import structlog
from litestar import Request, Response, Router, get
from litestar.exceptions import HTTPException
from litestar.types import ControllerRouterHandler

from cordboard.portal.pages import (
    admin,
    api_docs,
    authorize,
    call_out,
    call_page,
    calls,
    cards,
    client_forms,
    clients,
    desk,
    forms,
    gallery,
    imports,
    live,
    me,
    missed,
    search,
    sign_in,
    static,
    tasks,
)
from cordboard.portal.pages.site import N_, Site, Turned, Web

if TYPE_CHECKING:
    from cordboard.portal.portal import Portal

__all__ = ["handlers"]

_log = structlog.get_logger("cordboard.portal.pages")


def handlers(portal: Portal, rest: Any) -> list[ControllerRouterHandler]:
    """Every page of the portal, the live connection and the files under /static; `rest` answers `/rest`."""
    site = Site(portal)

    def failed(request: Request[Any, Any, Any], error: Exception) -> Response[str]:
        """A page instead of a trace: the trace is the log's."""
        if isinstance(error, HTTPException) and error.status_code < 500:
            return site.not_found(request)
        # as text: a logger that draws traces with their variables would write down form tokens
        _log.error("a page failed", path=request.url.path, trace="".join(traceback.format_exception(error)))
        return site.problem(
            request,
            500,
            N_("This page cannot be shown now"),
            N_("The mistake is ours and stands in the log. Calls go on, and nothing you saved is lost. Try again."),
        )

    def turned(request: Web, error: Turned) -> Response[str]:
        return error.answer

    @get("/{path:path}", status_code=404)
    async def unknown_page(request: Request[Any, Any, Any], path: str) -> Response[str]:
        """Any address that is nobody's."""
        return site.not_found(request)

    pages = [
        unknown_page,
        *static.handlers(),
        *sign_in.handlers(site),
        *me.handlers(site),
        *search.handlers(site),
        *gallery.handlers(site),
        *authorize.handlers(site),
        *calls.handlers(site),
        *call_page.handlers(site),
        *clients.handlers(site),
        *client_forms.handlers(site),
        *tasks.handlers(site),
        *api_docs.handlers(site),
        *imports.handlers(site),
        *cards.handlers(site),
        *desk.handlers(site),
        *missed.handlers(site),
        *call_out.handlers(site),
        *forms.handlers(site),
        *admin.handlers(site, rest),
    ]
    return [
        Router("/", route_handlers=pages, exception_handlers={Exception: failed, Turned: turned}),
        *live.handlers(site),
    ]
