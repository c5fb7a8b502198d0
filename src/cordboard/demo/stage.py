"""The demo's stage: a played exchange, a portal with demo data, and a connector between them, all temporary.

In:   a folder and a port. Out: a running `Stage`.

The surprise: nothing here is special to a demo. The connector reads a settings file, signs in to the exchange over
TCP, follows its CSV file, and writes to the portal over HTTP, as in a real office.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from cordboard.asterisk.replay import ReplayPbx
from cordboard.demo.children import Child
from cordboard.portal.credentials import add_webhook
from cordboard.portal.server import Opening, open_portal
from cordboard.settings import Portal as PortalSettings

PBX_NAME = "demo"
ADMINISTRATOR = 1
#: Anna Orlova, extension 101, sales
SPECTATOR = 2

SETTINGS = """\
[[pbx]]
name = "{name}"
timezone = "UTC"
trunks = ["^trunk-"]
lines = {{ "trunk-alpha" = "74951000001", "trunk-beta" = "74951000002" }}
[pbx.ami]
host = "127.0.0.1"
port = {ami_port}
username = "{username}"
secret = "{secret}"
[pbx.cel]
url = "{csv}"
start = "{start}"

[numbers]
prefixes = ["+7", "7", "8"]
internal = ['^\\d{{2,4}}$']

[[crm]]
name = "portal"
kind = "bitrix24"
url = "{webhook}"
default_user = 1

[connector]
host = "127.0.0.1"
port = 0

[store]
url = "sqlite:///{store}"
"""


class Stage:
    """Everything that runs during a demo."""

    def __init__(self, folder: Path, port: int, seed: str = "demo") -> None:
        self.folder = folder
        self.pbx = ReplayPbx(folder / "Master.csv")
        self.portal_db = folder / "portal.db"
        self._port, self._seed = port, seed
        database = f"sqlite:///{self.portal_db}"
        self.portal = Child(
            "portal",
            ["portal", "--db", database, "--host", "127.0.0.1", "--port", str(port), "--json",
             "--sign-in-as", str(SPECTATOR)],
            folder,
        )  # fmt: skip
        self.connector = Child("connector", ["connector", "--config", str(folder / "cordboard.toml"), "--json"], folder)
        self._watchers: list[asyncio.Task[None]] = []

    async def set_up(self) -> None:
        """Start the exchange, the portal and the connector, and wait until the connector hears the exchange."""
        await self.pbx.start()
        path = await asyncio.to_thread(self._prepare_portal)
        ready = await self.portal.start()
        address = urlsplit(str(ready["url"]))
        # after a restart it must be found where it was
        self.portal.arguments[self.portal.arguments.index("--port") + 1] = str(address.port)
        self._write_settings(f"{address.scheme}://{address.netloc}{path}")
        await self.connector.start()
        self._watchers = [
            asyncio.create_task(child.supervise(self.tell_pids)) for child in (self.portal, self.connector)
        ]  # fmt: skip
        await self.wait_for_listener()
        self.tell_pids()

    def tell_pids(self) -> None:
        """Say on standard error which processes play, for those who want to disturb them."""
        pids = {"portal_pid": self.portal.pid, "connector_pid": self.connector.pid, "url": self.portal.ready["url"]}
        print(json.dumps(pids), file=sys.stderr, flush=True)

    async def wait_for_listener(self, seconds: float = 30.0) -> None:
        """Until somebody hears the exchange's events."""
        give_up = time.monotonic() + seconds
        while not self.pbx.listeners and time.monotonic() < give_up:
            self.check()
            await asyncio.sleep(0.05)

    def check(self) -> None:
        """Raise what went wrong with a child that cannot be started again."""
        for watcher in self._watchers:
            if watcher.done() and not watcher.cancelled() and (error := watcher.exception()):
                raise error

    async def tear_down(self) -> None:
        """End everything; the folder is the caller's."""
        for watcher in self._watchers:
            watcher.cancel()
        await asyncio.gather(*self._watchers, return_exceptions=True)
        await asyncio.gather(self.connector.stop(), self.portal.stop())
        await self.pbx.stop()

    def _prepare_portal(self) -> str:
        """Make the portal's database with its demo data; the path of a webhook that outlives restarts.

        The one that the portal prints is made anew at each start, which a killed portal's connector could not know."""
        opened = open_portal(Opening(PortalSettings(db=f"sqlite:///{self.portal_db}"), seed=self._seed))
        now = time.time_ns() // 1000
        store = opened.portal.store
        try:
            return store.write_sync(lambda connection: add_webhook(connection, ADMINISTRATOR, now, title="Connector"))
        finally:
            store.close_sync()

    def _write_settings(self, webhook: str) -> None:
        yesterday = datetime.now(UTC) - timedelta(days=1)
        text = SETTINGS.format(
            name=PBX_NAME, ami_port=self.pbx.port, username=self.pbx.username, secret=self.pbx.secret,
            csv=(self.folder / "Master.csv").as_uri(), start=yesterday.date().isoformat(), webhook=webhook,
            store=self.folder / "cordboard.db",
        )  # fmt: skip
        path = self.folder / "cordboard.toml"
        path.touch(mode=0o600)
        path.write_text(text, encoding="utf-8")


def temporary_name() -> str:
    return f"cordboard-demo-{secrets.token_hex(4)}"
