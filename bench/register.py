"""Registering calls: `telephony.externalCall.register` over HTTP beside the bare transaction without HTTP.

Floor: the same statements by the standard library's sqlite3 in one thread, one commit each, synchronous FULL.
The portal runs in a process of its own; as many keep-alive connections as a busy connector has ask it. Every number
belongs to a client, so that the search does all its work.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aiohttp

#: numbers in the index; one million by `CORDBOARD_BENCH_NUMBERS=1000000`
NUMBERS = int(os.environ.get("CORDBOARD_BENCH_NUMBERS", "100000"))
CONNECTIONS = 32
CALLS = 4000
FIRST = 79_000_000_000


def run(numbers: int = NUMBERS) -> Iterator[dict[str, Any]]:
    """One line for the rate, one each for p50 and p99 at half of it."""
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder) / "portal.db"
        with Portal(database) as webhook:
            del webhook  # the first start makes the schema
        fill(database, numbers)
        floor = bare_rate(database, numbers)
        with Portal(database) as webhook:
            asyncio.run(ask(webhook, numbers, CALLS // 4, None))
            took, _ = asyncio.run(ask(webhook, numbers, CALLS, None))
            rate = CALLS / took
            _, waits = asyncio.run(ask(webhook, numbers, CALLS // 2, rate / 2))
        # before and after, the better of both: a disk busy with something else must not flatter us
        floor = max(floor, bare_rate(database, numbers))
    waits.sort()
    name = f"register, {numbers} numbers"
    yield {
        "bench": name,
        "value": round(rate),
        "unit": "calls/s",
        "floor": round(floor),
        "ratio": round(rate / floor, 2),
    }
    for part in (50, 99):
        value = round(1000 * waits[len(waits) * part // 100], 1)
        yield {"bench": f"{name}, p{part} at half load", "value": value, "unit": "ms", "floor": None, "ratio": None}


class Portal:
    """`cordboard portal` in a process of its own; gives its webhook."""

    def __init__(self, database: Path) -> None:
        self.command = [sys.executable, "-m", "cordboard.cli.main", "portal", "--db", f"sqlite:///{database}"]

    def __enter__(self) -> str:
        start = "from cordboard.cli.main import main; import sys; sys.argv = sys.argv[1:]; main()"
        command = [sys.executable, "-c", start, *self.command[2:], "--port", "0", "--json"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE)
        assert self.process.stdout is not None
        return str(json.loads(self.process.stdout.readline())["webhook"])

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait(30)


def fill(database: Path, numbers: int) -> None:
    """Contacts with one number each, written at once."""
    with sqlite3.connect(database) as connection:
        rows = [(number + 1, "CONTACT", number + 1, f"+{FIRST + number}") for number in range(numbers)]
        connection.executemany(
            "INSERT INTO phone (field_id, entity_type, entity_id, raw, key, reversed) VALUES (?, ?, ?, ?, ?, ?)",
            [(*row, row[3][1:], row[3][:0:-1]) for row in rows],
        )
        connection.executemany(
            "INSERT INTO multifield (id, entity_type, entity_id, type_id, value) VALUES (?, ?, ?, 'PHONE', ?)", rows
        )
        connection.executemany(
            "INSERT INTO contact (id, name, export, has_phone, has_email, opened, extra, assigned_by_id)"
            " VALUES (?, ?, 1, 1, 0, 1, '{}', 1)",
            [(row[0], f"Client {row[0]}") for row in rows],
        )


async def ask(webhook: str, numbers: int, calls: int, rate: float | None) -> tuple[float, list[float]]:
    """Register calls over keep-alive connections, as fast as it goes or at a rate; out: seconds, and each wait."""
    waits: list[float] = []
    todo = iter(range(calls))
    begun = time.perf_counter()
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=CONNECTIONS)) as session:

        async def worker() -> None:
            for number in todo:
                due = begun + number / rate if rate else 0.0
                if (pause := due - time.perf_counter()) > 0:
                    await asyncio.sleep(pause)
                asked = time.perf_counter()
                async with session.post(webhook + METHOD, json=parameters(numbers)) as answer:
                    body = await answer.json()
                    assert body["result"]["CRM_ENTITY_ID"], body
                waits.append(time.perf_counter() - (max(asked, due) if rate is None else asked))

        await asyncio.gather(*(worker() for _ in range(CONNECTIONS)))
    return time.perf_counter() - begun, waits


def parameters(numbers: int) -> dict[str, Any]:
    number = FIRST + random.randrange(numbers)
    external = f"bench-{random.getrandbits(60):x}"
    return {"USER_ID": 1, "PHONE_NUMBER": f"+{number}", "TYPE": 2, "EXTERNAL_CALL_ID": external, "SHOW": 1}


def bare_rate(database: Path, numbers: int, calls: int = 2000) -> float:
    """Transactions a second of the same look-ups and inserts without HTTP, Core or Python objects."""
    connection = sqlite3.connect(database, isolation_level=None)
    connection.execute("PRAGMA synchronous = FULL")
    begun = time.perf_counter()
    for count in range(calls):
        connection.execute("BEGIN IMMEDIATE")
        key = str(FIRST + random.randrange(numbers))
        for statement, values in LOOKS:
            connection.execute(statement, [key if value == "KEY" else value for value in values]).fetchall()
        call_id, now = f"bare.{random.getrandbits(60):x}", time.time_ns() // 1000
        connection.execute(OPEN_CALL, (call_id, key, f"bare-{count}", now, now, f'[["CONTACT",{key[-6:]}]]'))
        connection.execute("INSERT INTO card (call_id, user_id, shown_at) VALUES (?, 1, ?)", (call_id, now))
        connection.execute("COMMIT")
    spent = time.perf_counter() - begun
    connection.close()
    return calls / spent


METHOD = "telephony.externalCall.register"
LOOKS: tuple[tuple[str, list[object]], ...] = (
    ("SELECT id FROM users WHERE id = ? AND active AND external_auth_id = ''", [1]),
    (
        "SELECT p.user_id, p.kind FROM user_phone p JOIN users u ON u.id = p.user_id"
        " WHERE p.value IN (?, ?) AND u.active",
        ["KEY", "KEY"],
    ),
    (
        "SELECT * FROM open_call WHERE user_id = 1 AND phone_number = ? AND type = 2 AND application_id = 0"
        " AND start_at > 0 ORDER BY registered_at DESC",
        ["KEY"],
    ),
    ("SELECT id FROM exclusion WHERE type = 'PHONE' LIMIT 1", []),
    ("SELECT entity_type, entity_id FROM phone WHERE key = ? ORDER BY entity_id LIMIT 1000", ["KEY"]),
    ("SELECT id, company_id FROM contact WHERE id = (SELECT entity_id FROM phone WHERE key = ?)", ["KEY"]),
    (
        "SELECT entity_id, contact_id FROM entity_contact WHERE entity_type = 'DEAL'"
        " AND contact_id = (SELECT entity_id FROM phone WHERE key = ?)",
        ["KEY"],
    ),
    (
        "SELECT id, date_modify, date_create FROM deal WHERE contact_id = (SELECT entity_id FROM phone WHERE key = ?)"
        " AND stage_semantic_id = 'P' AND NOT is_recurring",
        ["KEY"],
    ),
    (
        "SELECT id FROM lead WHERE contact_id = (SELECT entity_id FROM phone WHERE key = ?)"
        " AND status_semantic_id = 'P' AND is_return_customer AND NOT hidden",
        ["KEY"],
    ),
)
OPEN_CALL = (
    "INSERT INTO open_call (call_id, user_id, phone_number, type, application_id, line_number, external_call_id,"
    " start_at, registered_at, entity_type, entity_id, bindings, created, excluded, reasons)"
    " VALUES (?, 1, ?, 2, 0, '', ?, ?, ?, 'CONTACT', 1, ?, '[]', 0, '[\"contact 1 has this number\"]')"
)
