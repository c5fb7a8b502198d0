"""A real portal as a child process, and calls told to it through the settings: the flow, the delivery, the client.

There is no exchange: a call is a few situations, as the lanes would tell them (`stories.py`).
"""

import asyncio
import itertools
import sqlite3
import sys
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import msgspec
from offices import CORDBOARD, Child

from cordboard.connector import bootstrap
from cordboard.delivery.ledger import RunKey
from cordboard.settings import load

sys.path.insert(0, str(Path(__file__).parents[1] / "crm/bitrix24"))

ids = itertools.count(1)

#: the command with a switch that only the settings of `cordboard run` can set
LIMITED = """
import functools
from cordboard.cli import portal
from cordboard.cli.main import main
from cordboard.settings import Portal, Switches
portal.PortalSettings = functools.partial(Portal, switches=Switches(rate_limit="{}"))
main()
"""


class Portal:
    """Our portal with the demo's company: 101 is user 2, 102 is 3 … 106 is 7."""

    def __init__(self, folder, rate_limit=None):
        self.folder = folder
        self.database = folder / "portal.db"
        self.program = (sys.executable, "-c", LIMITED.format(rate_limit)) if rate_limit else CORDBOARD
        self.port = 0
        self.start()

    def start(self):
        """Begin, or begin again at the same place: the webhook that was printed before is void then."""
        arguments = ["portal", "--db", f"sqlite:///{self.database}", "--port", self.port, "--seed", "demo", "--json"]
        self.child = Child(*arguments, log=self.folder / "portal.log", program=self.program)
        ready = self.child.ready()
        self.webhook = ready["webhook"]
        self.port = int(ready["url"].rsplit(":", 1)[1])

    async def ask(self, method, **params):
        async with (
            aiohttp.ClientSession() as session,
            session.post(self.webhook + method, json=params) as answer,
        ):
            return (await answer.json())["result"]

    def cards(self):
        """The users who have a card now."""
        with sqlite3.connect(f"file:{self.database}?mode=ro", uri=True) as connection:
            return sorted(user for (user,) in connection.execute("SELECT user_id FROM card"))

    def notices(self, client):
        """How many notifications are about a client."""
        with sqlite3.connect(f"file:{self.database}?mode=ro", uri=True) as connection:
            query = "SELECT count(*) FROM notification WHERE message LIKE ?"
            return connection.execute(query, (f"%{client}%",)).fetchone()[0]

    async def contact(self, phone, responsible):
        """A new contact's id."""
        fields = {"NAME": "Vera", "PHONE": [{"VALUE": phone, "VALUE_TYPE": "WORK"}], "ASSIGNED_BY_ID": responsible}
        return str(await self.ask("crm.contact.add", fields=fields))

    async def call(self, linkedid):
        """The finished calls of a linkedid, in order, parts included."""
        rows = await self.ask(
            "voximplant.statistic.get", FILTER={"%EXTERNAL_CALL_ID": linkedid}, SORT="ID", ORDER="ASC"
        )
        return [row for row in rows if linkedid in row["EXTERNAL_CALL_ID"]]


@asynccontextmanager
async def connector_of(portal, folder, more="", name=""):
    """A connector without an exchange, by settings; with the same name it goes on with the same journal."""
    number = name or next(ids)
    file = folder / f"{number}.toml"
    file.write_text(
        f'[store]\nurl = "sqlite:///{folder / f"{number}.db"}"\n'
        f'[numbers]\nprefixes = ["+7", "7", "8"]\ninternal = ["^\\\\d{{3}}$"]\n'
        f'[[crm]]\nname = "portal"\nkind = "bitrix24"\nurl = "{portal.webhook}"\ndefault_user = 1\n{more}',
        encoding="utf-8",
    )
    settings = load(file, {})
    connector = bootstrap.build(settings, bootstrap.open_store(settings))
    await connector.start()
    try:
        yield connector
    finally:
        await connector.stop()


async def tell(connector, *told):
    """Tell a call stage by stage as another call; its linkedid, once everything about it was asked."""
    linkedid = f"1700000000.{next(ids)}00"
    worker = connector.connections[0].worker
    key = RunKey("main", linkedid, "portal")
    for news in told:
        if callable(news):
            # a look at the portal between two moments
            await news()
            continue
        situation = msgspec.structs.replace(news.situation, linkedid=linkedid)
        connector.tell("main", linkedid, msgspec.structs.replace(news, situation=situation))
        await settled(worker, key)
    if key in worker.runs:
        await asyncio.wait_for(worker.runs[key].outcome, 20)
    return linkedid


async def settled(worker, key):
    """Until the flow waits for more, as between two moments of a call."""
    quiet = 0
    for _ in range(2000):
        await asyncio.sleep(0.005)
        run = worker.runs.get(key)
        if run is None:
            return
        quiet = quiet + 1 if not run.pending_since and run.inbox._waiting is None else 0
        if quiet > 5:
            return
    raise AssertionError("the call does not settle")
