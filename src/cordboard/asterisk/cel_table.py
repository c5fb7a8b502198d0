"""CEL as a table: rows of SQLite, PostgreSQL, MariaDB or MySQL, made into events.

In:   a database URL; `?table=NAME` where the table is not called `cel`. Which columns there are is found out.
Out:  pages of `(id, CelEvent)` in the order of the id, which is the order of the events: times may be whole seconds.
Errors: `OSError` where the database cannot be read, `NoCel` where it has no such table, each with a sentence that holds
      no password. Rows that could not be read are in `broken`, by their id.

The surprise: nothing may be locked or held here, since Asterisk writes CEL by one thread that waits for its database.
So every question is a short one of its own (autocommit), and SQLite is opened for reading only.
Following a growing table is `table_follower.py`.
"""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

import msgspec
import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from cordboard.asterisk.cel_csv import BrokenLine, NoCel
from cordboard.asterisk.local_time import LocalClock, Utc
from cordboard.asterisk.table_layout import Layout, find_layout
from cordboard.calls.cel import CelEvent

PAGE = 2000

DRIVERS = {
    "sqlite": "sqlite",
    "postgresql": "postgresql+psycopg",
    "postgres": "postgresql+psycopg",
    "mysql": "mysql+pymysql",
    "mariadb": "mysql+pymysql",
}
#: a database that does not answer is told, not waited for
ARGUMENTS: dict[str, dict[str, Any]] = {
    "postgresql+psycopg": {"connect_timeout": 5, "tcp_user_timeout": 20_000, "prepare_threshold": None},
    "mysql+pymysql": {"connect_timeout": 5, "read_timeout": 20},
}

Row = tuple[int, CelEvent]
T = TypeVar("T")


class Page(msgspec.Struct, frozen=True):
    """What stands behind an id."""

    rows: list[Row]
    #: the id up to which was read, broken rows included; the id asked for where there is nothing behind it
    last: int
    #: whether there may be more behind it
    full: bool


class CelTable:
    """One table, asked over one connection that is opened when needed; one question at a time, from any thread."""

    def __init__(self, url: str, timezone: str | None = None, utc: Utc = "auto") -> None:
        self._url, self._wanted = parse_url(url)
        self._clock = LocalClock(timezone, utc)
        self._lock = threading.Lock()
        self._engine = make_engine(self._url)
        self._connection: sa.Connection | None = None
        self._layout: Layout | None = None
        self.broken: list[BrokenLine] = []
        self.place = self._url.render_as_string(hide_password=True).replace("+psycopg", "").replace("+pymysql", "")

    @property
    def clock(self) -> LocalClock:
        """The clock by which local times are read; it knows the zone once a row told it."""
        return self._clock

    @property
    def lacks(self) -> list[str]:
        """Fields that this table has no column for; known once it was opened."""
        return self._layout.lacks if self._layout else []

    def newest(self) -> int:
        """The greatest id; 0 where the table is empty."""
        return self._ask(lambda layout, connection: connection.execute(layout.newest()).scalar() or 0)

    def page(self, after: int, limit: int = PAGE) -> Page:
        """The rows behind an id, as many as fit into a page."""
        rows = self._ask(lambda layout, connection: connection.execute(layout.behind(after, limit)).all())
        return Page(list(self._events(rows)), int(rows[-1][0]) if rows else after, len(rows) == limit)

    def batches(self) -> Iterator[list[CelEvent]]:
        """All events that are there now, in order; `broken` grows on the way."""
        page = Page([], 0, full=True)
        while page.full:
            page = self.page(page.last)
            yield [event for _, event in page.rows]

    def rows_with(self, ids: list[int]) -> list[Row]:
        """The rows of these ids, as many as there are."""
        rows = self._ask(lambda layout, connection: connection.execute(layout.among(ids)).all())
        return list(self._events(rows))

    def first_since(self, micros: int) -> int:
        """An id with no row behind it that is older than a moment by more than an hour.

        Found by halving, since no table has an index by time; the rows behind it are still to be filtered."""
        low, high = 0, self.newest()
        while low < high:
            middle = (low + high) // 2
            rows = self.page(middle, 1).rows
            if rows and rows[0][1].eventtime < micros - 3_600_000_000:
                low = rows[0][0]
            else:
                high = middle
        return low

    def close(self) -> None:
        """Let go of the connection; the next question opens another."""
        with self._lock:
            self._drop()

    def _ask(self, question: Callable[[Layout, sa.Connection], T]) -> T:
        with self._lock:
            try:
                if self._connection is None:
                    self._connection = self._engine.connect()
                if self._layout is None:
                    self._layout = find_layout(self._connection, self._wanted, self.place)
                    self._set_clock(self._layout, self._connection)
                return question(self._layout, self._connection)
            except SQLAlchemyError as error:
                self._drop()
                raise OSError(sentence(error)) from None
            except NoCel:
                self._drop()
                raise

    def _drop(self) -> None:
        connection, self._connection, self._layout = self._connection, None, None
        if connection is not None:
            try:
                connection.close()
            except SQLAlchemyError:
                connection.invalidate()

    def _set_clock(self, layout: Layout, connection: sa.Connection) -> None:
        """Let a first row of a channel tell the zone, before a row in the middle of a long call has to."""
        row = connection.execute(layout.born()).first()
        if row is not None:
            with contextlib.suppress(ValueError):  # it is told when its turn comes
                layout.event(row, self._clock)

    def _events(self, rows: Any) -> Iterator[Row]:
        layout = self._layout
        assert layout is not None
        for row in rows:
            try:
                yield int(row[0]), layout.event(row, self._clock)
            except ValueError as error:
                self.broken.append(BrokenLine(int(row[0]), str(error)))


def parse_url(text: str) -> tuple[sa.URL, str]:
    """The address for the right driver, and the table it names; ValueError with a sentence where it is none."""
    try:
        url = sa.make_url(text)
    except (ArgumentError, ValueError):
        raise ValueError(
            "the database address cannot be read; write it as mysql://user:password@host/database"
        ) from None
    scheme = url.drivername.partition("+")[0]
    if scheme not in DRIVERS:
        raise ValueError(f"{scheme}:// is no database that is read here; there are {', '.join(sorted(DRIVERS))}")
    if not url.database:
        raise ValueError(f"the address names no database; write it as {scheme}://user:password@host/asteriskcdrdb")
    table = url.query.get("table", "")
    url = url.set(drivername=DRIVERS[scheme]).difference_update_query(["table"])
    return url, table if isinstance(table, str) else table[0]


def make_engine(url: sa.URL) -> sa.Engine:
    """An engine whose every question sees what is there now, and that holds nothing between them."""
    if url.drivername == "sqlite":
        path = quote(str(Path(url.database or "").absolute()))

        def connect() -> sqlite3.Connection:
            return sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=5, check_same_thread=False)

        return sa.create_engine("sqlite://", creator=connect, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    arguments = ARGUMENTS[url.drivername]
    return sa.create_engine(url, connect_args=arguments, poolclass=NullPool, isolation_level="AUTOCOMMIT")


def sentence(error: SQLAlchemyError) -> str:
    """What the driver said, on one line, without the question and its parameters."""
    said = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    text = str(said.args[-1]) if said.args else str(said)
    return " ".join(text.split())[:300] or type(said).__name__
