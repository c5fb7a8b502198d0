"""The API as one ASGI application with its own OpenAPI document; `portal/app.py` hands it all below `/api/v1`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from litestar import Litestar, Router
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme

from cordboard import __version__
from cordboard.portal.api import board, calls, clients
from cordboard.portal.api.problems import handlers_of_problems

if TYPE_CHECKING:
    from cordboard.portal.portal import Portal

__all__ = ["PREFIX", "build_api"]

PREFIX = "/api/v1"
#: a request of ours is short
LONGEST_BODY = 1_000_000


def build_api(portal: Portal) -> Litestar:
    """Every address of the API; the document lies at `/api/v1/openapi.json`."""
    routes = [*calls.handlers(portal), *clients.handlers(portal), *board.handlers(portal)]
    document = OpenAPIConfig(
        title="Cordboard",
        version=__version__,
        description="Calls, clients, missed callers and tasks, with the rights of the key's owner.",
        path=PREFIX,
        render_plugins=[JsonRenderPlugin(path="/openapi.json")],
        components=Components(security_schemes={"key": SecurityScheme(type="http", scheme="bearer")}),
        security=[{"key": []}],
        use_handler_docstrings=True,
    )
    return Litestar(
        [Router(PREFIX, route_handlers=routes)],
        exception_handlers=handlers_of_problems,
        openapi_config=document,
        request_max_body_size=LONGEST_BODY,
        debug=False,
    )
