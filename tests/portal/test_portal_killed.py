"""A portal killed under load: what it answered is in its database, once; and it opens again at once."""

import asyncio
import json
import random
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import aiohttp
import pytest

START = "import sys; from cordboard.cli.main import main; sys.argv[0] = 'cordboard'; main()"


def start(database: Path) -> tuple[subprocess.Popen[str], str]:
    command = [sys.executable, "-c", START, "portal", "--db", f"sqlite:///{database}", "--port", "0", "--json"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    return process, json.loads(process.stdout.readline())["webhook"]


async def load_and_kill(process: subprocess.Popen[str], webhook: str, after: float) -> list[str]:
    """Ids of the calls that were answered before the process was gone."""
    answered: list[str] = []

    async def worker(session: aiohttp.ClientSession, name: int) -> None:
        for number in range(10_000):
            params: dict[str, Any] = {"USER_ID": 1, "PHONE_NUMBER": f"+7900{name}{number}", "TYPE": 2, "CRM_CREATE": 1}
            try:
                async with session.post(webhook + "telephony.externalCall.register", json=params) as answer:
                    answered.append((await answer.json())["result"]["CALL_ID"])
            except aiohttp.ClientError:
                return

    async with aiohttp.ClientSession() as session:
        workers = [asyncio.create_task(worker(session, name)) for name in range(8)]
        await asyncio.sleep(after)
        process.kill()
        await asyncio.gather(*workers)
    return answered


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_answered_registration_survives_a_kill(tmp_path: Path, seed: int) -> None:
    database = tmp_path / "portal.db"
    process, webhook = start(database)

    answered = asyncio.run(load_and_kill(process, webhook, random.Random(seed).uniform(0.3, 1.0)))
    process.wait()
    begun = time.monotonic()
    process, _ = start(database)
    opened = time.monotonic() - begun
    process.terminate()
    process.wait()

    with sqlite3.connect(database) as connection:
        kept = [row[0] for row in connection.execute("SELECT call_id FROM open_call")]
        leads = connection.execute("SELECT count(*), count(DISTINCT title) FROM lead").fetchone()
    assert answered
    assert set() == set(answered) - set(kept)
    assert (len(kept), len(kept)) == leads
    assert opened < 10
