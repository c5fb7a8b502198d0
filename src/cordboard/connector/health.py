"""Health: what becomes of the lanes to the exchanges, told once per change, and whether each was ever up.

In:   a lane's state and reason. Out: a line in the log; `was_up`, which readiness asks for.
A wrong secret or a missing file is else seen by nobody until the first call is missed.
"""

from __future__ import annotations

import asyncio

import structlog

from cordboard.asterisk.source import Ledger

log = structlog.get_logger(__name__)

TICK = 1.0


class LaneHealth:
    """One lane of one exchange."""

    def __init__(self, pbx: str, lane: str) -> None:
        self.was_up = False
        #: `up`, or a word for what is wrong; "" before anything is known
        self.state = ""
        #: how often it came up
        self.ups = 0
        self._pbx = pbx
        self._lane = lane

    def tell(self, state: str, reason: str) -> None:
        """The state at this moment: `up`, or a word for what is wrong."""
        if state == self.state:
            return
        self.state = state
        if state == "up":
            self.was_up = True
            self.ups += 1
            log.info("a lane is up", pbx=self._pbx, lane=self._lane)
        else:
            log.warning("a lane is down", pbx=self._pbx, lane=self._lane, state=state, reason=reason)


async def watch_ledger(ledger: Ledger, health: LaneHealth) -> None:
    """Look at a ledger every second, for ever."""
    while True:
        await asyncio.sleep(TICK)
        now = ledger.health()
        health.tell(str(now["state"]), str(now["reason"]))
