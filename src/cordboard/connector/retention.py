"""Retention: what is old enough is erased, once a day and when somebody asks for it.

In:   the days of `[store] keep_days`. Out: calls that everybody was told of, runs that ended, closed reminders: gone.

An open run and a call that is still due stay, however old they are.
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

import structlog
from sqlalchemy import Connection, delete, select

from cordboard.connector.journal import StoreJournal
from cordboard.connector.tables import call, due, entry, reminder, run

log = structlog.get_logger(__name__)

DAY = 86_400
#: rows that are erased in one transaction, so that nobody waits long for the writer
PIECE = 1_000


async def keep_days(journal: StoreJournal, days: int) -> None:
    """Erase what is older, now and once a day, for ever."""
    while True:
        erased = await erase(journal, journal.now() - days * DAY * 1_000_000)
        if erased:
            log.info("old calls were erased", calls=erased, days=days)
        await asyncio.sleep(DAY)


async def erase(journal: StoreJournal, before: int) -> int:
    """Erase what ended before a moment (microseconds); the number of calls."""
    erased = 0
    for old, remove in ((old_runs, remove_runs), (old_calls, remove_calls), (old_reminders, remove_reminders)):
        # looked for by a reader, so that nothing is written where there is nothing to erase
        while found := await journal.store.read(partial(rows, old(before))):
            await journal.write(partial(remove, found))
            erased += len(found) if remove is remove_calls else 0
    return erased


def rows(query: Any, connection: Connection) -> list[Any]:
    return list(connection.execute(query.limit(PIECE)).all())


def old_runs(before: int) -> Any:
    return select(run.c.id).where(run.c.state != "open", run.c.ended_at < before)


def remove_runs(found: list[Any], connection: Connection) -> None:
    ids = [row.id for row in found]
    connection.execute(delete(entry).where(entry.c.run_id.in_(ids)))
    connection.execute(delete(run).where(run.c.id.in_(ids)))


def old_calls(before: int) -> Any:
    is_due = select(due.c.linkedid).where(due.c.pbx == call.c.pbx, due.c.linkedid == call.c.linkedid).exists()
    return select(call.c.pbx, call.c.linkedid).where(call.c.ended_at < before, ~is_due)


def remove_calls(found: list[Any], connection: Connection) -> None:
    for row in found:
        connection.execute(delete(call).where(call.c.pbx == row.pbx, call.c.linkedid == row.linkedid))


def old_reminders(before: int) -> Any:
    return select(reminder.c.connection, reminder.c.mark).where(reminder.c.closed_at < before)


def remove_reminders(found: list[Any], connection: Connection) -> None:
    for row in found:
        connection.execute(delete(reminder).where(reminder.c.connection == row.connection, reminder.c.mark == row.mark))
