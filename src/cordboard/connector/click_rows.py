"""Click rows: what the journal holds of calls that were asked for, until their runs have ended.

In:   what was asked, and the run that was begun for it. Out: rows; everything is durable when a function returns.
"""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import Connection, delete, insert, select, update

from cordboard.connector.journal import StoreJournal, add_run
from cordboard.connector.tables import click
from cordboard.crm.asked import Click
from cordboard.delivery.ledger import RunKey, StoredRun


class Row(msgspec.Struct):
    """A call that was asked for."""

    key: RunKey
    click: Click
    #: microseconds since the epoch
    asked_at: int
    #: whose telephone is rung, "" until that is known
    extension: str = ""
    #: when the exchange was asked, 0 = it was not
    sent_at: int = 0


class ClickRows:
    """Those of one connector."""

    def __init__(self, journal: StoreJournal) -> None:
        self._journal = journal

    async def add(self, row: Row, stored: StoredRun) -> None:
        """Keep what was asked together with the run that finishes it: neither is ever there without the other."""
        values = {
            **row.key._asdict(),
            "asked": msgspec.json.encode(row.click),
            "asked_at": row.asked_at,
        }

        def work(connection: Connection) -> int:
            connection.execute(insert(click).values(values))
            return add_run(connection, stored, row.asked_at)

        stored.id = await self._journal.write(work)

    async def sent(self, row: Row) -> None:
        """The exchange is about to be asked."""
        statement = update(click).where(is_row(row.key)).values(extension=row.extension, sent_at=row.sent_at)
        await self._journal.write(lambda connection: connection.execute(statement))

    async def forget(self, key: RunKey) -> None:
        """The run has ended."""
        await self._journal.write(lambda connection: connection.execute(delete(click).where(is_row(key))))

    def all(self) -> list[Row]:
        """Rows of an earlier life, the oldest first."""
        query = select(click).order_by(click.c.asked_at)
        return [row_of(found) for found in self._journal.store.read_sync(lambda x: x.execute(query).all())]


def is_row(key: RunKey) -> Any:
    return (click.c.pbx == key.pbx) & (click.c.linkedid == key.linkedid)


def row_of(found: Any) -> Row:
    asked = msgspec.json.decode(found.asked, type=Click)
    key = RunKey(found.pbx, found.linkedid, found.connection)
    return Row(key, asked, found.asked_at, found.extension or "", found.sent_at or 0)
