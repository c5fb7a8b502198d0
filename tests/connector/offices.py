"""A small office for tests: our portal as a child process, a played exchange, and a connector beside them."""

import asyncio
import csv
import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import aiohttp
from bench.gateway import Gateway

import cordboard
from cordboard.asterisk.played_call import read_script
from cordboard.asterisk.replay import ReplayPbx

CAPTURES = Path(cordboard.__file__).parent / "demo/captures/asterisk22"


CORDBOARD = (sys.executable, "-c", "from cordboard.cli.main import main; main()")


class Child:
    """A command of ours in a process of its own; its first line of output is its ready line."""

    def __init__(self, *arguments, log: Path, program=CORDBOARD):
        self.log = log
        with log.open("ab") as file:
            self.process = subprocess.Popen(
                [str(word) for word in (*program, *arguments)], stdout=subprocess.PIPE, stderr=file, text=True
            )

    def ready(self):
        line = self.process.stdout.readline()
        assert line, f"it ended before it was ready: {self.log.read_text()[-2000:]}"
        return json.loads(line)

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        return self.wait()

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
        try:
            return self.wait(10)
        except subprocess.TimeoutExpired:
            self.kill()
            raise

    def wait(self, timeout=30):
        code = self.process.wait(timeout)
        self.process.stdout.close()
        return code


class Office:
    """Portal, exchange and connector in one folder."""

    def __init__(self, folder: Path, server=None):
        """On SQLite files in the folder, or on a PostgreSQL server."""
        self.folder = folder
        self.portal_db = server.new() if server else f"sqlite:///{folder / 'portal.db'}"
        self.connector_db = server.new() if server else f"sqlite:///{folder / 'connector.db'}"
        self.portal = self.connector = None
        self.portal_port = 0
        self.webhook = self.url = ""
        self.pbx = ReplayPbx(folder / "Master.csv")
        self.gateway = Gateway()

    # --- the portal

    def start_portal(self):
        arguments = ["portal", "--db", self.portal_db, "--port", self.portal_port, "--seed", "demo", "--json"]
        self.portal = Child(*arguments, log=self.folder / "portal.log")
        ready = self.portal.ready()
        self.portal_port = int(ready["url"].rsplit(":", 1)[1])
        self.webhook = self.gateway.target = ready["webhook"]

    # --- the connector

    def configure(self, *, webhook=None, ami=True, cel=True, numbers=True, more=""):
        text = "[connector]\nport = 0\n"
        text += f'[store]\nurl = "{self.connector_db}"\n'
        if numbers:
            text += '[numbers]\nprefixes = ["+7", "7", "8"]\ninternal = ["^\\\\d{3}$"]\n'
        text += '[[pbx]]\nname = "main"\ntrunks = ["^trunk-"]\n'
        if ami:
            text += f'[pbx.ami]\nport = {self.pbx.port}\nsecret = "{self.pbx.secret}"\n'
        if cel:
            text += f'[pbx.cel]\nurl = "{self.pbx.csv_path}"\n'
        text += (
            f'[[crm]]\nname = "portal"\nkind = "bitrix24"\nurl = "{webhook or self.gateway.url}"\ndefault_user = 1\n'
        )
        self.config = self.folder / "cordboard.toml"
        self.config.write_text(text + more, encoding="utf-8")

    def start_connector(self, command=None):
        """The connector's command, or another one that stands for it."""
        command = command or (*CORDBOARD, "connector", "--config", self.config, "--json")
        self.connector = Child(log=self.folder / "connector.log", program=command)
        self.url = self.connector.ready()["url"]

    async def until_listening(self):
        """Until the connector hears the exchange and has reached the present of the ledger."""

        def listens(status):
            pbx = status["pbx"]["main"]
            return pbx["live"] is not False and pbx["ledger_caught_up"] is not False

        await self.until(listens)

    async def status(self):
        async with aiohttp.ClientSession() as session, session.get(f"{self.url}/status") as answer:
            return await answer.json()

    async def until(self, holds, within=30):
        end = time.monotonic() + within
        status = None
        while time.monotonic() < end:
            status = await self.status()
            if holds(status):
                return status
            await asyncio.sleep(0.05)
        raise AssertionError(f"not within {within} s: {json.dumps(status, indent=1)}\n{self.logged()[-3000:]}")

    async def until_delivered(self, calls, within=30):
        def holds(status):
            counts = status["connections"]["portal"]
            return counts["finished"] + counts["unwanted"] + counts["refused"] + counts["moved"] >= calls

        return await self.until(holds, within)

    def logged(self):
        return (self.folder / "connector.log").read_text(encoding="utf-8")

    # --- the exchange

    async def play(self, scenario, *, speed=20.0, exchange=None):
        return await self.pbx.play(read_script(CAPTURES / scenario), speed=speed, exchange=exchange)

    def recorded_as(self):
        """The names of files that the exchange says it has recorded to, in order."""
        with self.pbx.csv_path.open(encoding="utf-8") as file:
            rows = [row for row in csv.DictReader(file) if row["appname"] == "MixMonitor"]
        return list(dict.fromkeys(row["appdata"].partition(",")[0] for row in rows))

    # --- what stands in the portal

    async def finished(self):
        """The statistics of the portal, in order."""
        async with aiohttp.ClientSession() as session:
            query = {"SORT": "ID", "ORDER": "ASC"}
            async with session.post(f"{self.webhook}voximplant.statistic.get", json=query) as answer:
                body = await answer.json()
        return [row for row in body["result"] if (row["EXTERNAL_CALL_ID"] or "").startswith("main-")]

    async def ask(self, method, **params):
        """The answer of one method of the portal."""
        async with (
            aiohttp.ClientSession() as session,
            session.post(self.webhook + method, json=params) as answer,
        ):
            return (await answer.json())["result"]

    async def until_in_portal(self, holds, method, within=30, **params):
        """The answer of a method as soon as it is as wanted."""
        end = time.monotonic() + within
        while not holds(answer := await self.ask(method, **params)):
            assert time.monotonic() < end, f"{answer}\n{self.logged()[-3000:]}"
            await asyncio.sleep(0.05)
        return answer

    async def close(self):
        for child in (self.connector, self.portal):
            if child is not None and child.process.poll() is None:
                child.stop()
        await self.pbx.stop()
        await self.gateway.stop()
