"""Wishes: what somebody asked of the queue by a command, done here because only we know what is under way.

In:   rows of `wish` without an answer. Out: the connection held or let go, a call given up or told again; the answer.

The surprise: a connection stays held over a restart, so the last wish about it counts for ever.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import structlog
from sqlalchemy import Connection, insert, select, update

from cordboard.connector.due import end_of
from cordboard.connector.journal import StoreJournal
from cordboard.connector.tables import call, wish
from cordboard.delivery.ledger import RunKey
from cordboard.delivery.worker import Worker
from cordboard.flow.situation import News

log = structlog.get_logger(__name__)

EVERY = 1.0
HOLDING = ("pause", "resume")


class Wishes:
    """Wishes about the connections of one connector."""

    def __init__(self, journal: StoreJournal, workers: Mapping[str, Worker]) -> None:
        self._journal = journal
        self._workers = workers

    def hold(self) -> None:
        """Hold what was held when we stopped."""
        for name, worker in self._workers.items():
            if self._journal.store.read_sync(lambda connection, name=name: is_held(connection, name)):
                worker.line.hold()

    async def follow(self) -> None:
        """Do what is wished, for ever."""
        while True:
            await asyncio.sleep(EVERY)
            for row in await self._journal.store.read(open_wishes):
                answer = await self._do(row)
                log.info("a wish about the queue", what=row.what, connection=row.connection, answer=answer)
                done = update(wish).where(wish.c.id == row.id).values(answer=answer)
                await self._journal.write(lambda connection, done=done: connection.execute(done))

    async def _do(self, row: Any) -> str:
        worker = self._workers.get(row.connection)
        if worker is None:
            return f"there is no connection {row.connection} in the settings of the running connector"
        key = RunKey(row.pbx, row.linkedid, row.connection)
        match row.what:
            case "pause":
                worker.line.hold()
                return "held: calls wait"
            case "resume":
                worker.line.let_go()
                return "let go"
            case "skip":
                return "given up" if await worker.skip(key) else "this call is not under way"
            case _:
                return await self._retry(worker, key)

    async def _retry(self, worker: Worker, key: RunKey) -> str:
        """Try again: the connection, or one call that was refused or given up."""
        if not worker.line.is_held:
            worker.line.let_go()
        if not key.linkedid:
            return "tried again"
        if key in worker.runs:
            return "it is under way, and is tried again now"
        ended = await self._journal.ended_run(key)
        final = await self._journal.store.read(lambda connection: final_news(connection, key))
        if ended is None or final is None:
            return "the journal does not have this call"
        stored, outcome = ended
        if outcome.status == "finished":
            return "the CRM has it already"
        await worker.repeat(stored, outcome.registered is not None, final)
        return "begun anew"


def is_held(connection: Connection, name: str) -> bool:
    query = select(wish.c.what).where(wish.c.connection == name, wish.c.what.in_(HOLDING)).order_by(wish.c.id.desc())
    return connection.execute(query.limit(1)).scalar() == "pause"


def open_wishes(connection: Connection) -> list[Any]:
    return list(connection.execute(select(wish).where(wish.c.answer.is_(None)).order_by(wish.c.id)))


def add_wish(connection: Connection, what: str, key: RunKey, now: int) -> int:
    """Write a wish down; its id."""
    values = {"what": what, **key._asdict(), "asked_at": now}
    return connection.execute(insert(wish).values(values).returning(wish.c.id)).scalar_one()


def final_news(connection: Connection, key: RunKey) -> News | None:
    """The end of a call, as it would be told after a restart."""
    query = select(call.c.situation, call.c.call_full).where(call.c.pbx == key.pbx, call.c.linkedid == key.linkedid)
    row = connection.execute(query).first()
    if row is None:
        return None
    return end_of(row.situation, row.call_full)
