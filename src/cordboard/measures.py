"""Measures: how long things took, counted in steps.

In:   seconds. Out: how many took at most so long.
Counting here and not in Prometheus' own objects keeps several connectors in one process apart, as tests have them, and
the library away from the commands that do not show anything.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator

__all__ = ["FAST", "LONG", "Spread"]

#: seconds of requests, commits, cards
FAST = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
#: seconds of waiting and talking
LONG = (1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0)


class Spread:
    """How often something took how long."""

    __slots__ = ("bounds", "counts", "total")

    def __init__(self, bounds: tuple[float, ...] = FAST) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        #: seconds of all together
        self.total = 0.0

    def add(self, seconds: float) -> None:
        """One more; a clock that was set back makes it 0."""
        seconds = max(seconds, 0.0)
        self.counts[bisect_left(self.bounds, seconds)] += 1
        self.total += seconds

    def steps(self) -> Iterator[tuple[float, int]]:
        """Each bound with how many were at most so long; the last bound is infinite.

        >>> spread = Spread((1.0, 2.0))
        >>> spread.add(1.5)
        >>> list(spread.steps())
        [(1.0, 0), (2.0, 1), (inf, 1)]
        """
        below = 0
        for bound, count in zip((*self.bounds, float("inf")), self.counts, strict=True):
            below += count
            yield bound, below
