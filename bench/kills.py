"""Kills: a portal killed with SIGKILL at random moments under load, begun again on its database each time.

In:   a database, how many kills, a seed for their moments. Out: how many answers were given, and how long the portal
took to open; `--long` kills 200 times on SQLite and 50 on PostgreSQL instead of 10.
What must hold after each kill: whatever was answered is in the database, nothing is there twice, no row belongs to
nobody. Requests that were not answered are sent again, as a connector does, and have their effect once.

The surprise: the portals are forked from a process that has all modules loaded, so that the test waits for the database
and not for imports; each is a process of its own all the same.
"""

from __future__ import annotations

import asyncio
import itertools
import multiprocessing
import random
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection as Pipe
from typing import Any

import aiohttp
from sqlalchemy import Connection, create_engine, text

from bench.random_requests import find_orphans, server
from cordboard.portal.portal import system_clock
from cordboard.portal.server import Opening, open_portal, serve
from cordboard.settings import Portal as PortalSettings
from cordboard.store.engines import read_url
from cordboard.web.serving import listen

WORKERS = 8
#: seconds of load before a kill, after the first answer
LEAST, MOST = 0, 0.4

Params = dict[str, Any]


@dataclass
class Deed:
    """A request with an effect, sent until it is answered."""

    method: str
    params: Params
    answered: bool = False


@dataclass
class Told:
    """What the workers were told, over all kills."""

    #: CALL_ID by EXTERNAL_CALL_ID
    registered: dict[str, str] = field(default_factory=dict[str, str])
    finished: set[str] = field(default_factory=set[str])
    contacts: set[str] = field(default_factory=set[str])
    #: seconds each opening took
    opened: list[float] = field(default_factory=list[float])

    @property
    def answers(self) -> int:
        return len(self.registered) + len(self.finished) + len(self.contacts)


def run(*, long: bool = False) -> Iterator[dict[str, Any]]:
    """A line for each kind of database."""
    seed = random.SystemRandom().randrange(2**32)
    with tempfile.TemporaryDirectory() as folder:
        yield figure("SQLite", f"sqlite:///{folder}/portal.db", 200 if long else 10, seed)
    with server() as url:
        yield figure("PostgreSQL", url, 50 if long else 10, seed)


def figure(name: str, url: str, kills: int, seed: int) -> dict[str, Any]:
    told = kill_again_and_again(url, kills, seed)
    return {
        "bench": f"{kills} kills under load, {name}, seed {seed}: seconds to open again, the longest",
        "value": round(max(told.opened), 2),
        "unit": "s",
        "answers": told.answers,
        "lost": 0,
        "twice": 0,
    }


def kill_again_and_again(url: str, kills: int, seed: int) -> Told:
    """Kill as often as asked; raises AssertionError with the number of the kill after which something was wrong."""
    moments, told, undone = random.Random(seed), Told(), list[Deed]()
    names = itertools.count(1)
    for kill in range(kills):
        with Portal(url) as portal:
            told.opened.append(portal.opened)
            undone = asyncio.run(load(portal, undone, told, names, moments.uniform(LEAST, MOST)))
        if wrong := what_is_wrong(url, told):
            raise AssertionError(f"after kill {kill} of seed {seed}: {wrong}")
    with Portal(url) as portal:
        asyncio.run(load(portal, undone, told, names, 0))
    if wrong := what_is_wrong(url, told):
        raise AssertionError(f"at the end of seed {seed}: {wrong}")
    return told


class Portal:
    """A portal in a process of its own, killed at the end of its block."""

    def __init__(self, url: str) -> None:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([__name__])
        ours, theirs = context.Pipe(duplex=False)
        self._process = context.Process(target=serve_until_killed, args=(url, theirs), daemon=True)
        begun = time.monotonic()
        self._process.start()
        theirs.close()
        if not ours.poll(30):
            raise TimeoutError("the portal did not open")
        self.webhook: str = ours.recv()
        self.opened = time.monotonic() - begun

    def __enter__(self) -> Portal:
        return self

    def kill(self) -> None:
        """SIGKILL."""
        self._process.kill()

    def __exit__(self, *_: object) -> None:
        self.kill()
        self._process.join()


def serve_until_killed(url: str, ready: Pipe) -> None:
    listening = listen("127.0.0.1", 0)
    opened = open_portal(Opening(PortalSettings(db=url), clock=system_clock))
    asyncio.run(serve(opened, listening, lambda line: ready.send(line.webhook)))


async def load(portal: Portal, undone: list[Deed], told: Told, names: Iterator[int], seconds: float) -> list[Deed]:
    """Ask from many workers until the portal is killed after so many seconds (0: until all is done); what is left."""
    left: list[Deed] = []
    todo = list(undone)
    answered = asyncio.Event()

    async def worker(session: aiohttp.ClientSession) -> None:
        while True:
            deed = todo.pop() if todo else new_deed(next(names)) if seconds else None
            while deed is not None:
                try:
                    deed = await do(session, portal.webhook, deed, told)
                    answered.set()
                except (aiohttp.ClientError, ConnectionError):
                    left.append(deed)
                    return
            if not seconds and not todo:
                return

    async with aiohttp.ClientSession() as session:
        workers = [asyncio.create_task(worker(session)) for _ in range(WORKERS)]
        if seconds:
            # the load is on when the first answer came, however slow the machine is at the moment
            await asyncio.wait_for(answered.wait(), 60)
            await asyncio.sleep(seconds)
            portal.kill()
        await asyncio.gather(*workers)
    return [*left, *todo]


def new_deed(number: int) -> Deed:
    """A call from somebody new, or a new contact."""
    if number % 5 == 0:
        return Deed("crm.contact.add", {"fields": {"NAME": f"Client {number}", "PHONE": f"+7916{number:07}"}})
    call = {"USER_ID": 1, "PHONE_NUMBER": f"+7900{number:07}", "TYPE": 2, "CRM_CREATE": 1, "SHOW": number % 2}
    return Deed("telephony.externalCall.register", call | {"EXTERNAL_CALL_ID": f"call-{number}"})


async def do(session: aiohttp.ClientSession, webhook: str, deed: Deed, told: Told) -> Deed | None:
    """Ask for it; the deed that follows: a registered call is finished."""
    async with session.post(webhook + deed.method, json=deed.params) as answer:
        body = await answer.json()
    match deed.method.rpartition(".")[2]:
        case "register":
            call_id = told.registered[deed.params["EXTERNAL_CALL_ID"]] = body["result"]["CALL_ID"]
            finish = {"CALL_ID": call_id, "USER_ID": 1, "DURATION": 5}
            return Deed("telephony.externalCall.finish", finish)
        case "finish":
            # one that had its effect before the kill says that the call is not there any more
            assert "result" in body or "not found" in body["error_description"].lower(), body
            told.finished.add(deed.params["CALL_ID"])
        case _:
            told.contacts.add(deed.params["fields"]["NAME"])
    return None


def what_is_wrong(url: str, told: Told) -> dict[str, Any]:
    """What is lost, there twice, or belongs to nobody."""
    engine = create_engine(read_url(url))
    with engine.connect() as connection:
        found = {**lost(connection, told), **twice(connection), **find_orphans(connection)}
    engine.dispose()
    return {name: count for name, count in found.items() if count}


def lost(connection: Connection, told: Told) -> dict[str, list[str]]:
    running = set(connection.execute(text("SELECT call_id FROM open_call")).scalars())
    ended = set(connection.execute(text('SELECT call_id FROM "call"')).scalars())
    contacts = set(connection.execute(text("SELECT name FROM contact")).scalars())
    return {
        "registered and not there": sorted(set(told.registered.values()) - running - ended)[:5],
        "finished and not there": sorted(told.finished - ended)[:5],
        "contacts not there": sorted(told.contacts - contacts)[:5],
    }


def twice(connection: Connection) -> dict[str, int]:
    """How many are there more than once; a contact may be: adding one is not idempotent, and was sent again."""
    return {name: len(connection.execute(text(query)).all()) for name, query in TWICE.items()}


TWICE = {
    "calls of one EXTERNAL_CALL_ID": (
        "SELECT id FROM (SELECT external_call_id AS id FROM open_call UNION ALL"
        ' SELECT external_call_id FROM "call") AS x GROUP BY id HAVING count(*) > 1'
    ),
    "leads of one caller": "SELECT title FROM lead GROUP BY title HAVING count(*) > 1",
    "activities of one call": "SELECT origin_id FROM activity GROUP BY origin_id HAVING count(*) > 1",
    "numbers of one field": "SELECT field_id FROM phone GROUP BY field_id HAVING count(*) > 1",
}
