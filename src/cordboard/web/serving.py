"""Serving: a socket taken before anything is promised, and a server that says when it accepts connections.

In:   host and port; an ASGI application. Out: a listening socket; a server that ends politely at SIGTERM and SIGINT.
Errors: `CannotListen`, one sentence that names the address.

The surprise: uvicorn raises a signal again when it is done, which would end the process (exit code -15) before the
database was closed; ours keeps the signal to itself.
"""

from __future__ import annotations

import asyncio
import gc
import signal
import socket
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

import uvicorn

__all__ = ["AnnouncingServer", "CannotListen", "address_of", "listen", "server_config"]

#: a page with an open WebSocket would hold the process for ever
SHUTDOWN_SECONDS = 3
SIGNALS = (signal.SIGINT, signal.SIGTERM)


class CannotListen(Exception):
    """The address cannot be listened on: another program has it, or it is not ours."""

    exit_code = 3


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes a free one."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=512)
    except OSError as error:
        raise CannotListen(f"{host}:{port} cannot be listened on: {error.strerror}; choose another port") from error


def address_of(listening: socket.socket) -> str:
    """The address by which this machine reaches a listening socket; one that listens everywhere is reached at home."""
    host, port = str(listening.getsockname()[0]), listening.getsockname()[1]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 compared, not listened on
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def server_config(app: Any, **options: Any) -> uvicorn.Config:
    """What every server of ours has in common: no access log, no name of the software, an end within seconds."""
    common = {"log_level": "warning", "access_log": False, "server_header": False}
    return uvicorn.Config(app, timeout_graceful_shutdown=SHUTDOWN_SECONDS, **common, **options)


class AnnouncingServer(uvicorn.Server):
    """uvicorn, telling when it accepts connections."""

    def __init__(self, config: uvicorn.Config, on_started: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_started = on_started

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        loop = asyncio.get_running_loop()
        for number in SIGNALS:
            loop.add_signal_handler(number, self.handle_exit, number, None)
        try:
            yield
        finally:
            for number in SIGNALS:
                loop.remove_signal_handler(number)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            # what the program itself consists of stays: looking through it again and again stopped every call for 90 ms
            gc.collect()
            gc.freeze()
            self._on_started()
