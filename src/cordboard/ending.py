"""Ending: tasks that shall end do end, also one that lost the first word of it.

In:   tasks. Out: all of them done.

The surprise: a task that waits with a time limit can lose a cancellation, when what it waits for comes in the same
moment (Python before 3.12). Whoever then waited for it once would wait for ever; so they are told again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

#: seconds after which a task is told again
AGAIN = 0.5


async def end(tasks: Iterable[asyncio.Task[Any]]) -> None:
    """Cancel tasks and wait until they have ended; what they failed with is theirs."""
    left = {task for task in tasks if not task.done()}
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=AGAIN)
