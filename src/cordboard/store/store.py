"""Store: what portal and connector use of a database.

In:   works, plain functions of a SQLAlchemy connection. Out: their results, of writes after the commit is durable.
One writer thread and a few reader threads; the event loop never waits for a disk.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Self, TypeVar

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from cordboard.measures import Spread
from cordboard.store.engines import Engines, open_engines, sqlite_path
from cordboard.store.errors import StoreForeign, StoreOld, StoreUnreachable, StoreWriteFailed
from cordboard.store.lock import FileLock, take_session_lock
from cordboard.store.migrate import migrate, schema_name
from cordboard.store.reasons import reason_of
from cordboard.store.writer import Writer

T = TypeVar("T")

READERS = 4
#: seconds between looks whether the session that writes is still there
LOOK = 0.5
ONE = text("SELECT 1")


class Store:
    """One open database; made by `Store.open`."""

    def __init__(self, engines: Engines, writer: Writer, lock: FileLock | None) -> None:
        self.engines = engines
        self._writer = writer
        self._lock = lock
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="reader")

    @classmethod
    def open(cls, url: str, *, migrations: Path | str, exclusive: bool = True) -> Self:
        """Open the database, bring its schema up to date and become its one owner.

        `migrations` is the folder, or the name of the package, that holds the Alembic scripts. `exclusive` false is for
        short commands that read or add one row beside a running owner.
        """
        engines = open_engines(url, readers=READERS)
        lock: FileLock | None = None
        try:
            lock = take_file_lock(engines) if exclusive else None
            writer = Writer(lambda: connect(engines, schema_name(migrations), exclusive), engines.name)
            try:
                if exclusive:
                    writer_run(writer, lambda connection: migrate(connection, migrations))
            except BaseException:
                writer.close()
                raise
        except BaseException as error:
            engines.dispose()
            if lock is not None:
                lock.release()
            if isinstance(error, StoreForeign | StoreOld):
                raise type(error)(f"{engines.name}: {error}") from error
            if isinstance(error, DBAPIError):
                raise StoreUnreachable(f"{engines.name} cannot be opened: {reason_of(error)}") from error
            raise
        return cls(engines, writer, lock)

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Run a work in a transaction shared with others; returns when it is durable, raises what it raised."""
        return await self._writer.submit(work, asyncio.get_running_loop())

    def write_sync(self, work: Callable[[Connection], T]) -> T:
        """The same for a caller that may block."""
        return self._writer.submit(work).result()

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Run a work that only reads, in a reader thread; it sees one moment of the database."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, self.read_sync, work)

    def read_sync(self, work: Callable[[Connection], T]) -> T:
        """The same in this thread."""
        try:
            with self.engines.reader.connect() as connection:
                return work(connection)
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
        # the server was begun anew: the pool is empty now, and reading again has no second effect
        with self.engines.reader.connect() as connection:
            return work(connection)

    def trouble(self) -> str:
        """Why the database cannot be used at the moment, or "": it is read, and the last commit is remembered."""
        try:
            self.read_sync(lambda connection: connection.execute(text("SELECT 1")).scalar_one())
        except DBAPIError as error:
            return f"{self.engines.name} cannot be read: {reason_of(error)}"
        return self._writer.trouble

    @property
    def taken_by(self) -> str:
        """Who owns the database now, in words, where the lock was lost with the session that wrote; else ""."""
        return self._writer.taken_by

    async def lost(self) -> str:
        """Waits until another process owns the database, and says which; a lock on a file is never lost."""
        while not self.taken_by:
            await asyncio.sleep(LOOK)
            if self._lock is None:
                with suppress(StoreWriteFailed):
                    await self._writer.submit(lambda connection: connection.execute(ONE), asyncio.get_running_loop())
        return self.taken_by

    @property
    def commits(self) -> Spread:
        """How long transactions took to be durable."""
        return self._writer.spread

    async def close(self) -> None:
        """Finish what was handed over and give the database back."""
        await asyncio.to_thread(self.close_sync)

    def close_sync(self) -> None:
        self._writer.close()
        self._readers.shutdown()
        self.engines.dispose()
        if self._lock is not None:
            self._lock.release()


def writer_run(writer: Writer, work: Callable[[Connection], T]) -> T:
    return writer.submit(work).result()


def take_file_lock(engines: Engines) -> FileLock | None:
    path = sqlite_path(engines.url)
    if not path:
        return None
    try:
        return FileLock(path)
    except OSError as error:
        raise StoreUnreachable(f"{path}-lock cannot be written: {error.strerror}") from error


def connect(engines: Engines, name: str, exclusive: bool) -> Connection:
    """The connection of the writer; on PostgreSQL it holds the lock of the database."""
    connection = engines.writer.connect()
    if exclusive and not sqlite_path(engines.url):
        try:
            take_session_lock(connection, name, engines.name)
            connection.commit()
        except BaseException:
            connection.close()
            raise
    return connection
