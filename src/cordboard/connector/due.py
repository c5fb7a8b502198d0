"""Due: ended calls that a connection has not been told of, from an earlier life or from a command beside us.

In:   the journal's list. Out: their ends, told without a card, the oldest first and so many at a time.

The surprise: a call that has just ended is due too, until its flow has ended; it is told by who saw it end.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from functools import partial

import msgspec
from sqlalchemy import Connection, Select, select

from cordboard.calls.stages import StageName
from cordboard.connector.journal import StoreJournal
from cordboard.connector.settling import picture_of
from cordboard.connector.tables import call, due
from cordboard.delivery.ledger import RunKey
from cordboard.delivery.worker import Worker
from cordboard.flow.situation import News, Situation

#: seconds between two looks
EVERY = 2.0
#: runs of one connection, beside which no more of the past is begun: a year may have been imported
MOST_RUNS = 200

#: a worker, and whether its customizations want to see `call_full`
Told = tuple[Worker, bool]


class DueCalls:
    """What the journal owes to the connections."""

    def __init__(self, journal: StoreJournal, told: Mapping[str, Told]) -> None:
        """`told`: by the connection's name."""
        self._store = journal.store
        self._told = told

    def tell(self) -> None:
        """Tell what is due at a start, also to flows that were taken up: they slept when their calls ended."""
        for name, (worker, with_pictures) in self._told.items():
            asleep = partial(ends_of, name=name, keys=frozenset(worker.runs), with_pictures=with_pictures)
            rest = partial(due_news, name=name, worker=worker, with_pictures=with_pictures)
            for key, news in (*self._store.read_sync(asleep), *self._store.read_sync(rest)):
                worker.tell(key.pbx, key.linkedid, news)

    async def follow(self) -> None:
        """Tell what is due, for ever."""
        while True:
            await asyncio.sleep(EVERY)
            for name, (worker, with_pictures) in self._told.items():
                wanted = partial(due_news, name=name, worker=worker, with_pictures=with_pictures)
                for key, news in await self._store.read(wanted):
                    worker.tell(key.pbx, key.linkedid, news)


def due_news(connection: Connection, *, name: str, worker: Worker, with_pictures: bool) -> list[tuple[RunKey, News]]:
    """The ends that a connection is owed and that are not on their way, as many as there is room for."""
    if (room := MOST_RUNS - len(worker.runs)) <= 0:
        return []
    found: list[tuple[RunKey, News]] = []
    for pbx, linkedid, situation, call_full in connection.execute(owed(name).limit(MOST_RUNS + room)):
        key = RunKey(pbx, linkedid, name)
        if key not in worker.runs and key not in worker.closed and len(found) < room:
            found.append((key, end_of(situation, call_full if with_pictures else None)))
    return found


def ends_of(
    connection: Connection, *, name: str, keys: frozenset[RunKey], with_pictures: bool
) -> list[tuple[RunKey, News]]:
    """The ends of these runs, however much else is owed: nobody would ever tell them later."""
    return [
        (key, end_of(situation, call_full if with_pictures else None))
        for pbx, linkedid, situation, call_full in (connection.execute(owed(name)) if keys else ())
        if (key := RunKey(pbx, linkedid, name)) in keys
    ]


def owed(name: str) -> Select[str, str, bytes, bytes]:
    """What a connection is owed, the oldest first."""
    return (
        select(due.c.pbx, due.c.linkedid, call.c.situation, call.c.call_full)
        .join(call, (call.c.pbx == due.c.pbx) & (call.c.linkedid == due.c.linkedid))
        .where(due.c.connection == name)
        .order_by(call.c.ended_at)
    )


def end_of(situation: bytes, call_full: bytes | None) -> News:
    """The end of a call that the journal holds, as it is told long after: final, and without a card."""
    full = picture_of(call_full) if call_full is not None else None
    last = msgspec.json.decode(situation, type=Situation)
    return News(last, (StageName.CALL_ENDED.value,), final=True, fresh=False, call_full=full)
