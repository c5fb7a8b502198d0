"""The chain under test: the real portal and the real connector as child processes, beside a running Asterisk.

In:   a folder to work in, the exchange's CEL file, and how many calls must reach the CRM.
Out:  what the portal's own REST says afterwards (`statistics.json`) and the connector's last status (`status.json`).

Both programs are started by their commands and told of each other by cordboard.toml and HTTP alone,
as on a customer's machine.
"""

import asyncio
import json
import os
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

from pbx import ACCOUNT, AMI, PEOPLE, Asterisk

CORDBOARD = Path(sys.executable).with_name("cordboard")
# Whose extension each is: the six users of the portal's demo (2 to 7), two extensions each.
USERS = {extension: 2 + place % 6 for place, extension in enumerate(PEOPLE)}
# The fields of etc/cel_custom.conf in order.
COLUMNS = """
    eventtype eventtime cid_name cid_num cid_ani cid_rdnis cid_dnid exten context channame appname appdata
    accountcode peeraccount uniqueid linkedid peer userfield extra
"""

SETTINGS = """\
[[pbx]]
name = "main"
timezone = "UTC"
trunks = ["^trunk-"]
lines = {{ "trunk-alpha" = "74951000001" }}

[pbx.ami]
host = "{host}"
port = {port}
username = "{username}"
secret = "{secret}"

{ledger}
[pbx.originate]
context = "internal"
timeout = 4

[numbers]
prefixes = ["+7", "7", "8"]
internal = ["^\\\\d{{3}}$"]
"""

# Where the connector can read the past again. `log` is the folder of what Asterisk writes, `etc` its configuration.
LEDGERS = {
    "csv": """
[pbx.cel]
url = "file://{log}/cel-custom/cel.csv"
columns_from = "{etc}/cel_custom.conf"
""",
    "json": """
[pbx.cel]
url = "{log}/cel-custom/cel.json"
""",
    "table": """
[pbx.cel]
url = "sqlite:///{log}/master.db"
""",
    "ami": "",
}

#: with it somebody else may post events to the connector, as a portal does
TOKEN = "token-of-the-tests"

CONNECTION = """
[[crm]]
name = "portal"
kind = "bitrix24"
url = "{webhook}"
default_user = 1
application_token = "{token}"

[connector]
host = "127.0.0.1"
port = 0

[store]
url = "sqlite:///{folder}/connector.db"

[records]
folders = ["{monitor}"]
"""

PERSON = """
[[people]]
user = {user}
extension = "{extension}"
"""


def pbx_settings(asterisk: Asterisk, ledger: str) -> str:
    """The part of cordboard.toml that tells of the exchange."""
    host, port = AMI
    username, secret = ACCOUNT
    ledger = LEDGERS[ledger].format(log=asterisk.folder / "log", etc=asterisk.folder / "etc")
    return SETTINGS.format(host=host, port=port, username=username, secret=secret, ledger=ledger)


class Chain:
    def __init__(self, folder: Path, ledger: str = "csv") -> None:
        """`ledger`: which of LEDGERS the connector has beside AMI."""
        self.folder, self.ledger = folder, ledger
        self.webhook = self.status_url = ""
        self._children: list[subprocess.Popen[str]] = []

    async def start(self, asterisk: Asterisk) -> None:
        database = f"sqlite:///{self.folder}/portal.db"
        portal = ["portal", "--db", database, "--host", "127.0.0.1", "--port", "0", "--seed", "demo", "--json"]
        self.webhook = (await self._start("portal", portal))["webhook"]
        settings = self.folder / "cordboard.toml"
        connection = CONNECTION.format(webhook=self.webhook, token=TOKEN, folder=self.folder, monitor=asterisk.monitor)
        people = (PERSON.format(user=user, extension=extension) for extension, user in USERS.items())
        settings.write_text("".join((pbx_settings(asterisk, self.ledger), connection, *people)), encoding="utf-8")
        ready = await self._start("connector", ["connector", "--config", str(settings), "--json"])
        self.status_url = ready["url"].rstrip("/") + "/status"

    async def _start(self, name: str, arguments: list[str]) -> dict[str, Any]:
        """Start a command and read the one line it prints when it is ready."""
        child = start(arguments, self.folder / f"{name}.log")
        self._children.append(child)
        assert child.stdout
        line = await asyncio.wait_for(asyncio.to_thread(child.stdout.readline), 30)
        assert line, f"cordboard {name} ended without its ready line; see {name}.log"
        return json.loads(line)

    async def wait_for_calls(self, number: int, seconds: float = 30) -> None:
        """Until the portal's statistics know so many calls."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and len(await asyncio.to_thread(self.statistics)) < number:
            await asyncio.sleep(0.5)
        # A recording follows its call; the flow of a talk that was not recorded waits for one much longer than we do.
        end = min(end, time.monotonic() + 12)
        while time.monotonic() < end and any(
            connection["open"] for connection in self.status()["connections"].values()
        ):
            await asyncio.sleep(0.5)
        # A call too many, or a second delivery of the same one, would come now.
        await asyncio.sleep(2)

    def statistics(self) -> list[dict[str, Any]]:
        return self.rest("voximplant.statistic.get")["result"]

    def rest(self, method: str, **parameters: str) -> dict[str, Any]:
        data = urllib.parse.urlencode(parameters).encode()
        with urllib.request.urlopen(f"{self.webhook}{method}.json", data, timeout=10) as response:
            return json.load(response)

    def send_event(self, name: str, **data: str) -> int:
        """Post an event to the connector as the portal would; the status of its answer."""
        form = {f"data[{key}]": value for key, value in data.items()}
        form |= {"event": name, "auth[application_token]": TOKEN}
        address = self.status_url.removesuffix("/status") + "/events/portal"
        with urllib.request.urlopen(address, urllib.parse.urlencode(form).encode(), timeout=10) as response:
            return response.status

    def keep(self) -> None:
        """Write down what both programs say now."""
        write(self.folder / "statistics.json", self.statistics())
        write(self.folder / "status.json", self.status())

    def status(self) -> dict[str, Any]:
        with urllib.request.urlopen(self.status_url, timeout=10) as response:
            return json.load(response)

    def stop(self) -> None:
        for child in reversed(self._children):
            child.terminate()
        for child in self._children:
            try:
                child.wait(10)
            except subprocess.TimeoutExpired:
                child.kill()


def start(arguments: list[str], log: Path) -> subprocess.Popen[str]:
    zone = {"TZ": "Asia/Tokyo"}  # the machine's zone must not matter to any time
    with log.open("w") as errors:
        return subprocess.Popen(
            [str(CORDBOARD), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env={**os.environ, **zone},
        )


def write(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, indent=1, ensure_ascii=False), encoding="utf-8")
