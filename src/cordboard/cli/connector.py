"""`cordboard connector`: the connector alone, until SIGTERM or SIGINT.

Out:  with `--json` one line when it listens, `{"url": …}`; its log, one line per stage and delivery, on standard error.
Exit codes: 3 wrong settings, or database or port taken by another process, 4 database cannot be opened.
"""

from __future__ import annotations

import json as json_text
import socket
from collections.abc import Callable
from pathlib import Path

import msgspec
import uvloop
from litestar.types import ASGIApp

from cordboard import logs
from cordboard.cli.ending import fail
from cordboard.connector import bootstrap
from cordboard.connector.api import build_api
from cordboard.connector.service import Connector
from cordboard.settings import Settings, SettingsError, load
from cordboard.store import StoreError
from cordboard.web.serving import AnnouncingServer, CannotListen, address_of, listen, server_config

__all__ = ["connector"]


def connector(*, config: Path, json: bool = False) -> None:
    """Run the connector alone.

    Parameters
    ----------
    config
        The settings file, cordboard.toml.
    json
        Print one JSON line when ready and log in JSON, for programs.
    """
    logs.set_up(as_json=json)
    try:
        settings = load(config)
        reject_embedded(settings, config)
        listening = listen(settings.connector.host, settings.connector.port)
        settings = reachable_at(address_of(listening), settings)
        store = bootstrap.open_store(settings)
        uvloop.run(work(bootstrap.build(settings, store), listening, json))
    except (SettingsError, CannotListen, StoreError) as error:
        fail(str(error), error.exit_code)


def reject_embedded(settings: Settings, config: Path) -> None:
    for number, crm in enumerate(settings.crm):
        if crm.url == "embedded":
            raise SettingsError(f'{config}: crm[{number}].url: "embedded" belongs to `cordboard run`')


def reachable_at(address: str, settings: Settings) -> Settings:
    """The settings with the address under which a CRM finds us, unless they name one."""
    public_url = settings.connector.public_url or address
    return msgspec.structs.replace(
        settings, connector=msgspec.structs.replace(settings.connector, public_url=public_url)
    )


async def work(service: Connector, listening: socket.socket, json: bool) -> None:
    url = address_of(listening)
    await service.start()
    try:
        await serve(build_api(service), listening, lambda: announce(url, json))
    finally:
        await service.stop()


def announce(url: str, json: bool) -> None:
    print(json_text.dumps({"url": url}) if json else f"Cordboard connector: {url}/status", flush=True)


async def serve(app: ASGIApp, listening: socket.socket, on_started: Callable[[], None]) -> None:
    """Serve until SIGTERM or SIGINT."""
    await AnnouncingServer(server_config(app), on_started).serve(sockets=[listening])
