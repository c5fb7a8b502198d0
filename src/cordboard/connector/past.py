"""Past: calls of a period that the rows still tell, brought into the journal as if they had just ended.

In:   a ledger, the period, the journal. Out: `Imported`: how many calls were found, and how many are new.

What is new is due at every connection; the running connector, or the next one to start, tells it without a card.
The surprise: a call that the journal knows is left alone, whatever the rows say, so that a period can be read as often
as one likes. And a call counts by its beginning: the one that was running when the period began is another period's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection

import msgspec
from sqlalchemy import Connection, select

from cordboard.asterisk.source import Ledger
from cordboard.calls.cel import CelEvent
from cordboard.calls.stages import StageName
from cordboard.calls.tracker import CallTracker
from cordboard.connector.batches import next_batch, pour
from cordboard.connector.ends import ended_of
from cordboard.connector.journal import Ended, StoreJournal, settle_one
from cordboard.connector.lane import Lane
from cordboard.connector.rows import OpenRows
from cordboard.connector.tables import call

#: seconds without a row that show that the present is reached
IDLE = 1.0
#: seconds that a source may take to answer at all
PATIENCE = 30.0
#: calls that are written in one transaction
PIECE = 500
#: how long after the period a call of the period may still end (microseconds)
LONGEST = 24 * 3600 * 1_000_000

#: takes ended calls, answers the linkedids of those that were new
Write = Callable[[list[Ended]], set[str]]


class Imported(msgspec.Struct):
    """What was found in a period, in calls."""

    found: int = 0
    #: the journal knew them
    known: int = 0
    #: begun in the period and not over yet: whoever follows the exchange brings them
    running: int = 0
    #: linkedids of those brought in, in order of their ends
    new: list[str] = msgspec.field(default_factory=list[str])


class LedgerAway(OSError):
    """The source of the past cannot be read."""


class Period:
    """One reading of a period."""

    def __init__(self, since: int, until: int, only: Collection[str] = ()) -> None:
        """`since` and `until`: microseconds since the epoch; `only`: the linkedids wanted, if not all."""
        self.since, self.until = since, until
        self._only = frozenset(only)

    def holds(self, one: Ended) -> bool:
        return self.since <= one.started_at < self.until and (not self._only or one.linkedid in self._only)


class PastReader:
    """Makes ended calls of rows."""

    def __init__(self, tracker: CallTracker) -> None:
        self._lane = Lane("ledger", tracker)
        self._rows = OpenRows()

    def feed(self, event: CelEvent) -> list[Ended]:
        """Take a row; the calls that end with it, if their beginning was seen."""
        step = self._lane.feed(event)
        if step.linkedid in self._lane.started:
            self._rows.row(step.linkedid, event)
        ended: list[Ended] = []
        for stage in step.stages:
            if stage.name == StageName.MERGED:
                self._rows.merge(stage.linkedid, stage.absorbed)
                self._lane.started.discard(stage.absorbed)
            elif stage.name == StageName.CALL_ENDED:
                rows = self._rows.end(stage.linkedid)
                if stage.linkedid in self._lane.started:
                    self._lane.started.discard(stage.linkedid)
                    ended.append(ended_of("ledger", stage, rows))
        return ended

    def expire(self, now: int) -> list[Ended]:
        """Calls whose end no row told."""
        return [
            ended_of("ledger", stage, self._rows.end(stage.linkedid))
            for step in self._lane.tracker.expire(now)
            for stage in step.stages
            if stage.name == StageName.CALL_ENDED and stage.linkedid in self._lane.started
        ]

    def running(self, period: Period) -> int:
        """How many calls that began in the period are not over."""
        calls = self._lane.tracker.calls
        return sum(
            linkedid in self._lane.started and period.since <= one.start < period.until
            for linkedid, one in calls.items()
        )


async def import_period(
    ledger: Ledger,
    tracker: CallTracker,
    period: Period,
    write: Write,
) -> Imported:
    """Read a ledger that begins at the period, and write its calls; LedgerAway where it cannot be read."""
    told, reader, ended = Imported(), PastReader(tracker), list[Ended]()
    batches: asyncio.Queue[tuple[list[CelEvent], str]] = asyncio.Queue(2)
    pump = asyncio.create_task(pour(ledger, None, batches))
    newest, silent = 0, 0.0
    try:
        while newest < period.until + LONGEST:
            try:
                events, _ = await next_batch(batches, pump, IDLE)
            except TimeoutError:
                if ledger.health()["state"] == "up":
                    break
                silent += IDLE
                if silent >= PATIENCE:
                    raise LedgerAway(str(ledger.health()["reason"])) from None
                continue
            for event in events:
                newest = max(newest, event.eventtime)
                ended += filter(period.holds, reader.feed(event))
            if len(ended) >= PIECE:
                take(told, ended, write)
                ended = []
    finally:
        pump.cancel()
    ended += filter(period.holds, reader.expire(newest))
    take(told, ended, write)
    told.running = reader.running(period)
    return told


def take(told: Imported, ended: list[Ended], write: Write) -> None:
    new = write(ended)
    told.found += len(ended)
    told.known += len(ended) - len(new)
    told.new += [one.linkedid for one in ended if one.linkedid in new]


def write_new(journal: StoreJournal, pbx: str, connections: list[str], ended: list[Ended]) -> set[str]:
    """Write the calls that the journal does not know, due at every connection; their linkedids."""

    def work(connection: Connection) -> set[str]:
        ids = {one.linkedid for one in ended}
        known = known_calls(connection, pbx, ids)
        for one in ended:
            if one.linkedid not in known:
                settle_one(connection, pbx, one, connections)
        return ids - known

    return journal.store.write_sync(work)


def known_calls(connection: Connection, pbx: str, linkedids: Collection[str]) -> set[str]:
    """Those of the calls that the journal has."""
    query = select(call.c.linkedid).where(call.c.pbx == pbx, call.c.linkedid.in_(linkedids))
    return set(connection.execute(query).scalars())
