"""Retention: what is old enough is erased, once a day and when somebody asks for it.

In:   the days of `[store] keep_days`. Out: calls that everybody was told of, runs that ended, closed reminders: gone.

An open run and a call that is still due stay, however old they are.
"""

from __future__ import annotations

import asyncio

import structlog
from sqlalchemy import Connection, Delete, delete, select

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
    for work in (old_runs, old_calls, old_reminders):
        while count := await journal.write(lambda connection, work=work: work(connection, before)):
            erased += count if work is old_calls else 0
    return erased


def old_runs(connection: Connection, before: int) -> int:
    ids = list(
        connection.execute(
            select(run.c.id).where(run.c.state != "open", run.c.ended_at < before).limit(PIECE)
        ).scalars()
    )
    connection.execute(delete(entry).where(entry.c.run_id.in_(ids)))
    connection.execute(delete(run).where(run.c.id.in_(ids)))
    return len(ids)


def old_calls(connection: Connection, before: int) -> int:
    is_due = select(due.c.linkedid).where(due.c.pbx == call.c.pbx, due.c.linkedid == call.c.linkedid).exists()
    query = select(call.c.pbx, call.c.linkedid).where(call.c.ended_at < before, ~is_due).limit(PIECE)
    rows = connection.execute(query).all()
    for pbx, linkedid in rows:
        connection.execute(delete(call).where(call.c.pbx == pbx, call.c.linkedid == linkedid))
    return len(rows)


def old_reminders(connection: Connection, before: int) -> int:
    statement: Delete = delete(reminder).where(reminder.c.closed_at < before)
    connection.execute(statement)
    return 0
