"""A real portal on a database of its own, asked through its ASGI face without sockets."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec
import pytest
from tests.databases import PostgreSql, Sqlite

from cordboard.portal import basics
from cordboard.portal.credentials import add_application, add_webhook
from cordboard.portal.portal import Portal
from cordboard.portal.rest.asgi import RestApp
from cordboard.portal.rest.moments import micros
from cordboard.settings import Portal as PortalSettings


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = datetime(2026, 8, 14, 9, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **span: float) -> None:
        self.now += timedelta(**span)


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    raw: bytes

    @property
    def body(self) -> Any:
        return msgspec.json.decode(self.raw)

    @property
    def result(self) -> Any:
        assert self.status == 200, self.raw
        return self.body["result"]

    @property
    def refusal(self) -> tuple[int, str, str]:
        return self.status, self.body["error"], self.body["error_description"]


class Rest:
    """A client of one portal; `call` uses an administrator's webhook with all scopes."""

    def __init__(self, portal: Portal, clock: Clock) -> None:
        self.portal, self.clock = portal, clock
        self.app = RestApp(portal)
        now = micros(clock())
        self.webhook = portal.store.write_sync(lambda c: add_webhook(c, 1, now))
        self.application = portal.store.write_sync(lambda c: add_application(c, "Tests", 1, now))

    def call(self, method: str, params: dict[str, Any] | None = None, *, webhook: str = "") -> Answer:
        body = msgspec.json.encode(params or {})
        return self.send((webhook or self.webhook) + method, body, content_type="application/json")

    def send(
        self,
        path: str,
        body: bytes = b"",
        *,
        http: str = "POST",
        content_type: str = "",
        headers: dict[str, str] | None = None,
    ) -> Answer:
        path, _, query = path.partition("?")
        sent = {"host": "portal.example", "content-type": content_type, **(headers or {})}
        scope = {
            "type": "http",
            "method": http,
            "scheme": "http",
            "path": path,
            "query_string": quote(query, safe="%=&+[]$<>!@").encode(),
            "headers": [(name.encode(), value.encode()) for name, value in sent.items() if value],
            "client": ("192.0.2.1", 40000),
            "server": ("portal.example", 80),
        }
        return asyncio.run(self._send(scope, body))

    async def _send(self, scope: dict[str, Any], body: bytes) -> Answer:
        messages: list[Any] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            messages.append(message)

        await self.app(scope, receive, send)
        headers = {name.decode(): value.decode() for name, value in messages[0]["headers"]}
        return Answer(messages[0]["status"], headers, messages[1]["body"])


@pytest.fixture(scope="session")
def new_database(databases: Sqlite | PostgreSql) -> str:
    """A database as a new portal has it, to be copied: user 1 is the administrator, 2 Anna Orlova, extension 101."""
    url = databases.new()
    portal, now = Portal.open(db=url), micros(Clock()())
    person = {"name": "Maria", "last_name": "Stern"}
    portal.store.write_sync(lambda c: basics.install(c, now, login="admin", password="secret-word", **person))
    portal.store.write_sync(
        lambda c: basics.add_user(c, now, login="anna", name="Anna", last_name="Orlova", extension="101")
    )
    portal.store.close_sync()
    return url


@pytest.fixture
def rest(databases: Sqlite | PostgreSql, new_database: str, tmp_path: Path) -> Iterator[Rest]:
    """A portal of its own for every test, on each kind of database."""
    url, clock = databases.copy(new_database), Clock()
    portal = Portal.open(PortalSettings(files=str(tmp_path / "files")), db=url, clock=clock)
    yield Rest(portal, clock)
    portal.store.close_sync()
    databases.drop(url)
