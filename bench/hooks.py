"""Hooks: what a customization costs by the kind of its runner, and what one that hangs costs the other calls.

In:   one rule in Python, Node, PHP and shell; then the chain of `bench/chain.py` with a worker at `need_registration`,
      200 calls, 20 a second, once with a worker that always answers, once with one that hangs at every tenth call.
Out:  milliseconds of one question, median, beside the Python function as the floor; p50 and p99 from the ring to the
      card of the calls that do not hang themselves, beside the same of the run in which none hangs.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aiohttp

from bench import chain, ring
from cordboard.asterisk.played_call import read_script
from cordboard.hooks.entries import customizations_of
from cordboard.settings import Hook, Hooks, Settings

POINT = "process_client_phone"
CALLS = 200
#: the two runs take turns in so many parts, so that both see the same machine
PARTS = 4
#: a call whose client ends with this hangs in the second run
HANGS = "0"

WORKER = """#!{python}
import json, sys, time
for line in sys.stdin:
    question = json.loads(line)
    number = question["payload"]["call_full"]["channel"]["from"]["original"] if question["payload"]["call_full"] else ""
    if number.startswith("7916886") and number.endswith("0"):
        time.sleep(60)
    print(json.dumps({{"id": question["id"], "state": "success"}}), flush=True)
"""
ONE_SHOT = WORKER.replace("for line in sys.stdin:", "for line in [sys.stdin.readline()]:")
NODE = """#!/usr/bin/env node
require('readline').createInterface({input: process.stdin}).on('line', (line) => {
  console.log(JSON.stringify({id: JSON.parse(line).id, state: 'success'}));
});
"""
SHELL = '#!/bin/sh\nwhile read -r question; do echo \'{"state": "success"}\'; done\n'
SHELL_ONE_SHOT = '#!/bin/sh\nread -r question\necho \'{"state": "success"}\'\n'
PHP = "<?php\nreturn ['state' => 'success'];\n"
FUNCTION = "def answer(payload):\n    return {'state': 'success'}\n"


def run() -> Iterator[dict[str, Any]]:
    with tempfile.TemporaryDirectory() as folder:
        costs = asyncio.run(measure_kinds(Path(folder)))
    for kind, value in costs.items():
        floor = costs["function"]
        yield {
            "bench": f"hooks: one question to a {kind}",
            "value": round(value, 3),
            "unit": "ms",
            "floor": round(floor, 3),
            "ratio": round(value / floor, 2),
        }
    with tempfile.TemporaryDirectory() as folder:
        quiet, hung = asyncio.run(measure_hanging(Path(folder)))
    for name, percent in (("p50", 50), ("p99", 99)):
        value, floor = ring.percentile(hung, percent), ring.percentile(quiet, percent)
        yield {
            "bench": f"hooks: native event to the card's frame beside a worker that hangs at every tenth call, {name}",
            "value": round(value, 2),
            "unit": "ms",
            "floor": round(floor, 2),
            "ratio": round(value / floor, 2),
        }


# --- one question -----------------------------------------------------------------------------------------------------


async def measure_kinds(folder: Path) -> dict[str, float]:
    """Median milliseconds of one question, by kind."""
    texts = {
        "Python worker": ("worker.py", WORKER.format(python=sys.executable), 500),
        "Node worker": ("worker.js", NODE, 500),
        "shell worker": ("worker.sh", SHELL, 500),
        "shell one-shot": ("shot.sh", SHELL_ONE_SHOT, 100),
        "Python one-shot": ("shot.py", ONE_SHOT.format(python=sys.executable), 30),
    }
    hooks = {"function": (Hook(point=POINT, python="rules.py:answer"), 500)}
    (folder / "rules.py").write_text(FUNCTION)
    for kind, (name, text, times) in texts.items():
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)
        hooks[kind] = (Hook(point=POINT, run=(name,)), times)
    if shutil.which("php"):
        (folder / "rules.php").write_text(PHP)
        hooks["PHP file"] = (Hook(point=POINT, php="rules.php"), 500)
    return {kind: await median(folder, hook, times) for kind, (hook, times) in hooks.items()}


async def median(folder: Path, hook: Hook, times: int) -> float:
    made = customizations_of(Settings(hooks=Hooks(folder=str(folder)), hook=(hook,)))
    payload = {"phone": "79161234567", "call_full": None, "call_stage": "conversation_requested"}
    for _ in range(3):
        await made.ask(POINT, payload)
    taken: list[float] = []
    for _ in range(times):
        began = time.perf_counter()
        answer = await made.ask(POINT, payload)
        taken.append((time.perf_counter() - began) * 1000)
        assert answer.runs[0].outcome == "unchanged", answer.runs
    await made.close()
    return statistics.median(taken)


# --- beside one that hangs --------------------------------------------------------------------------------------------


class HookedStage(chain.TimedStage):
    """The chain with a worker that is asked about every call."""

    def _write_settings(self, webhook: str) -> None:
        super()._write_settings(webhook)
        program = self.folder / "rules.py"
        program.write_text(WORKER.format(python=sys.executable))
        program.chmod(0o755)
        with (self.folder / "cordboard.toml").open("a", encoding="utf-8") as file:
            file.write(f'\n[hooks]\nfolder = "{self.folder}"\n')
            file.write('[[hook]]\npoint = "need_registration"\nrun = ["rules.py"]\n')


async def measure_hanging(folder: Path) -> tuple[list[float], list[float]]:
    """Milliseconds of the calls that do not hang: in a run without any that does, and in one with a tenth of them."""
    stage = HookedStage(folder)
    try:
        await stage.set_up()
        async with aiohttp.ClientSession() as http, asyncio.TaskGroup() as pages:
            seen: dict[str, float] = {}
            arrived = asyncio.Event()
            listeners = [
                pages.create_task(chain.page(http, stage, user_id, seen, arrived)) for user_id in chain.PEOPLE.values()
            ]
            try:
                await series(stage, "7916888", range(20), seen, arrived)
                quiet: list[float] = []
                hung: list[float] = []
                for part in range(PARTS):
                    numbers = range(part * CALLS // PARTS, (part + 1) * CALLS // PARTS)
                    quiet += await series(stage, "7916887", numbers, seen, arrived)
                    hung += await series(stage, "7916886", numbers, seen, arrived)
            finally:
                for listener in listeners:
                    listener.cancel()
        return quiet, hung
    finally:
        await stage.tear_down()


async def series(
    stage: HookedStage, prefix: str, numbers: range, seen: dict[str, float], arrived: asyncio.Event
) -> list[float]:
    """Play calls; the milliseconds of those whose client does not end with `HANGS`."""
    script = chain.shortened(read_script(chain.CAPTURE))
    linkedid = chain.read_linkedid(script)

    async def one(number: int) -> tuple[str, float]:
        await asyncio.sleep((number - numbers[0]) / chain.PER_SECOND)
        client = f"{prefix}{number:04}"
        called = list(chain.PEOPLE)[number % len(chain.PEOPLE)]
        play = stage.pbx.prepare(script, exchange={chain.CLIENT: client, chain.CALLED: called})
        await stage.pbx.perform(play)
        return client, stage.pbx.rang[play.ids[linkedid]]

    begun = dict(await asyncio.gather(*(one(number) for number in numbers)))
    counted = {client for client in begun if not client.endswith(HANGS)}
    async with asyncio.timeout(15):
        while not seen.keys() >= counted:
            arrived.clear()
            await arrived.wait()
    # those that hang are given up, and told at their end
    await asyncio.sleep(6)
    return [(seen[client] - begun[client]) * 1000 for client in sorted(counted)]


if __name__ == "__main__":
    for figure in run():
        print(json.dumps(figure))
