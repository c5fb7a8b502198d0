"""Chaos office: a played exchange, a portal, a connector, and everything that can be done to them.

In:   a folder, a settings text. Out: an `Office` whose parts are killed, cut off and filled up by method calls.

The surprise: portal and connector are forked from a process that has all modules loaded, so hundreds of kills wait for
databases and not for imports; each is a process of its own all the same.
"""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import os
import resource
import sys
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from typing import Any

import aiohttp
import uvloop

from bench.gateway import Gateway
from cordboard import logs
from cordboard.asterisk.replay import ReplayPbx
from cordboard.cli.connector import serve as serve_connector
from cordboard.connector import bootstrap
from cordboard.connector.api import build_api
from cordboard.portal.server import Opening, open_portal, serve
from cordboard.settings import Portal as PortalSettings
from cordboard.settings import load
from cordboard.web.serving import address_of, listen

__all__ = ["Office"]

SETTINGS = """\
[numbers]
prefixes = ["+7", "7", "8"]
internal = ["^\\\\d{{3}}$"]
[[pbx]]
name = "main"
trunks = ["^trunk-"]
[pbx.ami]
port = {port}
secret = "{secret}"
[pbx.cel]
url = "{csv}"
[[crm]]
name = "portal"
kind = "bitrix24"
url = "{url}"
default_user = 1
[connector]
port = 0
[store]
url = "{store}"
"""
#: bytes of the largest file while the disk is full
FULL = 4096


class Pbx(ReplayPbx):
    """A played exchange whose connections can be cut."""

    def cut(self) -> None:
        """Every AMI connection is gone at once, as when a switch on the way is turned off."""
        for client in list(self._clients):
            client.writer.transport.abort()


class Forked:
    """One program of ours, begun again and again."""

    def __init__(self, work: Callable[..., None], arguments: tuple[str, ...]) -> None:
        self._work, self._arguments = work, arguments
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload([__name__])
        self._process: Any = None
        self.said = ""

    def start(self) -> str:
        """Begin it; the address that it says."""
        ours, theirs = self._context.Pipe(duplex=False)
        self._process = self._context.Process(target=self._work, args=(*self._arguments, theirs), daemon=True)
        self._process.start()
        theirs.close()
        if not ours.poll(60):
            raise TimeoutError(f"{self._work.__name__} did not begin")
        self.said = ours.recv()
        return self.said

    def kill(self) -> None:
        """SIGKILL."""
        self._process.kill()
        self._process.join()

    def fill_disk(self, full: bool) -> None:
        """Let it write no file any more, or again."""
        _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
        with contextlib.suppress(ProcessLookupError):
            resource.prlimit(self._process.pid, resource.RLIMIT_FSIZE, (FULL if full else most, most))


def portal_process(url: str, log: str, ready: Pipe) -> None:
    """A portal until it is killed."""
    log_to(log)
    listening = listen("127.0.0.1", 0)
    opened = open_portal(Opening(PortalSettings(db=url), "demo"))
    asyncio.run(serve(opened, listening, lambda line: ready.send(line.webhook)))


def connector_process(config: str, log: str, ready: Pipe) -> None:
    """A connector until it is killed."""
    log_to(log)
    settings = load(Path(config))
    listening = listen("127.0.0.1", 0)
    service = bootstrap.build(settings, bootstrap.open_store(settings))

    async def work() -> None:
        await service.start()
        await serve_connector(build_api(service), listening, lambda: ready.send(address_of(listening)))

    uvloop.run(work())


def log_to(fifo: str) -> None:
    sys.stderr = Path(fifo).open("w", buffering=1, encoding="utf-8")  # noqa: SIM115 for as long as the process lives
    logs.set_up(as_json=True)


class Log:
    """What both programs say, in one file; they write into a pipe, which a full disk does not hurt."""

    def __init__(self, folder: Path) -> None:
        self.fifo, self.path = folder / "log.fifo", folder / "log"
        os.mkfifo(self.fifo)
        # open at both ends, so that it never ends
        self._pipe = os.fdopen(os.open(self.fifo, os.O_RDWR), encoding="utf-8", errors="replace")
        threading.Thread(target=self._copy, daemon=True).start()

    def _copy(self) -> None:
        with self.path.open("w", encoding="utf-8") as file:
            for line in self._pipe:
                file.write(line)
                file.flush()


class Office:
    """Everything that runs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.portal_db = f"sqlite:///{folder / 'portal.db'}"
        self.pbx = Pbx(folder / "Master.csv")
        self.gateway = Gateway()
        self.log = Log(folder)
        self.portal = Forked(portal_process, (self.portal_db, str(self.log.fifo)))
        self.connector = Forked(connector_process, (str(folder / "cordboard.toml"), str(self.log.fifo)))

    async def open(self) -> None:
        """Start everything, and wait until the connector hears the exchange."""
        self.pbx.csv_path.touch()
        await self.pbx.start()
        await self.gateway.start()
        text = SETTINGS.format(
            port=self.pbx.port, secret=self.pbx.secret, csv=self.pbx.csv_path, url=self.gateway.url,
            store=f"sqlite:///{self.folder / 'connector.db'}",
        )  # fmt: skip
        (self.folder / "cordboard.toml").write_text(text, encoding="utf-8")
        await self.start_portal()
        await self.start_connector()
        await self.until(lambda status: status["pbx"]["main"]["live"] and status["pbx"]["main"]["ledger_caught_up"])

    async def start_portal(self) -> None:
        self.gateway.target = await asyncio.to_thread(self.portal.start)

    async def start_connector(self) -> None:
        await asyncio.to_thread(self.connector.start)

    async def kill_connector(self) -> None:
        await asyncio.to_thread(self.connector.kill)
        await self.start_connector()

    async def kill_portal(self) -> None:
        await asyncio.to_thread(self.portal.kill)
        await self.start_portal()

    async def close(self) -> None:
        for child in (self.connector, self.portal):
            await asyncio.to_thread(child.kill)
        await self.pbx.stop()
        await self.gateway.stop()

    async def until(self, holds: Callable[[dict[str, Any]], bool], within: float = 120.0) -> None:
        """Until the connector's status is as wanted."""
        give_up = time.monotonic() + within
        status: dict[str, Any] = {}
        async with aiohttp.ClientSession() as session:
            while time.monotonic() < give_up:
                async with session.get(f"{self.connector.said}/status") as answer:
                    status = await answer.json()
                if holds(status):
                    return
                await asyncio.sleep(0.1)
        raise TimeoutError(f"not within {within} s: {status}")
