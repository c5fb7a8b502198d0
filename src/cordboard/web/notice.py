"""Notice: what a service manager is told, as systemd's `Type=notify` wants it.

In:   `NOTIFY_SOCKET` and `WATCHDOG_USEC` of the environment. Out: datagrams to that socket, if any.
"""

from __future__ import annotations

import asyncio
import os
import socket

__all__ = ["notify", "tell_alive"]


def notify(words: str) -> None:
    """Say `READY=1` and the like; a manager that does not listen is no reason to end."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            # an @ stands for the zero byte of an abstract address
            manager.connect("\0" + address[1:] if address.startswith("@") else address)
            manager.send(words.encode())
    except OSError:
        return


async def tell_alive() -> None:
    """Tell the watchdog for ever that the event loop turns, twice as often as it asks for; ends where nobody asks."""
    seconds = int(os.environ.get("WATCHDOG_USEC") or 0) / 2e6
    while seconds:
        notify("WATCHDOG=1")
        await asyncio.sleep(seconds)
