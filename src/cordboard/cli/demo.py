"""`cordboard demo`: real captured calls through the whole system, on this machine.

Out:  a banner and a browser; with `--once` one JSON line with what became of the calls.
Exit codes: 0; 1 if, with `--once`, a call is pending, lost, doubled or foreign; 3 if portal or connector do not start.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Coroutine
from typing import Any

import msgspec

from cordboard.demo.children import ChildFailed
from cordboard.demo.outcome import Summary
from cordboard.demo.show import show_endless, show_once


def demo(*, port: int = 8080, once: bool = False, speed: float = 1.0, no_browser: bool = False) -> None:
    """Play real captured calls through it all, here.

    Parameters
    ----------
    port
        Port of the portal; 0 takes a free one.
    once
        Play the list once, wait until everything is delivered, print the sum and end.
    speed
        How many times faster than the captured calls really were.
    no_browser
        Open no browser.
    """
    if speed <= 0:
        print("--speed must be above 0", file=sys.stderr)
        raise SystemExit(2)
    show = show_once if once else show_endless
    try:
        summary = asyncio.run(until_stopped(show(port, speed, not no_browser)))
    except ChildFailed as error:
        print(error, file=sys.stderr)
        raise SystemExit(3) from error
    if summary is None:
        print("\nStopped; the demo's data is removed.")
        return
    print(msgspec.json.encode(summary).decode(), flush=True)
    raise SystemExit(0 if summary.is_clean else 1)


async def until_stopped(show: Coroutine[Any, Any, Summary | None]) -> Summary | None:
    """Run it to its end, or until Ctrl+C or SIGTERM, and let it clean up; None where it was stopped."""
    task = asyncio.create_task(show)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, task.cancel)
    try:
        return await task
    except asyncio.CancelledError:
        return None
