"""Engines: SQLite and PostgreSQL set up alike, one for the writer, one for the readers.

In:   a database URL (`sqlite:///portal.db`, `postgresql://user@host/name`).
Out:  `Engines`, whose connections commit durably.
Surprise: pysqlite opens transactions by itself, too late and too weakly; we switch that off and say BEGIN IMMEDIATE for
the writer (so that it never has to upgrade a read lock) and BEGIN for readers (so that a reader sees one moment, for
which PostgreSQL's need REPEATABLE READ).
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import QueuePool

from cordboard.store.errors import StoreUnreachable

#: seconds a statement waits for a lock of somebody else (a backup, `sqlite3` by hand)
BUSY = 10


@dataclass(frozen=True, slots=True)
class Engines:
    url: URL
    writer: Engine
    reader: Engine

    def dispose(self) -> None:
        self.writer.dispose()
        self.reader.dispose()

    @property
    def name(self) -> str:
        """The database in words, without a password."""
        return sqlite_path(self.url) or self.url.set(drivername="postgresql").render_as_string(hide_password=True)


def open_engines(text: str, *, readers: int) -> Engines:
    url = read_url(text)
    if url.get_backend_name() == "sqlite":
        folder = Path(sqlite_path(url)).resolve().parent
        if not folder.is_dir():
            raise StoreUnreachable(f"{sqlite_path(url)}: the folder {folder} does not exist; make it or name another")
        writer = sqlite_engine(url, begin="BEGIN IMMEDIATE", size=1)
        return Engines(url, writer, sqlite_engine(url, begin="BEGIN", size=readers))
    reader = postgresql_engine(url, size=readers, isolation_level="REPEATABLE READ")
    return Engines(url, postgresql_engine(url, size=1), reader)


def read_url(text: str) -> URL:
    """The URL with our drivers; anything but SQLite files and PostgreSQL is refused."""
    try:
        url = make_url(text)
    except (ArgumentError, ValueError) as error:
        # a password may stand in it
        shown = re.sub(r"//.*@", "//…@", text)
        raise StoreUnreachable(f"{shown!r} is no database URL; write sqlite:///FILE or postgresql://…") from error
    match url.get_backend_name():
        case "sqlite" if sqlite_path(url) not in ("", ":memory:"):
            return url.set(drivername="sqlite+pysqlite")
        case "sqlite":
            raise StoreUnreachable("a database in memory dies with the process; write sqlite:///FILE")
        case "postgresql" | "postgres":
            return url.set(drivername="postgresql+psycopg")
        case other:
            raise StoreUnreachable(f"{other} is not supported; write sqlite:///FILE or postgresql://…")


def sqlite_path(url: URL) -> str:
    """The file of an SQLite database, "" for others."""
    return (url.database or "") if url.get_backend_name() == "sqlite" else ""


def sqlite_engine(url: URL, *, begin: str, size: int) -> Engine:
    engine = create_engine(
        url,
        poolclass=QueuePool,
        pool_size=size,
        max_overflow=0,
        connect_args={"check_same_thread": False, "timeout": BUSY, "isolation_level": None, "cached_statements": 512},
        **JSON,
    )

    def connected(raw: Any, _record: Any) -> None:
        for pragma in PRAGMAS:
            raw.execute(f"PRAGMA {pragma}")
        # its own knows only ASCII: a search for a Cyrillic name would find nothing
        raw.create_function("lower", 1, lower, deterministic=True)

    def begun(connection: Any) -> None:
        connection.exec_driver_sql(begin)

    event.listen(engine, "connect", connected)
    event.listen(engine, "begin", begun)
    return engine


def lower(value: Any) -> Any:
    """SQL's lower() for every alphabet."""
    return value.lower() if isinstance(value, str) else value


def postgresql_engine(url: URL, *, size: int, **options: Any) -> Engine:
    return create_engine(
        url,
        pool_size=size,
        max_overflow=0,
        # short: a dead session must not hold the advisory lock for hours
        connect_args={
            "keepalives_idle": 2,
            "keepalives_interval": 1,
            "keepalives_count": 2,
            "tcp_user_timeout": 4000,
            "connect_timeout": 10,
        },
        **JSON,
        **options,
    )


def to_json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


JSON: dict[str, Any] = {"json_serializer": to_json, "json_deserializer": msgspec.json.decode}

PRAGMAS = (
    "journal_mode = WAL",
    # FULL: a commit survives a power cut, not only a crash of the process
    "synchronous = FULL",
    "foreign_keys = ON",
    "temp_store = MEMORY",
    "cache_size = -65536",
    # a long queue of writers would otherwise copy pages back every 4 MB, in the middle of somebody's request
    "wal_autocheckpoint = 4000",
)
