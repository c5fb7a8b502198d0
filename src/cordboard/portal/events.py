"""Outgoing events: what lies in the outbox is posted to its handlers, as Bitrix24 sends it.

In:   rows of `event_outbox`. Out: form-encoded requests with the `auth` block; rows go when answered 2xx or given up.
No request waits for a handler: one task looks for due rows, and each address is served by a task of its own, in order.
The surprise: unlike the original we try again (switch `event_retries`); a handler that is down is told once in the log,
and once more when it is back.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import aiohttp
import structlog
from sqlalchemy import Connection, delete, select, update

from cordboard.portal.event_form import Tokens, form_of, needs_token
from cordboard.portal.rest.moments import micros
from cordboard.portal.tables import event_handler, event_outbox

if TYPE_CHECKING:
    from cordboard.portal.changes import Change
    from cordboard.portal.portal import Portal

__all__ = ["EventSender"]

SECOND = 1_000_000
#: seconds before each new attempt, three within a minute; further ones by the last
PAUSES = (5, 15, 30)
#: seconds a handler may take to answer
PATIENCE = 10
#: events that come together are read together
GATHERING = 0.05
#: how often the outbox is looked at without a sign
IDLE = 1.0
#: of one address at a time
BATCH = 100

_log = structlog.get_logger("cordboard.portal.events")


class EventSender:
    """The portal's postman, for as long as the server lives."""

    def __init__(self, portal: Portal) -> None:
        self._portal = portal
        self._tokens = Tokens()
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._busy: dict[str, asyncio.Task[None]] = {}
        #: addresses that are down → events lost since
        self._down: dict[str, int] = {}
        self._unsubscribe = lambda: None

    async def start(self) -> None:
        """Begin to deliver, also what an earlier process left."""
        self._unsubscribe = self._portal.subscribe(self._hear)
        await self._portal.store.write(forget_orphans)
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Leave the rest to the next start: what was not answered stays in the outbox."""
        self._unsubscribe()
        tasks = [task for task in (self._task, *self._busy.values()) if task]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _hear(self, change: Change) -> None:
        self._wake.set()

    async def _run(self) -> None:
        timeout = aiohttp.ClientTimeout(total=PATIENCE)
        async with aiohttp.ClientSession(timeout=timeout, cookie_jar=aiohttp.DummyCookieJar()) as http:
            while True:
                try:
                    await self._serve_due(http)
                except Exception:
                    _log.exception("events could not be read")
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), IDLE)
                self._wake.clear()
                await asyncio.sleep(GATHERING)

    async def _serve_due(self, http: aiohttp.ClientSession) -> None:
        """Start a task for each address that has something due and none at work."""
        now = self._now()
        for address in await self._portal.store.read(lambda connection: due_addresses(connection, now)):
            if address not in self._busy:
                task = asyncio.create_task(self._serve(http, address))
                self._busy[address] = task
                task.add_done_callback(lambda _, served=address: self._finished(served))

    def _finished(self, address: str) -> None:
        task = self._busy.pop(address, None)
        if task and not task.cancelled() and (error := task.exception()):
            _log.error("events could not be sent", host=host_of(address), error=type(error).__name__)

    async def _serve(self, http: aiohttp.ClientSession, address: str) -> None:
        """Post what is due for one address, in order."""
        while rows := await self._portal.store.read(lambda connection: due_rows(connection, address, self._now())):
            for position, row in enumerate(rows):
                failure, unreachable = await self._post(http, row)
                if not failure:
                    await self._delivered(row)
                    continue
                # nobody there: the rest of the batch would only wait as long, one after the other
                failed = rows[position:] if unreachable else [row]
                await self._failed(row, [each.id for each in failed], failure)
                if unreachable:
                    break

    async def _post(self, http: aiohttp.ClientSession, row: Any) -> tuple[str, bool]:
        """Send one event; out: why it failed (or nothing), and whether nobody answered."""
        now = self._now()
        access = self._tokens.known(row, now)
        if access is None and needs_token(row):
            access = await self._portal.store.write(lambda connection: self._tokens.make(connection, row, now))
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        body = form_of(row, access, now // SECOND)
        try:
            async with http.post(row.handler, data=body, headers=headers, allow_redirects=False) as answer:
                return ("", False) if 200 <= answer.status < 300 else (f"it answered {answer.status}", False)
        except TimeoutError:
            return f"no answer within {PATIENCE} s", True
        except (aiohttp.ClientError, OSError, ValueError) as error:
            return f"it cannot be reached ({type(error).__name__})", True

    async def _delivered(self, row: Any) -> None:
        await self._portal.store.write(
            lambda connection: connection.execute(delete(event_outbox).where(event_outbox.c.id == row.id))
        )
        if row.handler in self._down:
            lost = self._down.pop(row.handler)
            _log.warning("event handler answers again", handler=row.handler_id, host=host_of(row.handler), lost=lost)

    async def _failed(self, row: Any, ids: list[int], reason: str) -> None:
        retries, now = max(0, int(self._portal.switch("event_retries"))), self._now()
        lost = await self._portal.store.write(lambda connection: postpone(connection, ids, retries, now))
        if row.handler not in self._down:
            self._down[row.handler] = 0
            told = {"handler": row.handler_id, "host": host_of(row.handler), "event": row.event}
            _log.warning("event handler failed", reason=reason, retries=retries, **told)
        self._down[row.handler] += lost

    def _now(self) -> int:
        return micros(self._portal.clock())


def host_of(address: str) -> str:
    """What the log may say of an address: paths and queries hold secrets."""
    parts = urlsplit(address)
    return f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname)


def due_addresses(connection: Connection, now: int) -> list[str]:
    """Addresses that something must be sent to now."""
    query = select(event_handler.c.handler).join(event_outbox, event_handler.c.id == event_outbox.c.handler_id)
    return list(connection.execute(query.where(event_outbox.c.due_at <= now).distinct()).scalars())


def due_rows(connection: Connection, address: str, now: int) -> list[Any]:
    """Events for an address with everything their form needs; those whose binding is gone are not among them."""
    handler = (event_handler.c.handler, event_handler.c.application_id, event_handler.c.application_token)
    query = select(event_outbox, *handler, event_handler.c.auth_type)
    query = query.join_from(event_outbox, event_handler, event_handler.c.id == event_outbox.c.handler_id)
    query = query.where(event_handler.c.handler == address, event_outbox.c.due_at <= now)
    rows: Any = connection.execute(query.order_by(event_outbox.c.id).limit(BATCH)).all()
    return rows


def postpone(connection: Connection, ids: list[int], retries: int, now: int) -> int:
    """Set the next attempt of events that failed; out: how many were given up."""
    mine = event_outbox.c.id.in_(ids)
    lost = connection.execute(delete(event_outbox).where(mine, event_outbox.c.attempts >= retries)).rowcount
    grouped: dict[int, list[int]] = defaultdict(list)
    left = connection.execute(select(event_outbox.c.id, event_outbox.c.attempts).where(mine))
    for row_id, attempts in left.tuples():
        grouped[attempts].append(row_id)
    for attempts, same in grouped.items():
        due_at = now + PAUSES[min(attempts, len(PAUSES) - 1)] * SECOND
        connection.execute(
            update(event_outbox).where(event_outbox.c.id.in_(same)).values(attempts=attempts + 1, due_at=due_at)
        )
    return lost


def forget_orphans(connection: Connection) -> int:
    """Events whose handler was removed; out: how many."""
    known = select(event_handler.c.id).where(event_handler.c.id == event_outbox.c.handler_id).exists()
    return connection.execute(delete(event_outbox).where(~known)).rowcount
