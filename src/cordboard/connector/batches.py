"""Batches: the rows of a ledger, awaited with patience that has an end.

In:   a ledger and the position behind which it is read. Out: one batch after the other, or the news that none came.
"""

from __future__ import annotations

import asyncio

from cordboard.asterisk.source import Ledger
from cordboard.calls.cel import CelEvent


async def pour(source: Ledger, after: str | None, batches: asyncio.Queue[tuple[list[CelEvent], str]]) -> None:
    """Put everything a ledger tells into a queue, for ever."""
    async for batch in source.rows(after):
        await batches.put(batch)


async def next_batch(
    batches: asyncio.Queue[tuple[list[CelEvent], str]], pump: asyncio.Task[None], within: float | None
) -> tuple[list[CelEvent], str]:
    """The next batch; what ended the source is raised here; TimeoutError when none came within the time."""
    waiting = asyncio.ensure_future(batches.get())
    try:
        done, _ = await asyncio.wait({waiting, pump}, timeout=within, return_when=asyncio.FIRST_COMPLETED)
        if waiting in done:
            return waiting.result()
        if pump in done:
            pump.result()
            raise RuntimeError("the ledger ended by itself")
        raise TimeoutError
    finally:
        waiting.cancel()
