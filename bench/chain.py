"""Chain: how long from the native AMI event that makes a telephone ring to the card's frame at an open page.

In:   a played exchange, a real portal and a real connector as child processes, a signed-in page of each of six people,
      20 calls a second, spread over their extensions. The clock starts when the called channel's Newchannel is written
      to the AMI socket, and stops when the frame with the card of that client number is there.
Out:  p50 and p99 in milliseconds. Floor: `bench/ring.py`, from a REST register to the frame, at the same portal in the
      same run, since the chain ends with just that.

The surprise: the captured call rings three seconds, which at this rate would be sixty cards at a time. It is shortened
to half a second, so that two cards of a person at most are drawn together.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import re
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aiohttp
import msgspec

import cordboard
from bench import ring
from cordboard.asterisk.ami.wire import read_message
from cordboard.asterisk.played_call import SECOND, Line, Script, read_script, seconds
from cordboard.asterisk.replay import ReplayPbx
from cordboard.demo.stage import Stage
from cordboard.portal.pages.site import COOKIE
from cordboard.portal.server import Opening, open_portal
from cordboard.portal.views.sessions import open_session
from cordboard.settings import Portal as PortalSettings

CALLS = 160
PER_SECOND = 20
RINGS = SECOND // 2
CAPTURE = Path(cordboard.__file__).parent / "demo/captures/asterisk22/in-caller-gives-up"
CLIENT, CALLED = "79161234567", "101"
#: user ids of the demo's people by their extensions
PEOPLE = {"101": 2, "102": 3, "103": 4, "104": 5, "105": 6, "106": 7}
#: the number as a card has it
NUMBER = re.compile(r'data-copy="\+?(\d+)"')


class TimedPbx(ReplayPbx):
    """Notes when the first event of a called channel leaves."""

    def __init__(self, csv_path: Path) -> None:
        super().__init__(csv_path)
        #: by the linkedid of the call
        self.rang: dict[str, float] = {}

    def _send(self, text: str) -> None:
        event = read_message(text)
        if event.event == "Newchannel" and event.get("Uniqueid") != event.get("Linkedid"):
            self.rang[event.get("Linkedid")] = time.perf_counter()
        super()._send(text)


class TimedStage(Stage):
    """The demo's stage with a stopwatch, and with everybody signed in."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, 0)
        self.pbx: TimedPbx = TimedPbx(folder / "Master.csv")
        #: session tokens by user id
        self.tokens: dict[int, str] = {}

    def tell_pids(self) -> None:
        """Nobody disturbs a benchmark."""

    def _prepare_portal(self) -> str:
        path = super()._prepare_portal()
        store = open_portal(Opening(PortalSettings(db=f"sqlite:///{self.portal_db}"))).portal.store
        try:
            for user_id in PEOPLE.values():
                now = time.time_ns() // 1000
                self.tokens[user_id] = store.write_sync(
                    lambda connection, user_id=user_id, now=now: open_session(connection, user_id, now, "bench")
                )
        finally:
            store.close_sync()
        return path


def run() -> Iterator[dict[str, Any]]:
    """Figures of the way from an event of the exchange to a page."""
    with tempfile.TemporaryDirectory() as folder:
        floor, times = asyncio.run(measure(Path(folder)))
    for name, percent in (("p50", 50), ("p99", 99)):
        value, least = ring.percentile(times, percent), ring.percentile(floor, percent)
        yield {
            "bench": f"chain: native event to the card's frame, {PER_SECOND} calls/s, {name}",
            "value": round(value, 2),
            "unit": "ms",
            "floor": round(least, 2),
            "ratio": round(value / least, 2),
            "load": round(os.getloadavg()[0], 1),
        }


async def measure(folder: Path) -> tuple[list[float], list[float]]:
    """Milliseconds from register to frame, and from event to frame."""
    stage = TimedStage(folder)
    try:
        await stage.set_up()
        _, floor = await ring.measure(stage.portal.ready)
        return floor, await chain(stage)
    finally:
        await stage.tear_down()


async def chain(stage: TimedStage) -> list[float]:
    """Milliseconds of each call; the first call of each person is for warming up."""
    seen: dict[str, float] = {}
    arrived = asyncio.Event()
    async with aiohttp.ClientSession() as http, asyncio.TaskGroup() as pages:
        listeners = [pages.create_task(page(http, stage, user_id, seen, arrived)) for user_id in PEOPLE.values()]
        script = shortened(read_script(CAPTURE))
        try:
            await played(stage, script, [f"7916888{number:04}" for number in range(len(PEOPLE))], seen, arrived)
            clients = [f"7916889{number:04}" for number in range(CALLS)]
            begun = await played(stage, script, clients, seen, arrived)
        finally:
            for listener in listeners:
                listener.cancel()
    return [(seen[client] - at) * 1000 for client, at in begun.items()]


async def played(
    stage: TimedStage, script: Script, clients: list[str], seen: dict[str, float], arrived: asyncio.Event
) -> dict[str, float]:
    """When the telephone of each call rang, once all have their cards."""

    async def one(number: int, client: str) -> tuple[str, float]:
        await asyncio.sleep(number / PER_SECOND)
        called = list(PEOPLE)[number % len(PEOPLE)]
        play = stage.pbx.prepare(script, exchange={CLIENT: client, CALLED: called})
        await stage.pbx.perform(play)
        return client, stage.pbx.rang[play.ids[read_linkedid(script)]]

    begun = dict(await asyncio.gather(*(one(number, client) for number, client in enumerate(clients))))
    async with asyncio.timeout(10):
        while not seen.keys() >= begun.keys():
            arrived.clear()
            await arrived.wait()
    return begun


def read_linkedid(script: Script) -> str:
    """The captured call's linkedid: the uniqueid of its first channel."""
    return min(script.born, key=lambda uniqueid: script.born[uniqueid])


async def page(
    http: aiohttp.ClientSession, stage: TimedStage, user_id: int, seen: dict[str, float], arrived: asyncio.Event
) -> None:
    """One person's tab: note when a client's number came with a card."""
    origin = str(stage.portal.ready["url"])
    headers = {"Origin": origin, "Cookie": f"{COOKIE}={stage.tokens[user_id]}"}
    url = origin.replace("http", "ws", 1) + "/ws?page=/contacts&after="
    async with http.ws_connect(url, headers=headers) as socket:
        async for frame in socket:
            now = time.perf_counter()
            message = json.loads(frame.data)
            if message.get("target") != "#cards":
                continue
            if number := NUMBER.search(message["content"]):
                seen.setdefault(number[1], now)
                arrived.set()


def shortened(script: Script) -> Script:
    """The same call, ringing `RINGS` microseconds: its longest pause is cut, what follows comes sooner."""
    pause, at = max((after.at - before.at, after.at) for before, after in itertools.pairwise(script.lines))
    lines = tuple(line if line.at < at else earlier(line, pause - RINGS) for line in script.lines)
    return msgspec.structs.replace(script, lines=lines)


def earlier(line: Line, cut: int) -> Line:
    text = line.text.replace(seconds(line.at), seconds(line.at - cut), 1)
    return Line(line.at - cut, line.lane, text, line.row_at - cut if line.row_at else 0)


if __name__ == "__main__":
    for figure in run():
        print(json.dumps(figure))
