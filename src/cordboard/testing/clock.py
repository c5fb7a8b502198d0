"""A clock that a test sets.

In:   a moment, or a span of time. Out: now, as the portal sees it.
It begins as the real clock; from the first `set` or `forward` on it stands still until it is moved again.
"""

from __future__ import annotations

from datetime import datetime, timedelta

__all__ = ["Clock"]


class Clock:
    """Now, in the hands of a test; may be moved from any thread."""

    def __init__(self, now: datetime | None = None) -> None:
        self._now: datetime | None = None
        if now is not None:
            self.set(now)

    def __call__(self) -> datetime:
        """Now, aware."""
        return self._now or datetime.now().astimezone()

    def set(self, now: datetime) -> None:
        """Stand still at this moment; one without an offset is of this machine's zone."""
        self._now = now if now.tzinfo else now.astimezone()

    def forward(self, **span: float) -> datetime:
        """Go on by a span (`hours=1`, `seconds=30`) and stand still there; out: the new now."""
        self._now = self() + timedelta(**span)
        return self._now

    def run(self) -> None:
        """Be the real clock again."""
        self._now = None
