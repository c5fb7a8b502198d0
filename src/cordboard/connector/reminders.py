"""Reminders: one open task or notice for each client of whom a call was missed, and what becomes of it.

In:   the questions about reminders, of the flows of one connection. Out: their answers, durable.

The surprise: a client may be reached while the task is still being made. Then the reminder is closed before its task is
known, and whoever made the task hears of it when it is kept.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, insert, select, update

from cordboard.connector.journal import StoreJournal
from cordboard.connector.tables import reminder
from cordboard.flow.after_finish import Reminder
from cordboard.flow.questions import Done

#: of a call that was missed longer ago nobody is reminded (microseconds)
LATEST = 24 * 3600 * 1_000_000


class Reminders:
    """Those of one connection."""

    def __init__(self, connection: str, journal: StoreJournal, base: Callable[[str], str]) -> None:
        """`base`: what is the same of all ways to write a number."""
        self._connection = connection
        self._journal = journal
        self._base = base

    async def open(self, client: str, mark: str, at: int) -> Reminder:
        """The open reminder of a client; the one of this mark where there is none.

        Of a call that is brought from the past nobody is reminded.
        """
        if self._journal.now() - at > LATEST:
            return Reminder("")
        row: dict[str, object] = {"connection": self._connection, "mark": mark, "client": self._base(client)}

        def work(connection: Connection) -> Reminder:
            query = select(reminder).where(self._is(mark=mark))
            if (own := connection.execute(query).first()) is None:
                earlier = connection.execute(self._open_ones(client)).first()
                if earlier is not None:
                    return reminder_of(earlier)
                connection.execute(
                    insert(reminder).values(**row, task_id="", notified=0, opened_at=self._journal.now())
                )
                return Reminder(mark)
            return reminder_of(own)

        return await self._journal.write(work)

    async def keep(self, made: Reminder) -> bool:
        """Remember what was made; true where the client has been reached since."""

        def work(connection: Connection) -> bool:
            where = self._is(mark=made.mark)
            connection.execute(update(reminder).where(where).values(task_id=made.task_id, notified=made.notified))
            return connection.execute(select(reminder.c.closed_at).where(where)).scalar() is not None

        return await self._journal.write(work)

    async def find(self, client: str, at: int) -> tuple[Reminder, ...]:
        """The open reminders of a client, older than `at`, that have something to undo; the others are closed."""
        wanted = self._open_ones(client).where(reminder.c.opened_at <= at)

        def work(connection: Connection) -> tuple[Reminder, ...]:
            found = [reminder_of(row) for row in connection.execute(wanted)]
            for one in found:
                if not one.task_id and not one.notified:
                    self._close(connection, one.mark)
            return tuple(one for one in found if one.task_id or one.notified)

        has_any = await self._journal.store.read(lambda connection: connection.execute(wanted).first())
        return await self._journal.write(work) if has_any is not None else ()

    async def close(self, mark: str) -> Done:
        """Nothing reminds of it any more."""
        await self._journal.write(lambda connection: self._close(connection, mark))
        return Done()

    def _close(self, connection: Connection, mark: str) -> None:
        closing = update(reminder).where(self._is(mark=mark), reminder.c.closed_at.is_(None))
        connection.execute(closing.values(closed_at=self._journal.now()))

    def _is(self, *, mark: str) -> Any:
        return (reminder.c.connection == self._connection) & (reminder.c.mark == mark)

    def _open_ones(self, client: str) -> Any:
        return select(reminder).where(
            reminder.c.connection == self._connection,
            reminder.c.client == self._base(client),
            reminder.c.closed_at.is_(None),
        )


class Unkept:
    """Those of a connection that only observes: every missed call is the first, and nothing is remembered of it."""

    async def open(self, client: str, mark: str, at: int) -> Reminder:
        return Reminder(mark)

    async def keep(self, made: Reminder) -> bool:
        return False

    async def find(self, client: str, at: int) -> tuple[Reminder, ...]:
        return ()

    async def close(self, mark: str) -> Done:
        return Done()


def reminder_of(row: Any) -> Reminder:
    return Reminder(row.mark, row.task_id, row.notified)
