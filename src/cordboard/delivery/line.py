"""Line: whether a CRM can be reached, told once when it is lost and once when it is back.

In:   the success or failure of each request. Out: permission to try: everybody while it is up; while it is down, one
at a time when the pause is over.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import structlog

from cordboard.crm.base import AuthorizationLost, CrmError
from cordboard.delivery.retry import RetryAt, next_attempt

log = structlog.get_logger(__name__)


class Line:
    """The state of one connection."""

    def __init__(self, connection: str, clock: Callable[[], float]) -> None:
        self.connection = connection
        #: up, down or paused
        self.state = "up"
        #: the words of the last failure, "" while up
        self.trouble = ""
        self.failures = 0
        #: somebody wants nothing to be asked
        self.is_held = False
        self._clock = clock
        self._attempts = 0
        self._until = 0.0
        self._probing = False
        self._changed = asyncio.Event()

    async def ready(self) -> None:
        """Wait until a request may be tried."""
        while self.is_held or self.state != "up":
            wait = self._until - self._clock()
            if wait <= 0 and not self._probing and not self.is_held:
                self._probing = True
                return
            self._changed.clear()
            try:
                await asyncio.wait_for(self._changed.wait(), wait if wait > 0 and not self.is_held else None)
            except TimeoutError:
                continue

    def hold(self) -> None:
        """Let nobody try, until `let_go`."""
        self.is_held = True

    def let_go(self) -> None:
        """Try again, and at once."""
        self.is_held = False
        self._until = self._clock()
        self._changed.set()

    def release(self) -> None:
        """A try ended without an answer about the line (it was cancelled, or the request itself was at fault)."""
        self._probing = False
        self._changed.set()

    def worked(self) -> None:
        """The CRM answered."""
        if self.state != "up":
            log.info("the CRM is back", connection=self.connection)
        self.state, self.trouble, self._attempts = "up", "", 0
        self.release()

    def failed(self, error: CrmError) -> None:
        """The connection failed, not one request alone."""
        self.failures += 1
        # several requests under way fail together: one failure of the line
        if self.state == "up" or self._probing:
            self._attempts += 1
            decision = next_attempt(error, self._attempts, self._clock())
            self._until = decision.when if isinstance(decision, RetryAt) else self._clock()
        state = "paused" if isinstance(error, AuthorizationLost) else "down"
        if self.state != state:
            log.warning("the CRM is " + state + "; calls wait", connection=self.connection, reason=str(error))
        self.state, self.trouble = state, str(error)
        self.release()
