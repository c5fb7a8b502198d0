"""`cordboard run`: portal and connector in one process, for the small office.

They still meet only over HTTP: a `[[crm]]` with `url = "embedded"` gets the address of the portal's own webhook. Both
are served on the portal's port; what the connector answers (`/status`, `/readyz`) is taken out before the portal.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import uvloop
from litestar.types import ASGIApp, Receive, Scope, Send

from cordboard import logs
from cordboard.cli.connector import announce, fail, serve
from cordboard.connector import bootstrap
from cordboard.connector.api import build_api
from cordboard.portal.app import build_app
from cordboard.portal.server import Opening, PortalCannotStart, open_portal
from cordboard.settings import Settings, SettingsError, load
from cordboard.store import StoreError
from cordboard.web.serving import CannotListen, listen

__all__ = ["run"]

#: paths the connector answers
CONNECTOR_PATHS = frozenset({"/status", "/readyz"})


def run(*, config: Path, seed: str | None = None, json: bool = False) -> None:
    """Run connector and portal in one process.

    Parameters
    ----------
    config
        The settings file, cordboard.toml.
    seed
        `demo` fills a new portal with a small company and its clients.
    json
        Print one JSON line when ready and log in JSON, for programs.
    """
    logs.set_up(as_json=json)
    try:
        settings = load(config)
        uvloop.run(work(settings, seed, json))
    except SettingsError as error:
        fail(str(error), 2)
    except (CannotListen, PortalCannotStart, StoreError) as error:
        fail(str(error), error.exit_code)


async def work(settings: Settings, seed: str | None, json: bool) -> None:
    listening = listen(settings.portal.host, settings.portal.port)
    host, port = listening.getsockname()[:2]
    url = f"http://{host}:{port}"
    opened = open_portal(Opening(settings.portal, seed))
    if opened.password:
        print(f"sign in as {opened.login}, password {opened.password}", flush=True)
    settings = with_webhook(settings, url + opened.webhook_path)
    store = bootstrap.open_store(settings)
    service = bootstrap.build(settings, store)
    app = both(build_app(opened.portal), build_api(service))

    async def start(scope: Scope, receive: Receive, send: Send) -> None:
        await app(scope, receive, send)

    await service.start()
    try:
        await serve(start, listening, lambda: announce(url, json))
    finally:
        await service.stop()
        await opened.portal.close()


def with_webhook(settings: Settings, webhook: str) -> Settings:
    """The settings with the portal's own address in the place of "embedded"."""
    crms = tuple(msgspec.structs.replace(crm, url=webhook) if crm.url == "embedded" else crm for crm in settings.crm)
    return msgspec.structs.replace(settings, crm=crms)


def both(portal: Any, connector: ASGIApp) -> ASGIApp:
    """One application of two, told apart by the path; the portal's owns the life of the server."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        owner = connector if scope["type"] == "http" and scope["path"] in CONNECTOR_PATHS else portal
        await owner(scope, receive, send)

    return app
