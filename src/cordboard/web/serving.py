"""Serving: a socket taken before anything is promised, and a server that says when it accepts connections.

In:   host and port; an ASGI application. Out: a listening socket; a server that ends politely at SIGTERM and SIGINT.
Errors: `CannotListen`, one sentence that names the address, or the file of a certificate.

The surprise: uvicorn raises a signal again when it is done, which would end the process (exit code -15) before the
database was closed; ours keeps the signal to itself.
"""

from __future__ import annotations

import asyncio
import errno
import gc
import os
import signal
import socket
import ssl
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn

from cordboard.web.notice import notify, tell_alive

__all__ = ["AnnouncingServer", "CannotListen", "address_of", "check_certificate", "listen", "server_config"]

#: a page with an open WebSocket would hold the process for ever
SHUTDOWN_SECONDS = 3
SIGNALS = (signal.SIGINT, signal.SIGTERM)


class CannotListen(Exception):
    """The address cannot be listened on: another program has it, or it is not ours."""

    exit_code = 3


class BadCertificate(CannotListen):
    """The files of a certificate cannot be used."""

    exit_code = 4


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes a free one."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=512)
    except OSError as error:
        # create_server adds the address to the words of the system
        said = os.strerror(error.errno) if error.errno else str(error)
        advice = "this machine has no such address" if error.errno == errno.EADDRNOTAVAIL else "choose another port"
        raise CannotListen(f"{host}:{port} cannot be listened on: {said}; {advice}") from error
    except OverflowError as error:
        raise CannotListen(f"{host}:{port} cannot be listened on: a port is a number from 0 to 65535") from error


def check_certificate(certificate: Path, key: Path) -> None:
    """Refuse files with which no HTTPS can be served, before anything is promised."""
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key)
    except OSError as error:
        missing = next((path for path in (certificate, key) if not os.access(path, os.R_OK)), None)
        if missing is not None:
            raise BadCertificate(f"{missing} cannot be read: {os.strerror(error.errno or 0)}") from error
        raise BadCertificate(
            f"{certificate} and {key} cannot serve HTTPS: expected a certificate in PEM and the key that belongs to it"
        ) from error


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
    """uvicorn, telling when it accepts connections, and a service manager that it lives."""

    def __init__(self, config: uvicorn.Config, on_started: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_started = on_started
        self._alive: asyncio.Task[None] | None = None

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
            notify("READY=1\nSTATUS=running")
            self._alive = asyncio.create_task(tell_alive())

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        notify("STOPPING=1")
        await super().shutdown(sockets)
        if self._alive is not None:
            self._alive.cancel()
