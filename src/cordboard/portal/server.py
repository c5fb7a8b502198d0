"""Running the portal: open its database, fill a new one, listen, say that it is ready.

In:   what the command line or the settings file ask for. Out: a served portal and its `Ready` line (DESIGN 3).
Errors: `PortalCannotStart` and the store's own errors, each a sentence and an exit code.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import msgspec
from sqlalchemy import Connection, select, text

from cordboard.portal import basics, seed, seed_week
from cordboard.portal.app import build_app
from cordboard.portal.credentials import replace_printed
from cordboard.portal.fixture import FixtureError, load, read_fixture
from cordboard.portal.passwords import new_password
from cordboard.portal.portal import MIGRATIONS, Portal, system_clock
from cordboard.portal.rest.moments import micros
from cordboard.portal.tables import metadata, users
from cordboard.settings import Portal as PortalSettings
from cordboard.store import Store
from cordboard.web.serving import AnnouncingServer, server_config

__all__ = ["Opening", "PortalCannotStart", "Ready", "open_portal", "serve"]

ADMINISTRATOR = 1


class PortalCannotStart(Exception):
    """The portal cannot be started; the message says why and what to do."""

    def __init__(self, message: str, exit_code: int = 4) -> None:
        super().__init__(message)
        self.exit_code = exit_code


@dataclass(frozen=True, slots=True)
class Opening:
    """How a portal is opened."""

    settings: PortalSettings
    seed: str | None = None
    reset: bool = False
    #: now, for everything the portal does
    clock: Callable[[], datetime] = system_clock


class Ready(msgspec.Struct, omit_defaults=True):
    """The line printed once the portal serves."""

    url: str
    login: str
    #: only when the database is new: it is stored as argon2 and cannot be read again
    password: str | None
    webhook: str
    application: dict[str, str]
    sign_in: str = ""


@dataclass(slots=True)
class Opened:
    """An open portal, and what its ready line will tell."""

    portal: Portal
    login: str
    password: str | None
    webhook_path: str
    application: dict[str, str] = field(repr=False)


def open_portal(opening: Opening) -> Opened:
    """Open the database (a new one gets its administrator, with `seed` its data) and mint the printed keys."""
    fill = seeding(opening.seed)
    store = Store.open(opening.settings.db, migrations=MIGRATIONS)
    now = micros(opening.clock())
    password = new_password()

    def prepare(connection: Connection) -> tuple[bool, str, str, dict[str, str]]:
        if opening.reset:
            empty(connection)
        new = basics.is_new(connection)
        if new:
            basics.install(connection, now, login="admin", password=password, name="Maria", last_name="Stern")
            fill(connection, now)
        login = connection.execute(select(users.c.login).where(users.c.id == ADMINISTRATOR)).scalar_one()
        return new, login, *replace_printed(connection, ADMINISTRATOR, now)

    try:
        new, login, path, application = store.write_sync(prepare)
    except FixtureError as error:
        store.close_sync()
        raise PortalCannotStart(str(error)) from error
    return Opened(Portal(store, opening.settings, opening.clock), login, password if new else None, path, application)


def seeding(name: str | None) -> Callable[[Connection, int], None]:
    """What fills a new database: nothing, the demo, or a file, which is read before any database is opened."""
    if name is None:
        return lambda connection, now: None
    if name == "demo":
        return seed.seed
    if name == "week":
        return seed_demo_and_week
    try:
        fixture = read_fixture(Path(name))
    except FixtureError as error:
        raise PortalCannotStart(str(error)) from error
    return lambda connection, now: load(connection, fixture)


def seed_demo_and_week(connection: Connection, now: int) -> None:
    """The demo, and what its people did in the last seven days."""
    seed.seed(connection, now)
    seed_week.seed_week(connection, now)


def empty(connection: Connection) -> None:
    """Remove every row and count ids from 1 again."""
    if connection.dialect.name == "sqlite":
        for table in reversed(metadata.sorted_tables):
            connection.execute(table.delete())
        connection.execute(text("DELETE FROM sqlite_sequence"))
    else:
        names = ", ".join(f'"{table.name}"' for table in metadata.sorted_tables)
        connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY"))


async def serve(
    opened: Opened,
    listening: socket.socket,
    on_ready: Callable[[Ready], None],
    *,
    tls_cert: Path | None = None,
    tls_key: Path | None = None,
    sign_in_as: int | None = None,
) -> None:
    """Serve until SIGTERM or SIGINT; `on_ready` gets the line when the first request can be answered."""
    host, port = listening.getsockname()[:2]
    url = (
        opened.portal.settings.public_url
        or f"{'https' if tls_cert else 'http'}://{f'[{host}]' if ':' in host else host}:{port}"
    )
    opened.portal.url = url
    ready = Ready(url, opened.login, opened.password, url + opened.webhook_path, opened.application)
    if sign_in_as is not None:
        ready.sign_in = f"{url}/login/once/{opened.portal.one_time_link(sign_in_as)}"
    app = build_app(opened.portal)
    config = server_config(app, loop="uvloop", http="httptools", ssl_certfile=tls_cert, ssl_keyfile=tls_key)
    server = AnnouncingServer(config, lambda: on_ready(ready))
    try:
        await server.serve(sockets=[listening])
    finally:
        await opened.portal.close()
