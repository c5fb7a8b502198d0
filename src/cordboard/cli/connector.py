"""`cordboard connector`: the connector alone, until SIGTERM or SIGINT.

Out:  with `--json` one line when it listens, `{"url": …}`; its log, one line per stage and delivery, on standard error.
Exit codes: 3 wrong settings, or database or port taken by another process, 4 database cannot be opened.
"""

from __future__ import annotations

import asyncio
import json as json_text
import socket
from collections.abc import Callable
from pathlib import Path

import msgspec
import structlog
import uvloop
from litestar.types import ASGIApp

from cordboard import logs
from cordboard.cli.ending import fail
from cordboard.cli.standby import open_when_free
from cordboard.connector import bootstrap
from cordboard.connector.api import build_api
from cordboard.connector.service import Connector
from cordboard.settings import Settings, SettingsError, load
from cordboard.store import StoreError, StoreLocked
from cordboard.web.serving import AnnouncingServer, CannotListen, address_of, listen, server_config

__all__ = ["connector"]

log = structlog.get_logger(__name__)


def connector(*, config: Path, json: bool = False, standby: bool = False) -> None:
    """Run the connector alone.

    Parameters
    ----------
    config
        The settings file, cordboard.toml.
    json
        Print one JSON line when ready and log in JSON, for programs.
    standby
        Where another process owns the database, wait until it ends or loses its connection, and take over.
    """
    logs.set_up(as_json=json)
    try:
        settings = load(config)
        reject_embedded(settings, config)
        while run_once(settings, json=json, standby=standby):
            continue
    except (SettingsError, CannotListen, StoreError) as error:
        fail(str(error), error.exit_code)


def run_once(settings: Settings, *, json: bool, standby: bool) -> bool:
    """Run until told to end; true where another process has become the owner and this one may wait in its turn."""
    store = open_when_free(lambda: bootstrap.open_store(settings), standby=standby)
    try:
        listening = listen(settings.connector.host, settings.connector.port)
    except CannotListen:
        store.close_sync()
        raise
    here = reachable_at(address_of(listening), settings)
    if not uvloop.run(work(bootstrap.build(here, store), listening, json)):
        return False
    if not standby:
        raise StoreLocked(store.taken_by)
    return True


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


async def work(service: Connector, listening: socket.socket, json: bool) -> bool:
    """Serve until SIGTERM or SIGINT; true where it ended because the database was lost to another process."""
    url = address_of(listening)
    await service.start()
    serving = asyncio.create_task(serve(build_api(service), listening, lambda: announce(url, json)))
    lost = asyncio.create_task(service.journal.store.lost())
    try:
        await asyncio.wait({serving, lost}, return_when=asyncio.FIRST_COMPLETED)
        if serving.done():
            await serving
        if lost.done():
            log.error("the database was lost to another process", reason=service.journal.store.taken_by)
        return lost.done()
    finally:
        serving.cancel()
        lost.cancel()
        await asyncio.gather(serving, lost, return_exceptions=True)
        listening.close()
        await service.stop()


def announce(url: str, json: bool) -> None:
    print(json_text.dumps({"url": url}) if json else f"Cordboard connector: {url}/status", flush=True)


async def serve(app: ASGIApp, listening: socket.socket, on_started: Callable[[], None]) -> None:
    """Serve until SIGTERM or SIGINT."""
    await AnnouncingServer(server_config(app), on_started).serve(sockets=[listening])
