"""The writer: one thread takes all waiting works into one transaction, so that many requests share one commit.

In:   works, functions of a connection. Out: each caller gets its own result after the commit is durable, or the very
exception its work raised.
Surprise: with several works in one transaction each runs in a savepoint, so that one failing does not hurt the others;
alone it needs none. A failed commit fails all of them, and nothing was kept.
"""

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from cordboard.measures import Spread
from cordboard.store.errors import StoreLocked, StoreWriteFailed
from cordboard.store.reasons import reason_of

#: works in one transaction at most: bounds the wait of the first
GROUP = 128

Work = Callable[[Connection], Any]


class Job:
    """A work, and where its result goes."""

    __slots__ = ("error", "loop", "result", "waiter", "work")

    def __init__(self, work: Work, loop: asyncio.AbstractEventLoop | None) -> None:
        self.work = work
        self.loop = loop
        self.waiter: Any = loop.create_future() if loop else Future()
        self.result: Any = None
        self.error: BaseException | None = None


class Writer:
    """The thread, and the only connection that writes."""

    def __init__(self, connect: Callable[[], Connection], name: str) -> None:
        self._connect = connect
        self._connection: Connection | None = connect()
        self._name = name
        self._queue: SimpleQueue[Job | None] = SimpleQueue()
        self._closed = False
        #: why the last commit failed, "" since one succeeded
        self.trouble = ""
        #: who has the database now, where the lock was lost with its session
        self.taken_by = ""
        #: of transactions, from their first statement until they are durable
        self.spread = Spread()
        self._thread = threading.Thread(target=self._run, name=f"writer of {name}", daemon=True)
        self._thread.start()

    def submit(self, work: Work, loop: asyncio.AbstractEventLoop | None = None) -> Any:
        """Hand a work over; returns what to wait for: a future of `loop`, or a thread's future."""
        if self._closed:
            raise StoreWriteFailed(f"{self._name} is closed")
        job = Job(work, loop)
        self._queue.put(job)
        return job.waiter

    def close(self) -> None:
        """Finish what was handed over, then end the thread."""
        if not self._closed:
            self._closed = True
            self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        while True:
            batch, last = self._next_batch()
            if batch:
                self._commit(batch)
                deliver(batch)
            if last:
                break
        if self._connection is not None:
            self._connection.close()

    def _next_batch(self) -> tuple[list[Job], bool]:
        batch: list[Job] = []
        job = self._queue.get()
        while job is not None:
            batch.append(job)
            if len(batch) >= GROUP:
                return batch, False
            try:
                job = self._queue.get_nowait()
            except Empty:
                return batch, False
        return batch, True

    def _commit(self, batch: list[Job]) -> None:
        began = time.perf_counter()
        try:
            connection = self._connection = self._connection or self._connect()
            with connection.begin() as transaction:
                for job in batch:
                    attempt(connection, job, alone=len(batch) == 1)
                if len(batch) == 1 and batch[0].error is not None:
                    transaction.rollback()
            self.trouble = ""
            self.spread.add(time.perf_counter() - began)
        except Exception as error:
            # SQLAlchemy's, the lock's, or the driver's own (a savepoint on a lost connection): nothing was kept
            self._fail(batch, error)

    def _fail(self, batch: list[Job], error: Exception) -> None:
        """Nothing was kept: every job that believed itself done must hear it."""
        if isinstance(error, DBAPIError) and error.connection_invalidated:
            # the lock of the session is gone with it: the next batch takes both anew, or learns who has them
            self._connection = None
        if isinstance(error, StoreLocked):
            self.taken_by = str(error)
        self.trouble = f"{self._name} could not be written: {reason_of(error)}"
        for job in batch:
            if job.error is None:
                job.error = StoreWriteFailed(self.trouble)
                job.error.__cause__ = error


def attempt(connection: Connection, job: Job, *, alone: bool) -> None:
    """Run one work; whatever it raises is the answer of its caller."""
    try:
        if alone:
            job.result = job.work(connection)
            return
    except BaseException as error:
        if isinstance(error, DBAPIError) and error.connection_invalidated:
            raise
        job.error = error
        return
    # said to the driver itself: Core's own savepoints cost more than most works
    driver: Any = connection.connection.dbapi_connection
    driver.execute("SAVEPOINT work")
    try:
        job.result = job.work(connection)
    except BaseException as error:
        if isinstance(error, DBAPIError) and error.connection_invalidated:
            raise
        job.error = error
        driver.execute("ROLLBACK TO SAVEPOINT work")
    driver.execute("RELEASE SAVEPOINT work")


def deliver(batch: list[Job]) -> None:
    """Wake the callers in order of commit; one message per event loop, not one per job."""
    loops: dict[asyncio.AbstractEventLoop, list[Job]] = {}
    for job in batch:
        if job.loop is None:
            settle(job)
        else:
            loops.setdefault(job.loop, []).append(job)
    for loop, jobs in loops.items():
        try:
            loop.call_soon_threadsafe(settle_all, jobs)
        except RuntimeError:
            continue  # the loop was closed while its last writes were under way: they are durable, nobody waits


def settle_all(jobs: list[Job]) -> None:
    for job in jobs:
        settle(job)


def settle(job: Job) -> None:
    if job.waiter.done():
        return  # the caller gave up waiting
    if job.error is None:
        job.waiter.set_result(job.result)
    else:
        job.waiter.set_exception(job.error)
