"""A real portal with its REST and its pages on a database of its own, visited without sockets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import httpx
import msgspec
import pytest
from tests.databases import PostgreSql, Sqlite

from cordboard.portal import basics
from cordboard.portal.app import build_app
from cordboard.portal.credentials import add_webhook
from cordboard.portal.keys import secret_hash
from cordboard.portal.pages import live as live_page
from cordboard.portal.pages.site import COOKIE
from cordboard.portal.portal import Portal
from cordboard.portal.rest.moments import micros
from cordboard.portal.seed import seed
from cordboard.portal.views.sessions import find_session, open_session
from cordboard.settings import Portal as PortalSettings

ADDRESS = "http://portal.example"


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = datetime(2026, 8, 14, 9, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **span: float) -> None:
        self.now += timedelta(**span)


class Visitor:
    """A browser of one user."""

    def __init__(self, app: Any, token: str = "", form_token: str = "") -> None:
        self.app, self.token, self.form_token = app, token, form_token
        transport = httpx.ASGITransport(app, client=("127.0.0.1", 40000))
        cookies = {COOKIE: token} if token else None
        self.http = httpx.AsyncClient(transport=transport, base_url=ADDRESS, cookies=cookies)

    async def get(self, path: str) -> httpx.Response:
        return await self.http.get(path)

    async def post(self, path: str, **fields: str) -> httpx.Response:
        return await self.http.post(path, data={"form_token": self.form_token, **fields})

    @asynccontextmanager
    async def live(self, page: str, version: str = "") -> AsyncIterator[Live]:
        """The live connection of a page that was drawn with this version."""
        live = Live()
        query = urlencode({"page": page, "after": version}, quote_via=quote)
        headers = [(b"host", b"portal.example"), (b"cookie", f"{COOKIE}={self.token}".encode())]
        scope: dict[str, Any] = {"type": "websocket", "path": "/ws", "query_string": query.encode(), "headers": headers}
        scope |= {"scheme": "ws", "subprotocols": [], "client": ("127.0.0.1", 40000), "server": ("portal.example", 80)}
        await live.to_server.put({"type": "websocket.connect"})
        serving = asyncio.create_task(self.app(scope, live.to_server.get, live.to_page.put))
        assert "websocket.accept" == (await live.to_page.get())["type"]
        try:
            yield live
        finally:
            await live.to_server.put({"type": "websocket.disconnect", "code": 1000})
            await asyncio.wait_for(serving, 5)


class Live:
    """What a page hears."""

    def __init__(self) -> None:
        self.to_server: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.to_page: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        #: heard, and not looked at yet
        self.kept: list[dict[str, Any]] = []

    def so_far(self) -> list[dict[str, Any]]:
        """Everything that has come, without waiting."""
        come = [self.to_page.get_nowait() for _ in range(self.to_page.qsize())]
        return [msgspec.json.decode(one["text"]) if "text" in one else one for one in come]

    async def heard(self) -> list[dict[str, Any]]:
        """Everything up to the next heartbeat from now on, or the close, which are kept too."""
        messages = self.so_far()
        if messages and messages[-1].get("type") == "websocket.close":
            return messages
        while True:
            message = await asyncio.wait_for(self.to_page.get(), 5)
            if message["type"] == "websocket.close":
                return [*messages, message]
            messages.append(msgspec.json.decode(message["text"]))
            if messages[-1].get("signal") == "beat":
                return messages


class House:
    """One portal: its REST as an administrator's webhook, and visitors of its pages."""

    def __init__(self, portal: Portal, clock: Clock) -> None:
        self.portal, self.clock = portal, clock
        self.app = build_app(portal)
        self.stranger = Visitor(self.app)
        self.webhook = portal.store.write_sync(lambda c: add_webhook(c, 1, micros(clock())))

    def visitor(self, user_id: int) -> Visitor:
        """A browser in which this user is signed in."""
        now, store = micros(self.clock()), self.portal.store
        token = store.write_sync(lambda c: open_session(c, user_id, now, "test"))
        session = store.read_sync(lambda c: find_session(c, token, now))
        assert session is not None
        assert secret_hash(token) == session.secret_hash
        return Visitor(self.app, token, session.form_token)

    async def call(self, method: str, **params: Any) -> Any:
        """The result of a REST method."""
        answer = await self.stranger.http.post(f"{self.webhook}{method}", json=params)
        assert answer.status_code == 200, answer.text
        return answer.json()["result"]

    async def register(self, **params: Any) -> str:
        call = {"USER_ID": 3, "PHONE_NUMBER": "+79161230000", "TYPE": 2, "CRM_CREATE": 1, "SHOW": 1}
        return (await self.call("telephony.externalCall.register", **(call | params)))["CALL_ID"]

    async def finish(self, call_id: str, **params: Any) -> Any:
        told = {"CALL_ID": call_id, "USER_ID": 3, "DURATION": 12}
        return await self.call("telephony.externalCall.finish", **(told | params))


@pytest.fixture(scope="session")
def furnished(databases: Sqlite | PostgreSql, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database with the demo's people and clients, to be copied."""
    url = databases.new()
    files = str(tmp_path_factory.mktemp("files"))
    portal, now = Portal.open(PortalSettings(files=files), db=url), micros(Clock()())
    person = {"name": "Maria", "last_name": "Stern"}
    portal.store.write_sync(lambda c: basics.install(c, now, login="admin", password="secret-word", **person))
    portal.store.write_sync(lambda c: seed(c, now))
    portal.store.close_sync()
    return url


@pytest.fixture
def house(
    databases: Sqlite | PostgreSql, furnished: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[House]:
    """A portal on each kind of database for every test: 1 Maria, the administrator, 2 Anna, 3 Boris, 4 Carla."""
    monkeypatch.setattr(live_page, "HEARTBEAT", 0.1)
    url, clock = databases.copy(furnished), Clock()
    portal = Portal.open(PortalSettings(files=f"{tmp_path}/files"), db=url, clock=clock)
    yield House(portal, clock)
    portal.store.close_sync()
    databases.drop(url)
