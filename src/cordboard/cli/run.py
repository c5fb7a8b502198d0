"""`cordboard run`: portal and connector in one process, for the small office.

They still meet only over HTTP: a `[[crm]]` with `url = "embedded"` gets the address of the portal's own webhook. Both
are served on the portal's port; what the connector answers is taken out before the portal: `/readyz`, and `/status` for
programs on this machine, since it asks for no sign-in.
"""

from __future__ import annotations

import json as json_text
from pathlib import Path
from typing import Any

import msgspec
import uvloop
from litestar.types import ASGIApp, Receive, Scope, Send

from cordboard import logs
from cordboard.cli.connector import reachable_at, serve
from cordboard.cli.ending import fail
from cordboard.connector import bootstrap
from cordboard.connector.api import build_api
from cordboard.portal.app import build_app
from cordboard.portal.metrics import PortalMetrics
from cordboard.portal.server import Opened, Opening, PortalCannotStart, open_portal
from cordboard.settings import Settings, SettingsError, load
from cordboard.store import StoreError
from cordboard.web.here import is_here
from cordboard.web.serving import CannotListen, address_of, listen

__all__ = ["run"]

#: path the connector answers → whether to anybody, or to this machine only
CONNECTOR_PATHS = {"/readyz": True, "/metrics": False, "/status": False, "/pbx/responsible": False}
#: whoever has a link gets its recording; events have a token
OPEN = ("/records/", "/events/")


def run(*, config: Path, seed: str | None = None, json: bool = False) -> None:
    """Run connector and portal in one process.

    Parameters
    ----------
    config
        The settings file, cordboard.toml.
    seed
        Fills a new portal: `demo` with a small company and its clients, FILE.toml with what
        `cordboard db export --fixture` wrote.
    json
        Print one JSON line when ready and log in JSON, for programs.
    """
    logs.set_up(as_json=json)
    try:
        settings = load(config)
        uvloop.run(work(settings, seed, json))
    except (SettingsError, CannotListen, PortalCannotStart, StoreError) as error:
        fail(str(error), error.exit_code)


async def work(settings: Settings, seed: str | None, json: bool) -> None:
    listening = listen(settings.portal.host, settings.portal.port)
    url = address_of(listening)
    opened = open_portal(Opening(settings.portal, seed))
    settings = with_webhook(settings, url + opened.webhook_path)
    settings = reachable_at(settings.portal.public_url or url, settings)
    store = bootstrap.open_store(settings)
    service = bootstrap.build(settings, store)
    app = both(build_app(opened.portal), build_api(service, PortalMetrics(opened.portal)))

    async def start(scope: Scope, receive: Receive, send: Send) -> None:
        await app(scope, receive, send)

    await service.start()
    try:
        await serve(start, listening, lambda: announce(url, opened, json))
    finally:
        await service.stop()
        await opened.portal.close()


def announce(url: str, opened: Opened, json: bool) -> None:
    """The ready line; a new portal's password is in it, since it can never be read again."""
    if json:
        keys = {"login": opened.login, "password": opened.password} if opened.password else {}
        print(json_text.dumps({"url": url, **keys}), flush=True)
        return
    print(f"Cordboard: {url}", flush=True)
    if opened.password:
        print(f"Sign in as {opened.login}, password {opened.password}", flush=True)


def with_webhook(settings: Settings, webhook: str) -> Settings:
    """The settings with the portal's own address in the place of "embedded"."""
    crms = tuple(msgspec.structs.replace(crm, url=webhook) if crm.url == "embedded" else crm for crm in settings.crm)
    return msgspec.structs.replace(settings, crm=crms)


def both(portal: Any, connector: ASGIApp) -> ASGIApp:
    """One application of two, told apart by the path; the portal's owns the life of the server."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await (connector if is_for_connector(scope) else portal)(scope, receive, send)

    return app


def is_for_connector(scope: Scope) -> bool:
    if scope["type"] != "http":
        return False
    if scope["path"].startswith(OPEN):
        return True
    if scope["path"] not in CONNECTOR_PATHS:
        return False
    return CONNECTOR_PATHS[scope["path"]] or is_here(scope)
