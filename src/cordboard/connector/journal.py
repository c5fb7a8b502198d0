"""Journal: what the connector writes down, in its store.

In:   runs and records of the delivery, ended calls and positions of the lanes.
Out:  everything durable when a method returns; at a start: open runs, calls still due, what is over.

What surprises: a full disk does not lose a call. A write that fails is told once and tried again until it succeeds, and
until then nothing of it has happened.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec
import structlog
from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import InternalError, OperationalError

from cordboard.connector.tables import call, due, entry, position, run
from cordboard.delivery.ledger import RunKey, StoredRun
from cordboard.flow.journal import Record, encode_answer
from cordboard.flow.questions import Outcome
from cordboard.flow.situation import Situation
from cordboard.store import Store, StoreWriteFailed

log = structlog.get_logger(__name__)

T = TypeVar("T")

#: seconds between tries of a write that failed
PAUSE = 1.0


class Ended(msgspec.Struct, frozen=True):
    """An ended call, settled by the lane that decides."""

    linkedid: str
    decided_by: str
    started_at: int
    ended_at: int
    situation: Situation
    call_full: bytes
    facts: bytes
    rows: bytes | None


class StoreJournal:
    """The journal in a database."""

    def __init__(self, store: Store, clock: Callable[[], int], terms_type: Any) -> None:
        self.store = store
        self._clock = clock
        self._terms_type = terms_type
        self._trouble = ""

    # --- the delivery's side ---------------------------------------------------------------------------------------

    async def append(self, stored: StoredRun, records: list[Record]) -> None:
        """Write records behind those of the run."""
        now = self._clock()

        def work(connection: Connection) -> int:
            run_id = stored.id or add_run(connection, stored, now)
            add_entries(connection, run_id, len(stored.records), records, now)
            return run_id

        stored.id = await self.write(work)
        stored.records += records

    async def answer(self, stored: StoredRun, answer: bytes) -> None:
        """Write the answer of the run's last record."""
        number = len(stored.records)
        values = {"answer": answer, "answered_at": self._clock()}
        statement = update(entry).where(entry.c.run_id == stored.id, entry.c.number == number).values(values)
        await self.write(lambda connection: connection.execute(statement))
        stored.records[-1] = msgspec.structs.replace(stored.records[-1], answer=answer)

    async def close(self, stored: StoredRun, records: list[Record], outcome: Outcome) -> None:
        """Write how the run ended; one that asked nothing leaves no trace."""
        now = self._clock()

        def work(connection: Connection) -> None:
            if stored.id or outcome.registered is not None or outcome.words:
                run_id = stored.id or add_run(connection, stored, now)
                add_entries(connection, run_id, len(stored.records), records, now)
                values = {"state": "done", "outcome": encode_answer(outcome), "ended_at": now}
                connection.execute(update(run).where(run.c.id == run_id).values(values))
            connection.execute(
                delete(due).where(
                    due.c.pbx == stored.key.pbx,
                    due.c.linkedid == stored.key.linkedid,
                    due.c.connection == stored.key.connection,
                )
            )

        await self.write(work)

    async def supersede(self, stored: StoredRun, known: bytes) -> StoredRun:
        """Close a run and begin its next generation with the facts of the old one."""
        now = self._clock()
        following = StoredRun(stored.key, stored.generation + 1, terms=stored.terms, known=known)

        def work(connection: Connection) -> int:
            connection.execute(update(run).where(run.c.id == stored.id).values(state="superseded", ended_at=now))
            return add_run(connection, following, now)

        following.id = await self.write(work)
        return following

    async def outcome(self, key: RunKey) -> Outcome | None:
        """How the run of a call ended, if it has."""
        query = select(run.c.outcome).where(is_run(key), run.c.state == "done")
        content = await self.store.read(lambda connection: connection.execute(query).scalar())
        return msgspec.json.decode(content, type=Outcome) if content else None

    async def ended_run(self, key: RunKey) -> tuple[StoredRun, Outcome] | None:
        """The run of a call that has ended, and how."""

        def work(connection: Connection) -> tuple[StoredRun, Outcome] | None:
            row = connection.execute(select(run).where(is_run(key), run.c.state == "done")).first()
            if row is None:
                return None
            return self._stored(connection, row), msgspec.json.decode(row.outcome, type=Outcome)

        return await self.store.read(work)

    # --- the lanes' side -------------------------------------------------------------------------------------------

    async def settle(self, pbx: str, ended: list[Ended], connections: list[str], place: str | None) -> set[str]:
        """Write ended calls, who must be told of them, and how far the ledger was read, in one transaction.

        The linkedids of those that ended long ago and were told to everybody: they are not to be told again.
        """
        now = self._clock()

        def work(connection: Connection) -> set[str]:
            old = {one.linkedid for one in ended if not settle_one(connection, pbx, one, connections)}
            if place is not None:
                keep_place(connection, pbx, place, now)
            return old

        return await self.write(work)

    async def place(self, pbx: str) -> str | None:
        """Up to where the ledger of a PBX was read."""
        query = select(position.c.place).where(position.c.pbx == pbx)
        return await self.store.read(lambda connection: connection.execute(query).scalar())

    def now(self) -> int:
        return self._clock()

    # --- at a start ------------------------------------------------------------------------------------------------

    def open_runs(self) -> list[StoredRun]:
        """Runs of an earlier life that have not ended."""

        def work(connection: Connection) -> list[StoredRun]:
            rows = connection.execute(select(run).where(run.c.state == "open").order_by(run.c.id)).all()
            return [self._stored(connection, row) for row in rows]

        return self.store.read_sync(work)

    def _stored(self, connection: Connection, row: Any) -> StoredRun:
        query = select(entry).where(entry.c.run_id == row.id).order_by(entry.c.number)
        records = [
            Record(one.kind, one.question, one.sent_at is not None, one.answer) for one in connection.execute(query)
        ]
        terms = msgspec.json.decode(row.terms, type=self._terms_type)
        key = RunKey(row.pbx, row.linkedid, row.connection)
        return StoredRun(key, row.generation, row.id, terms, row.known, records)

    def settled(self, pbx: str, since: int) -> list[str]:
        """Linkedids of calls that ended since a moment, the oldest first."""
        query = select(call.c.linkedid).where(call.c.pbx == pbx, call.c.ended_at >= since).order_by(call.c.ended_at)
        return list(self.store.read_sync(lambda connection: connection.execute(query).scalars().all()))

    def closed_runs(self, since: int) -> list[RunKey]:
        """Runs that ended since a moment, the oldest first."""
        query = (
            select(run.c.pbx, run.c.linkedid, run.c.connection)
            .where(run.c.state == "done", run.c.ended_at >= since)
            .order_by(run.c.ended_at)
        )
        return [RunKey(*row) for row in self.store.read_sync(lambda connection: connection.execute(query).all())]

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Write once it can be written; until then the caller waits."""
        while True:
            try:
                result = await self.store.write(work)
            except (StoreWriteFailed, OperationalError, InternalError) as error:
                # the last two come from the statement itself: a full disk, a server that only reads after a failover
                reason = str(error) if isinstance(error, StoreWriteFailed) else str(error.orig)
                if not self._trouble:
                    log.error("the store cannot be written; calls wait", reason=reason)
                self._trouble = reason
                await asyncio.sleep(PAUSE)
                continue
            if self._trouble:
                log.info("the store is written again")
                self._trouble = ""
            return result


def is_run(key: RunKey) -> Any:
    return (run.c.pbx == key.pbx) & (run.c.linkedid == key.linkedid) & (run.c.connection == key.connection)


def add_run(connection: Connection, stored: StoredRun, now: int) -> int:
    values = {
        **stored.key._asdict(),
        "generation": stored.generation,
        "state": "open",
        "terms": encode_answer(stored.terms),
        "known": stored.known,
        "began_at": now,
    }
    return connection.execute(insert(run).values(values).returning(run.c.id)).scalar_one()


def add_entries(connection: Connection, run_id: int, written: int, records: list[Record], now: int) -> None:
    rows = [
        {
            "run_id": run_id,
            "number": written + index,
            "kind": record.kind,
            "question": record.question,
            "sent_at": now if record.sent else None,
            "answer": record.answer,
            "answered_at": now if record.answer is not None else None,
        }
        for index, record in enumerate(records, start=1)
    ]
    if rows:
        connection.execute(insert(entry), rows)


def settle_one(connection: Connection, pbx: str, ended: Ended, connections: list[str]) -> bool:
    """Write an ended call; false for one that was written before and of which everybody has been told."""
    known = select(call.c.linkedid).where(call.c.pbx == pbx, call.c.linkedid == ended.linkedid)
    if connection.execute(known).first() is not None:
        untold = select(due.c.linkedid).where(due.c.pbx == pbx, due.c.linkedid == ended.linkedid)
        return connection.execute(untold).first() is not None
    values: dict[str, Any] = {**msgspec.structs.asdict(ended), "pbx": pbx}
    values["situation"] = encode_answer(ended.situation)
    connection.execute(insert(call).values(values))
    if connections:
        connection.execute(
            insert(due), [{"pbx": pbx, "linkedid": ended.linkedid, "connection": name} for name in connections]
        )
    return True


def keep_place(connection: Connection, pbx: str, place: str, now: int) -> None:
    values = {"place": place, "kept_at": now}
    if not connection.execute(update(position).where(position.c.pbx == pbx).values(values)).rowcount:
        connection.execute(insert(position).values(pbx=pbx, **values))
