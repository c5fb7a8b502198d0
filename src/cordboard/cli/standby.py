"""Stand-by: a second connector on the same database waits for the first to go, and takes its place.

In:   how the database is opened. Out: the open store, once nobody else owns it.

The owner is whoever holds the database's lock, which vanishes with the process or with the session that writes. A
process whose session was lost cannot write, so it can ask no CRM anything either: it only has to notice, and wait in
its turn.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import structlog

from cordboard.store import Store, StoreLocked
from cordboard.web.notice import notify

__all__ = ["open_when_free"]

log = structlog.get_logger(__name__)

#: seconds between looks: a takeover may take five
PAUSE = 0.5


def open_when_free(opening: Callable[[], Store], *, standby: bool) -> Store:
    """The store as soon as its lock is free; without `standby` at once, or `StoreLocked`."""
    waited_from = 0.0
    while True:
        try:
            store = opening()
        except StoreLocked as error:
            if not standby:
                raise
            if not waited_from:
                waited_from = time.monotonic()
                log.info("standing by", reason=str(error))
                notify(f"READY=1\nSTATUS=standing by: {error}")
            notify("WATCHDOG=1")
            time.sleep(PAUSE)
            continue
        if waited_from:
            log.warning("taking over", waited_seconds=round(time.monotonic() - waited_from, 1))
        return store
