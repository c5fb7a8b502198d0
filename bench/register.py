"""Registering calls: `telephony.externalCall.register` over HTTP beside the bare transaction without HTTP.

In:   a portal in a process of its own on SQLite synchronous FULL, then on PostgreSQL, with 100,000 clients; with
`--long` a million. As many keep-alive connections as a busy connector has ask it; every number belongs to a client, so
that the search does all its work.
Out:  for each the clients written a second by `cordboard db seed`; the rate, with `bench/bare.py` as its floor; p50 and
p99 at half of it; the rate by batches of fifty; the rate beside 50,000 open calls, with that beside none as its floor.
"""

from __future__ import annotations

import asyncio
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import aiohttp

from bench.bare import bare_rate, execute
from bench.random_requests import server
from cordboard.portal.bulk import FIRST_NUMBER

CONNECTIONS = 32
CALLS = 4000
OPEN_CALLS = 50_000
BATCH = 50
METHOD = "telephony.externalCall.register"
COMMAND = [sys.executable, "-c", "import sys; from cordboard.cli.main import main; sys.argv[0] = 'cordboard'; main()"]

Figure = dict[str, Any]


def run(*, long: bool = False) -> Iterator[Figure]:
    """The figures of SQLite, then those of PostgreSQL."""
    numbers = 1_000_000 if long else 100_000
    with tempfile.TemporaryDirectory() as folder:
        yield from Bench("SQLite", f"sqlite:///{folder}/portal.db", numbers).figures()
    with server() as url:
        yield from Bench("PostgreSQL", url, numbers).figures()


@dataclass
class Bench:
    """One database."""

    name: str
    url: str
    numbers: int

    def figures(self) -> Iterator[Figure]:
        yield self.seed()
        floor = bare_rate(self.url, self.numbers)
        with portal(self.url) as webhook:
            asyncio.run(ask(webhook, self.numbers, CALLS // 4))
            rate = self.rate(webhook)
            _, waits = asyncio.run(ask(webhook, self.numbers, CALLS // 2, rate / 2))
            batched = self.rate(webhook, batch=BATCH)
            many, few = self.beside_open_calls(webhook)
        # before and after, the better of both: a disk busy with something else must not flatter us
        floor = max(floor, bare_rate(self.url, self.numbers))
        yield self.figure("rate", rate, "calls/s", floor)
        for part in (50, 99):
            yield self.figure(f"p{part} at half load", 1000 * sorted(waits)[len(waits) * part // 100], "ms")
        yield self.figure(f"rate by batches of {BATCH}", batched, "calls/s", rate)
        yield self.figure(f"rate beside {OPEN_CALLS} open calls, beside none", many, "calls/s", few)

    def figure(self, what: str, value: float, unit: str, floor: float | None = None) -> Figure:
        name = f"register, {self.name}, {self.numbers} numbers: {what}"
        shown = {"floor": round(floor), "ratio": round(value / floor, 2)} if floor else {}
        return {"bench": name, "value": round(value, 1 if unit == "ms" else None), "unit": unit, **shown}

    def seed(self) -> Figure:
        """Write the clients by the command."""
        command = [*COMMAND, "db", "seed", "--contacts", str(self.numbers), "--db", self.url, "--json"]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        return self.figure("db seed", self.numbers / json.loads(done.stdout)["seconds"], "clients/s")

    def rate(self, webhook: str, batch: int = 1) -> float:
        """Calls registered a second, as fast as it goes."""
        took, waits = asyncio.run(ask(webhook, self.numbers, CALLS // batch, batch=batch))
        return len(waits) * batch / took

    def beside_open_calls(self, webhook: str) -> tuple[float, float]:
        """The rate beside many open calls and beside none, measured in turn; the best of three each."""
        few, many = [], []
        for _ in range(3):
            self.prepare("DELETE FROM card", "DELETE FROM open_call")
            few.append(self.rate(webhook))
            self.prepare("DELETE FROM card", "DELETE FROM open_call", open_call_rows())
            many.append(self.rate(webhook))
        return max(many), max(few)

    def prepare(self, *statements: str) -> None:
        """Change rows by the thousand, and tidy up what a server would tidy up in the middle of what is measured."""
        tidy = ("VACUUM (ANALYZE) open_call", "VACUUM card", "CHECKPOINT") if self.name == "PostgreSQL" else ()
        execute(self.url, *statements, *tidy)


@contextmanager
def portal(url: str) -> Generator[str]:
    """`cordboard portal` in a process of its own; gives its webhook."""
    command = [*COMMAND, "portal", "--db", url, "--port", "0", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        try:
            yield str(json.loads(process.stdout.readline())["webhook"])
        finally:
            process.terminate()


async def ask(
    webhook: str, numbers: int, requests: int, rate: float | None = None, batch: int = 1
) -> tuple[float, list[float]]:
    """Register calls over keep-alive connections, as fast as it goes or at a rate; out: seconds, and each wait."""
    waits: list[float] = []
    todo = iter(range(requests))
    begun = time.perf_counter()
    send: Callable[[], tuple[str, Any]] = (lambda: single(numbers)) if batch == 1 else lambda: together(numbers, batch)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=CONNECTIONS)) as session:

        async def worker() -> None:
            for number in todo:
                due = begun + number / rate if rate else 0.0
                if (pause := due - time.perf_counter()) > 0:
                    await asyncio.sleep(pause)
                asked = time.perf_counter()
                method, params = send()
                async with session.post(webhook + method, json=params) as answer:
                    check(await answer.json(), batch)
                waits.append(time.perf_counter() - asked)

        await asyncio.gather(*(worker() for _ in range(CONNECTIONS)))
    return time.perf_counter() - begun, waits


def check(body: Any, batch: int) -> None:
    answers = [body["result"]] if batch == 1 else list(body["result"]["result"].values())
    assert batch == len([answer for answer in answers if answer["CRM_ENTITY_ID"]]), body


def single(numbers: int) -> tuple[str, Any]:
    number = FIRST_NUMBER + 1 + random.randrange(numbers)
    external = f"bench-{random.getrandbits(60):x}"
    params = {"USER_ID": 1, "PHONE_NUMBER": f"+{number}", "TYPE": 2, "EXTERNAL_CALL_ID": external, "SHOW": 1}
    return METHOD, params


def together(numbers: int, batch: int) -> tuple[str, Any]:
    commands: dict[str, str] = {}
    for place in range(batch):
        _, params = single(numbers)
        commands[f"c{place}"] = METHOD + "?" + "&".join(f"{key}={quote(str(value))}" for key, value in params.items())
    return "batch", {"cmd": commands}


def open_call_rows() -> str:
    """The statement that lets the first clients call all at once."""
    now = time.time_ns() // 1000
    return f"""
    INSERT INTO open_call (call_id, user_id, phone_number, type, application_id, line_number, external_call_id,
        start_at, registered_at, entity_type, entity_id, bindings, created, excluded, reasons)
    SELECT 'open.' || id, 1, '+7900' || id, 2, 0, '', 'open-' || id, {now}, {now}, 'CONTACT', id,
        '[]', '[]', false, '[]' FROM contact WHERE id <= {OPEN_CALLS}
"""
