"""The portal inside a test's own process: a real server on a free port of this machine, in a thread.

In:   a folder for its database, what it is filled with, a clock. Out: a `PortalHere`: its address and keys, `call`,
      the fault switches, and what was asked of it.
The surprise: it is not a stand-in. The database, the transport and every method are those of `cordboard portal`.
"""

from __future__ import annotations

import asyncio
import functools
import json
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import msgspec
import uvicorn

from cordboard.portal.app import build_app
from cordboard.portal.rest.faults import Faults
from cordboard.portal.rest.request import read_params
from cordboard.portal.rest.request_log import Entry
from cordboard.portal.server import Opened, Opening, open_portal
from cordboard.settings import Portal as PortalSettings
from cordboard.testing.clock import Clock
from cordboard.web.serving import listen, server_config

__all__ = ["Asked", "PortalHere", "RestRefused", "portal_here"]

PATIENCE = 20


class RestRefused(Exception):
    """The portal answered with an error; `code` and `status` are its own."""

    def __init__(self, code: str, text: str, status: int) -> None:
        super().__init__(f"{code or 'no code'} ({status}): {text}")
        self.code, self.text, self.status = code, text, status


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that the portal got, and what it answered."""

    #: lower case, such as `telephony.externalcall.register`
    method: str
    params: dict[str, Any]
    #: 0: a fault cut the connection
    status: int
    #: JSON as decoded; None where it was none, or was cut
    answer: Any
    #: the fault switch that struck it, or ""
    fault: str


class PortalHere:
    """A portal that answers."""

    def __init__(self, opened: Opened, url: str, clock: Clock) -> None:
        self._opened = opened
        self.url = url
        self.clock = clock
        #: address of an administrator's inbound webhook with all scopes, ending in `/`
        self.webhook = url + opened.webhook_path
        #: client_id, client_secret, access_token, refresh_token, application_token
        self.application = opened.application

    @property
    def faults(self) -> Faults:
        """The fault switches: `portal.faults.add("QUERY_LIMIT_EXCEEDED", times=2)`."""
        return self._opened.portal.faults

    def call(self, method: str, **params: Any) -> Any:
        """The `result` of a method by the administrator's webhook; `RestRefused` where it is an error."""
        sent = Request(self.webhook + method, json.dumps(params).encode(), {"Content-Type": "application/json"})  # noqa: S310
        try:
            with urlopen(sent, timeout=PATIENCE) as answer:  # noqa: S310 our own address
                return json.load(answer)["result"]
        except HTTPError as error:
            said = json.loads(error.read() or b"{}")
            raise RestRefused(said.get("error", ""), said.get("error_description", ""), error.code) from error

    def asked(self, method: str = "") -> list[Asked]:
        """What was asked so far, oldest first; of one method, or all."""
        entries = reversed(list(self._opened.portal.requests.newest_first()))
        return [asked_of(entry) for entry in entries if not method or entry.method == method.lower()]

    def forget_asked(self) -> None:
        """Begin a new list of what was asked."""
        self._opened.portal.requests.clear()

    def sign_in_link(self, user_id: int) -> str:
        """An address that signs this user in once, for tests with a browser; user 1 is the administrator."""
        return f"{self.url}/login/once/{self._opened.portal.one_time_link(user_id)}"

    def switch(self, name: str, value: Any) -> None:
        """Change a switch of the portal, such as `crm_mode`."""
        asyncio.run(self._opened.portal.set_switch(name, value))


def asked_of(entry: Entry) -> Asked:
    headers = dict(entry.headers)
    content_type = headers.get(b"content-type", b"").decode("latin-1")
    params = read_params(entry.http, entry.query, content_type, entry.body.kept)
    return Asked(entry.method, params, entry.status, decoded(entry.answer.kept), entry.fault)


def decoded(text: bytes) -> Any:
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        return None


def tell(loop: asyncio.AbstractEventLoop, told: Callable[[], None]) -> None:
    """Do something on the portal's thread."""
    loop.call_soon_threadsafe(told)


class QuietServer(uvicorn.Server):
    """uvicorn in a thread: signals are the test's, and it says when it is ready."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()
        self.loop: asyncio.AbstractEventLoop | None = None

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        yield

    async def startup(self, sockets: Any = None) -> None:
        await super().startup(sockets)
        self.loop = asyncio.get_running_loop()
        self.ready.set()


@contextmanager
def portal_here(
    folder: Path, *, seed: str | None = "demo", clock: Clock | None = None, port: int = 0
) -> Generator[PortalHere]:
    """A portal with its database in `folder`, served until the block is left."""
    clock = clock or Clock()
    listening = listen("127.0.0.1", port)
    settings = PortalSettings(db=f"sqlite:///{folder / 'portal.db'}", port=port)
    opened = open_portal(Opening(settings, seed, clock=clock))
    server = QuietServer(server_config(build_app(opened.portal), loop="none", http="httptools"))
    thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[listening])), name="cordboard portal")
    thread.start()
    try:
        if not server.ready.wait(PATIENCE):
            raise RuntimeError(f"the portal did not start within {PATIENCE} s; its log says why")
        assert server.loop is not None
        loop, told = server.loop, opened.portal.faults.changed
        # the test switches faults from its own thread; pages are told on the portal's
        opened.portal.faults.changed = functools.partial(tell, loop, told)
        yield PortalHere(opened, f"http://127.0.0.1:{listening.getsockname()[1]}", clock)
    finally:
        server.should_exit = True
        thread.join(PATIENCE)
        opened.portal.store.close_sync()
