"""Ring: how long a call needs from a request at the portal to the card's frame at an open page.

In:   a real portal as a child process, one signed-in page's WebSocket, 20 registered calls a second.
Out:  p50 and p99 in milliseconds. Floor: the same connection's round trip of one REST request without a second effect
      (`profile`), since a register cannot be quicker than a request.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aiohttp

CALLS = 200
PER_SECOND = 20
ANNA = 2


def run() -> Iterator[dict[str, Any]]:
    """Figures of the way from a REST request to a page."""
    with tempfile.TemporaryDirectory() as folder:
        command = [str(Path(sys.executable).parent / "cordboard"), "portal", "--db", f"sqlite:///{folder}/portal.db"]
        command += ["--port", "0", "--seed", "demo", "--json", "--sign-in-as", str(ANNA)]
        child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=folder)
        try:
            assert child.stdout is not None
            ready = json.loads(child.stdout.readline())
            floor, times = asyncio.run(measure(ready))
        finally:
            child.terminate()
            child.wait(15)
    for name, value in (("p50", percentile(times, 50)), ("p99", percentile(times, 99))):
        least = percentile(floor, 50 if name == "p50" else 99)
        yield {
            "bench": f"ring: REST register to the card's frame, {name}",
            "value": round(value, 2),
            "unit": "ms",
            "floor": round(least, 2),
            "ratio": round(value / least, 2),
        }


async def measure(ready: dict[str, Any]) -> tuple[list[float], list[float]]:
    """Milliseconds of plain requests, and of calls until their card's frame came."""
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(cookie_jar=jar) as http:
        await (await http.get(ready["sign_in"])).read()
        floor = [await timed_request(http, ready["webhook"]) for _ in range(50)]
        url = ready["url"].replace("http", "ws", 1) + "/ws?page=/contacts&after="
        async with http.ws_connect(url, headers={"Origin": ready["url"]}) as page:
            return floor, await calls(http, ready["webhook"], page)


async def timed_request(http: aiohttp.ClientSession, webhook: str) -> float:
    began = time.perf_counter()
    await (await http.get(webhook + "profile")).read()
    return (time.perf_counter() - began) * 1000


async def calls(http: aiohttp.ClientSession, webhook: str, page: aiohttp.ClientWebSocketResponse) -> list[float]:
    """Each call has its own client number, by which its frame is known; the card is taken away again afterwards."""
    began: dict[str, float] = {}
    times: list[float] = []
    listener = asyncio.create_task(listen(page, began, times))
    tasks = [asyncio.create_task(one_call(http, webhook, began, number)) for number in range(CALLS)]
    await asyncio.gather(*tasks)
    async with asyncio.timeout(10):
        await listener
    return times


async def one_call(http: aiohttp.ClientSession, webhook: str, began: dict[str, float], number: int) -> None:
    await asyncio.sleep(number / PER_SECOND)
    phone = f"+7916777{number:04}"
    fields = {"USER_ID": ANNA, "PHONE_NUMBER": phone, "TYPE": 2, "SHOW": 1, "CRM_CREATE": 0}
    began[phone] = time.perf_counter()
    answer = await (await http.post(webhook + "telephony.externalCall.register", json=fields)).json()
    await asyncio.sleep(0.2)
    gone = {"CALL_ID": answer["result"]["CALL_ID"], "USER_ID": ANNA}
    await (await http.post(webhook + "telephony.externalCall.hide", json=gone)).read()


async def listen(page: aiohttp.ClientWebSocketResponse, began: dict[str, float], times: list[float]) -> None:
    async for frame in page:
        now = time.perf_counter()
        message = json.loads(frame.data)
        if message.get("target") != "#cards":
            continue
        for phone in [phone for phone in began if phone in message["content"]]:
            times.append((now - began.pop(phone)) * 1000)
        if len(times) == CALLS:
            return


def percentile(values: list[float], percent: int) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]


if __name__ == "__main__":
    for figure in run():
        print(json.dumps(figure))
