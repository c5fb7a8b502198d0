"""`cordboard connector`: the connector alone, until SIGTERM or SIGINT.

Out:  with `--json` one line when it listens, `{"url": …}`; its log, one line per stage and delivery, on standard error.
Exit codes: 2 wrong settings, 3 database or port taken by another process, 4 database cannot be opened.
"""

from __future__ import annotations

import asyncio
import json as json_text
import signal
import socket
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import uvicorn
import uvloop
from litestar.types import ASGIApp

from cordboard.connector import bootstrap, logs
from cordboard.connector.api import build_api
from cordboard.connector.service import Connector
from cordboard.settings import Settings, SettingsError, load
from cordboard.store import StoreError

__all__ = ["connector"]

SHUTDOWN_SECONDS = 3


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
        store = bootstrap.open_store(settings)
        uvloop.run(work(bootstrap.build(settings, store), listening, json))
    except SettingsError as error:
        fail(str(error), 2)
    except StoreError as error:
        fail(str(error), error.exit_code)


def reject_embedded(settings: Settings, config: Path) -> None:
    for number, crm in enumerate(settings.crm):
        if crm.url == "embedded":
            raise SettingsError(f'{config}: crm[{number}].url: "embedded" belongs to `cordboard run`')


async def work(service: Connector, listening: socket.socket, json: bool) -> None:
    host, port = listening.getsockname()[:2]
    url = f"http://{host}:{port}"
    await service.start()
    try:
        await serve(build_api(service), listening, lambda: announce(url, json))
    finally:
        await service.stop()


def announce(url: str, json: bool) -> None:
    print(json_text.dumps({"url": url}) if json else f"Cordboard connector: {url}/status", flush=True)


def listen(host: str, port: int) -> socket.socket:
    """A listening socket, taken before anything is promised; port 0 takes a free one."""
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        fail(f"{host}:{port} cannot be listened on: {error.strerror}; choose another [connector] port", 3)


async def serve(app: ASGIApp, listening: socket.socket, on_started: Callable[[], None]) -> None:
    """Serve until SIGTERM or SIGINT."""
    config = uvicorn.Config(
        app, log_level="warning", access_log=False, server_header=False, timeout_graceful_shutdown=SHUTDOWN_SECONDS
    )
    await AnnouncingServer(config, on_started).serve(sockets=[listening])


class AnnouncingServer(uvicorn.Server):
    """uvicorn, telling when it accepts connections."""

    def __init__(self, config: uvicorn.Config, on_started: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_started = on_started

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        """End gracefully; uvicorn's own way raises the signal again and would end us before the connector stopped."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        try:
            yield
        finally:
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.remove_signal_handler(number)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._on_started()


def fail(sentence: str, exit_code: int) -> NoReturn:
    print(sentence, file=sys.stderr)
    raise SystemExit(exit_code)
