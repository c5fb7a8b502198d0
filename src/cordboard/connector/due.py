"""Due: ended calls that a connection has not been told of, from an earlier life or from a command beside us.

In:   the journal's list. Out: their ends, told without a card, the oldest first and so many at a time.

The surprise: a call that has just ended is due too, until its flow has ended; it is told by who saw it end.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from functools import partial

import msgspec
from sqlalchemy import Connection, select

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
            wanted = partial(due_news, name=name, worker=worker, with_pictures=with_pictures, asleep=set(worker.runs))
            for key, news in self._store.read_sync(wanted):
                worker.tell(key.pbx, key.linkedid, news)

    async def follow(self) -> None:
        """Tell what is due, for ever."""
        while True:
            await asyncio.sleep(EVERY)
            for name, (worker, with_pictures) in self._told.items():
                wanted = partial(due_news, name=name, worker=worker, with_pictures=with_pictures)
                for key, news in await self._store.read(wanted):
                    worker.tell(key.pbx, key.linkedid, news)


def due_news(
    connection: Connection,
    *,
    name: str,
    worker: Worker,
    with_pictures: bool,
    asleep: Collection[RunKey] = frozenset(),
) -> list[tuple[RunKey, News]]:
    """The ends that a connection is owed and that are not on their way, as many as there is room for.

    `asleep`: runs that have heard of nothing since they were taken up; they cost no room, they are there already."""
    room = max(MOST_RUNS - len(worker.runs), 0) + len(asleep)
    if not room:
        return []
    query = (
        select(due.c.pbx, due.c.linkedid, call.c.situation, call.c.call_full)
        .join(call, (call.c.pbx == due.c.pbx) & (call.c.linkedid == due.c.linkedid))
        .where(due.c.connection == name)
        .order_by(call.c.ended_at)
        .limit(MOST_RUNS + room)
    )
    found: list[tuple[RunKey, News]] = []
    for pbx, linkedid, situation, call_full in connection.execute(query):
        key = RunKey(pbx, linkedid, name)
        on_its_way = key in worker.runs and key not in asleep
        if not on_its_way and key not in worker.closed and len(found) < room:
            full = picture_of(call_full) if with_pictures else None
            last = msgspec.json.decode(situation, type=Situation)
            news = News(last, (StageName.CALL_ENDED.value,), final=True, fresh=False, call_full=full)
            found.append((key, news))
    return found
