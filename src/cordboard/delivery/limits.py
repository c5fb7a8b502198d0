"""Limits: how fast a CRM may be asked.

Pure. A leaky bucket by reservation: each request reserves its moment and is told how long to wait, so that nobody
polls and the order of asking is the order of going.
"""

from __future__ import annotations


class Bucket:
    """`rate` requests drain per second, `size` fit in (Bitrix24: 2 and 50, per portal and source address)."""

    def __init__(self, rate: float, size: int) -> None:
        self.rate = rate
        self.size = size
        self._level = 0.0
        self._at = 0.0

    def reserve(self, now: float) -> float:
        """Take the next place; returns the seconds to wait before the request may leave."""
        wait = self.wait(now)
        if self.rate:
            self._level = self._level_at(now) + 1.0
            self._at = now
        return wait

    def wait(self, now: float) -> float:
        """The seconds that whoever took the next place now would have to wait."""
        if not self.rate:
            return 0.0
        # one place stays free: the CRM counts from its own clock
        return max(self._level_at(now) + 1.0 - (self.size - 1), 0.0) / self.rate

    def _level_at(self, now: float) -> float:
        return max(self._level - max(now - self._at, 0.0) * self.rate, 0.0)
