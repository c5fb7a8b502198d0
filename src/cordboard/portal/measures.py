"""Measures: what one portal counts since its start; `metrics` shows it."""

from __future__ import annotations

from collections import Counter

from cordboard.measures import Spread

__all__ = ["PortalMeasures"]


class PortalMeasures:
    """Counts of one portal since the start."""

    def __init__(self) -> None:
        #: requests by method and HTTP status; 0 where the connection was cut before there was one
        self.requests: Counter[tuple[str, str]] = Counter()
        self.seconds: dict[str, Spread] = {}
        #: pages with a live connection
        self.live_clients = 0

    def asked(self, method: str, status: int, seconds: float) -> None:
        self.requests[method, str(status)] += 1
        self.seconds.setdefault(method, Spread()).add(seconds)
