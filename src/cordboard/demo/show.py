"""The performance: calls played one after the other, for ever or once, and the sum of what became of them.

In:   the options of `cordboard demo`. Out: a banner and a browser for people; with `once` a `Summary` for programs.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
import time
import urllib.request
import webbrowser
from pathlib import Path
from typing import Any

from cordboard.demo.clients import Clients, known_numbers
from cordboard.demo.outcome import Summary, read_portal, summarize, waiting_deliveries
from cordboard.demo.playlist import DemoCall, read_playlist
from cordboard.demo.stage import PBX_NAME, Stage, temporary_name

#: how many calls run at the same time when played once
AT_ONCE = 6
#: seconds between two calls of the endless demo
EVERY = 20.0
#: how long the last deliveries may take without any of them arriving
PATIENCE = 60.0

BANNER = """\
Cordboard demo: everything on this machine, nothing leaves it.
  Portal        {url}   (signed in as Anna, sales)
  Data          temporary, removed when you press Ctrl+C
  Phones        6 colleagues, {clients} clients, a call every ~{every:.0f} s
"""


async def show_once(port: int, speed: float, browser: bool) -> Summary:
    """Play the whole list once, wait until everything is delivered, and say what became of it."""
    with tempfile.TemporaryDirectory(prefix=temporary_name()) as folder:
        stage = Stage(Path(folder), port)
        try:
            await stage.set_up()
            if browser:
                open_browser(stage)
            played = await play_all(stage, read_playlist(), speed)
            return await wait_until_delivered(stage, played)
        finally:
            await stage.tear_down()


async def show_endless(port: int, speed: float, browser: bool) -> None:
    """Play a call every now and then, until somebody stops it."""
    with tempfile.TemporaryDirectory(prefix=temporary_name()) as folder:
        stage = Stage(Path(folder), port, seed="week")
        try:
            await stage.set_up()
            print(
                BANNER.format(url=stage.portal.ready["url"], clients=len(known_numbers()), every=EVERY / speed),
                flush=True,
            )
            print(f"  Sign in       {stage.portal.ready.get('sign_in', '')}", flush=True)
            if browser:
                open_browser(stage)
            await play_endlessly(stage, read_playlist(), speed)
        finally:
            await stage.tear_down()


async def play_all(stage: Stage, calls: list[DemoCall], speed: float) -> dict[str, bool]:
    """Play each call once, some of them at the same time; EXTERNAL_CALL_ID → whether the CRM is to know it."""
    clients = Clients()
    played: dict[str, bool] = {}
    free = asyncio.Semaphore(AT_ONCE)

    async def play(call: DemoCall) -> None:
        async with free:
            stage.check()
            performance = stage.pbx.prepare(call.script, speed=speed, exchange=clients.exchange_for(call))
            played[f"{PBX_NAME}-{performance.ids[call.linkedid]}"] = call.is_registered
            await stage.pbx.perform(performance)

    async with asyncio.TaskGroup() as group:
        for call in calls:
            group.create_task(play(call))
    return played


async def play_endlessly(stage: Stage, calls: list[DemoCall], speed: float) -> None:
    clients = Clients()
    async with asyncio.TaskGroup() as group:
        while True:
            for call in calls:
                stage.check()
                exchange = clients.exchange_for(call)
                group.create_task(stage.pbx.perform(stage.pbx.prepare(call.script, speed=speed, exchange=exchange)))
                await asyncio.sleep(EVERY / speed)


async def wait_until_delivered(stage: Stage, played: dict[str, bool]) -> Summary:
    """The sum, as soon as it is clean; or as it is when nothing has moved for a while."""
    before, moved = None, time.monotonic()
    while True:
        stage.check()
        summary = await look(stage, played)
        if summary.is_clean:
            # what comes too late or twice comes now
            await asyncio.sleep(1.0)
            return await look(stage, played)
        if summary != before:
            before, moved = summary, time.monotonic()
        elif time.monotonic() - moved > PATIENCE:
            return summary
        await asyncio.sleep(0.2)


async def look(stage: Stage, played: dict[str, bool]) -> Summary:
    status = await asyncio.to_thread(read_status, str(stage.connector.ready.get("url", "")))
    # a connector that does not answer has at least one thing left to do
    waiting = 1 if status is None else waiting_deliveries(status)
    portal = await asyncio.to_thread(read_portal, stage.portal_db)
    return summarize(played, portal, waiting, stage.portal.restarts + stage.connector.restarts)


def read_status(url: str) -> Any:
    """The connector's own count; None while it does not answer."""
    try:
        with urllib.request.urlopen(f"{url.rstrip('/')}/status", timeout=5) as answer:  # noqa: S310 our own child's
            return json.load(answer)
    except (OSError, ValueError):
        return None


def open_browser(stage: Stage) -> None:
    webbrowser.open(stage.portal.ready.get("sign_in") or stage.portal.ready["url"])
