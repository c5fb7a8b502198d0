"""Outgoing events: what lies in the outbox is posted to its handlers, as Bitrix24 sends it.

In:   rows of `event_outbox`. Out: form-encoded requests with the `auth` block; rows go when answered 2xx or given up.
No request waits for a handler: one task looks for due rows, and each address is served by a task of its own; which row
is due, and what becomes of it, `deliveries` says.
The surprise: unlike the original we try again (switch `event_retries`); a handler that is down is told once in the log,
and once more when it is back.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from time import perf_counter
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import aiohttp
import structlog

from cordboard.ending import end
from cordboard.portal.deliveries import Attempt, delivered, due_addresses, due_rows, failed, forget_stale
from cordboard.portal.event_form import Tokens, form_of, needs_token
from cordboard.portal.rest.moments import micros

if TYPE_CHECKING:
    from cordboard.portal.changes import Change
    from cordboard.portal.portal import Portal

__all__ = ["EventSender"]

SECOND = 1_000_000
#: seconds a handler may take to answer
PATIENCE = 10
#: events that come together are read together
GATHERING = 0.05
#: how often the outbox is looked at without a sign
IDLE = 1.0

_log = structlog.get_logger("cordboard.portal.events")


class EventSender:
    """The portal's postman, for as long as the server lives."""

    def __init__(self, portal: Portal) -> None:
        self._portal = portal
        self._tokens = Tokens()
        self._wake = portal.events_waiting
        self._task: asyncio.Task[None] | None = None
        self._busy: dict[str, asyncio.Task[None]] = {}
        #: addresses that are down → events lost since
        self._down: dict[str, int] = {}
        self._unsubscribe = lambda: None

    async def start(self) -> None:
        """Begin to deliver, also what an earlier process left."""
        self._unsubscribe = self._portal.subscribe(self._hear)
        late = await self._portal.store.write(lambda connection: forget_stale(connection, self._now()))
        if late:
            _log.warning("events came too late to be of use", lost=late)
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Leave the rest to the next start: what was not answered stays in the outbox."""
        self._unsubscribe()
        await end(task for task in (self._task, *self._busy.values()) if task)

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
        """Post what is due for one address, the events of each subject in order."""
        while rows := await self._portal.store.read(lambda connection: due_rows(connection, address, self._now())):
            for row in rows:
                attempt = await self._post(http, row)
                if not attempt.reason:
                    await self._delivered(row, attempt)
                    continue
                await self._failed(row, attempt)
                if attempt.unreachable:
                    break

    async def _post(self, http: aiohttp.ClientSession, row: Any) -> Attempt:
        """Send one event."""
        now, began = self._now(), perf_counter()
        access = self._tokens.known(row, now)
        if access is None and needs_token(row):
            access = await self._portal.store.write(lambda connection: self._tokens.make(connection, row, now))
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        body = form_of(row, access, now // SECOND, self._portal.url)

        def ended(status: int | None, reason: str, *, unreachable: bool = False) -> Attempt:
            return Attempt(status, reason, unreachable, round((perf_counter() - began) * 1000))

        try:
            async with http.post(row.handler, data=body, headers=headers, allow_redirects=False) as answer:
                status = answer.status
            return ended(status, "" if 200 <= status < 300 else f"it answered {status}")
        except TimeoutError:
            return ended(None, f"no answer within {PATIENCE} s", unreachable=True)
        except (aiohttp.ClientError, OSError, ValueError) as error:
            return ended(None, f"it cannot be reached ({type(error).__name__})", unreachable=True)

    async def _delivered(self, row: Any, attempt: Attempt) -> None:
        await self._portal.store.write(lambda connection: delivered(connection, row, attempt, self._now()))
        if row.handler in self._down:
            lost = self._down.pop(row.handler)
            _log.warning("event handler answers again", handler=row.handler_id, host=host_of(row.handler), lost=lost)

    async def _failed(self, row: Any, attempt: Attempt) -> None:
        retries, now = int(self._portal.switch("event_retries")), self._now()
        lost = await self._portal.store.write(lambda connection: failed(connection, row, attempt, retries, now))
        if row.handler not in self._down:
            self._down[row.handler] = 0
            told = {"handler": row.handler_id, "host": host_of(row.handler), "name": row.event}
            _log.warning("event handler failed", reason=attempt.reason, retries=retries, **told)
        self._down[row.handler] += lost

    def _now(self) -> int:
        return micros(self._portal.clock())


def host_of(address: str) -> str:
    """What the log may say of an address: paths and queries hold secrets."""
    parts = urlsplit(address)
    return f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname)
