"""Deliveries: what becomes of the events in the outbox, and the log of every attempt.

In:   a connection in a transaction, rows of `event_outbox`, how an attempt went. Out: rows removed, set for another
attempt or given up; a row of `event_delivery` for each.
The surprise: only the oldest event of a subject is due. The end of a call never overtakes its beginning, while an event
that a handler refuses holds nothing else back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Integer,
    Row,
    Text,
    delete,
    func,
    insert,
    literal,
    select,
    update,
)

from cordboard.portal.tables import event_delivery, event_handler, event_outbox

__all__ = [
    "Attempt",
    "delivered",
    "due_addresses",
    "due_rows",
    "failed",
    "forget_stale",
    "list_deliveries",
    "send_again",
]

SECOND = 1_000_000
#: seconds before each new attempt, three within a minute; further ones by the last
PAUSES = (5, 15, 30)
#: of one address at a time
BATCH = 100
#: rows of the log
KEPT = 10_000
#: a click of an hour ago must ring no telephone
URGENT = ("ONEXTERNALCALLSTART", "ONEXTERNALCALLBACKSTART", "ONCORDBOARDCALLCOMMAND")
STALE = 60 * SECOND


@dataclass(frozen=True, slots=True)
class Attempt:
    """How one attempt went."""

    #: None: nobody answered
    status: int | None
    #: why it failed; empty: it did not
    reason: str
    #: the address does not answer at all
    unreachable: bool = False
    took_ms: int = 0


def due_addresses(connection: Connection, now: int) -> list[str]:
    """Addresses that something must be sent to now."""
    query = select(event_outbox.c.handler).where(event_outbox.c.due_at <= now, is_head())
    return list(connection.execute(query.distinct()).scalars())


def due_rows(connection: Connection, address: str, now: int) -> list[Row[Any]]:
    """What is due for an address: of each subject the oldest, if its time has come."""
    due = (event_outbox.c.handler == address, event_outbox.c.due_at <= now, is_head())
    query = select(event_outbox).where(*due).order_by(event_outbox.c.id).limit(BATCH)
    return list(connection.execute(query).all())


def is_head() -> ColumnElement[bool]:
    """Nothing older of the same subject waits for the same address."""
    older = event_outbox.alias("older")
    same = (older.c.handler == event_outbox.c.handler, older.c.subject == event_outbox.c.subject)
    return ~select(older.c.id).where(*same, older.c.id < event_outbox.c.id).exists()


def delivered(connection: Connection, row: Row[Any], attempt: Attempt, now: int) -> None:
    """It is through."""
    mine = [event_outbox.c.id == row.id]
    keep_log(connection, mine, attempt, "delivered", now)
    connection.execute(delete(event_outbox).where(*mine))


def failed(connection: Connection, row: Row[Any], attempt: Attempt, retries: int, now: int) -> int:
    """Set the next attempt, or give up; where nobody answers, for all that waits there: out, how many were given up."""
    mine = [event_outbox.c.id == row.id]
    if row.attempts < retries:
        keep_log(connection, mine, attempt, "again", now)
    if attempt.unreachable:  # the rest would only wait as long, one after the other
        mine = [event_outbox.c.handler == row.handler, event_outbox.c.due_at <= now]
    lost = give_up(connection, [*mine, event_outbox.c.attempts >= retries], attempt, now)
    for attempts in range(retries - 1, -1, -1):
        due_at = now + PAUSES[min(attempts, len(PAUSES) - 1)] * SECOND
        again = update(event_outbox).where(*mine, event_outbox.c.attempts == attempts)
        connection.execute(again.values(attempts=attempts + 1, due_at=due_at))
    return lost


def forget_stale(connection: Connection, now: int) -> int:
    """Give up clicks that waited too long, as after a night without power: out, how many."""
    old = [event_outbox.c.event.in_(URGENT), event_outbox.c.created_at < now - STALE]
    return give_up(connection, old, Attempt(None, "it came too late to be of use"), now)


def give_up(connection: Connection, mine: list[ColumnElement[bool]], attempt: Attempt, now: int) -> int:
    keep_log(connection, mine, attempt, "lost", now)
    return connection.execute(delete(event_outbox).where(*mine)).rowcount


def keep_log(connection: Connection, mine: list[ColumnElement[bool]], attempt: Attempt, outcome: str, now: int) -> None:
    """A row of the log for each of these events; the oldest rows go."""
    told = [
        literal(now, BigInteger),
        literal(attempt.status, Integer),
        literal(attempt.reason, Text),
        literal(attempt.took_ms),
    ]
    told.append(literal(outcome, Text))
    copied = ("handler_id", "handler", "application_id", "event", "data", "subject", "user_id", "base_url")
    rows = select(*(event_outbox.c[name] for name in copied), event_outbox.c.attempts + 1, *told).where(*mine)
    names = [*copied, "attempt", "sent_at", "status", "reason", "took_ms", "outcome"]
    logged = connection.execute(insert(event_delivery).from_select(names, rows.order_by(event_outbox.c.id))).rowcount
    newest = connection.execute(select(func.max(event_delivery.c.id))).scalar() or 0
    if newest % 100 < logged:
        connection.execute(delete(event_delivery).where(event_delivery.c.id <= newest - KEPT))


def list_deliveries(
    connection: Connection, limit: int, *, before_id: int | None = None, handler_id: int | None = None
) -> list[Row[Any]]:
    """The newest attempts, or those before one; of one binding if asked."""
    query = select(event_delivery).order_by(event_delivery.c.id.desc()).limit(limit)
    if before_id is not None:
        query = query.where(event_delivery.c.id < before_id)
    if handler_id is not None:
        query = query.where(event_delivery.c.handler_id == handler_id)
    return list(connection.execute(query).all())


def send_again(connection: Connection, delivery_id: int, now: int) -> bool:
    """Put an event into the outbox once more; False where its binding is gone, or the row is not kept any more."""
    row = connection.execute(select(event_delivery).where(event_delivery.c.id == delivery_id)).one_or_none()
    handler = (
        event_handler.c.id,
        event_handler.c.handler,
        event_handler.c.application_token,
        event_handler.c.auth_type,
    )
    binding = (
        connection.execute(select(*handler).where(event_handler.c.id == row.handler_id)).one_or_none() if row else None
    )
    if row is None or binding is None:
        return False
    values = {"handler_id": binding.id, "handler": binding.handler, "application_token": binding.application_token}
    values |= {"auth_type": binding.auth_type, "application_id": row.application_id, "event": row.event}
    values |= {"subject": row.subject or row.event, "data": row.data, "user_id": row.user_id, "base_url": row.base_url}
    connection.execute(insert(event_outbox).values(attempts=0, created_at=now, due_at=now, **values))
    return True
