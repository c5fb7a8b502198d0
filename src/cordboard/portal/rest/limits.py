"""Limits of the original, to be provoked by an integrator's tests: off until a switch turns them on.

In:   who asks, when, and how long a method took (seconds of any steady clock).
Out:  whether the request may run.

Pure code: the caller gives the time.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

__all__ = ["LeakyBuckets", "Meter", "OperatingTimes", "read_rate"]

_MAX_KEYS = 10_000
_BASKET = 60
_BASKETS = 10
#: Hits shorter than this are not counted.
_SHORT = 0.1


def read_rate(text: str) -> tuple[float, float] | None:
    """The switch `rate_limit`: `2/50` is two a second with room for fifty; anything else is off."""
    drain, _, room = text.partition("/")
    try:
        rate = float(drain), float(room)
    except ValueError:
        return None
    return rate if rate[0] > 0 and rate[1] > 0 else None


class LeakyBuckets:
    """One bucket per source address: each request pours one in, `drain` a second flow out."""

    def __init__(self, drain: float, room: float) -> None:
        self._drain = drain
        self._room = room
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def pour(self, key: str, now: float) -> bool:
        """Take a request of `key`; False when the bucket is full, and then it does not get fuller."""
        level, since = self._levels.pop(key, (0.0, now))
        level = max(0.0, level - max(0.0, now - since) * self._drain)
        fits = level + 1 <= self._room
        self._levels[key] = (level + 1 if fits else level, now)
        while len(self._levels) > _MAX_KEYS:
            self._levels.popitem(last=False)
        return fits


@dataclass(slots=True)
class _Baskets:
    minutes: dict[int, float]


class OperatingTimes:
    """The time each method took for each credential, in ten baskets of a minute; `now` is unix time."""

    def __init__(self, limit: float) -> None:
        #: Seconds in ten minutes; 0 counts without blocking.
        self.limit = limit
        self._baskets: OrderedDict[tuple[str, str], _Baskets] = OrderedDict()

    def spent(self, credential: str, method: str, now: float) -> float:
        """Seconds spent within the last ten minutes."""
        baskets = self._baskets.get((credential, method))
        if baskets is None:
            return 0.0
        oldest = int(now // _BASKET) - _BASKETS
        baskets.minutes = {minute: spent for minute, spent in baskets.minutes.items() if minute > oldest}
        return sum(baskets.minutes.values())

    def allowed(self, credential: str, method: str, now: float) -> bool:
        """Whether the budget still has something left."""
        return not self.limit or self.spent(credential, method, now) < self.limit

    def add(self, credential: str, method: str, seconds: float, now: float) -> None:
        """Count a run."""
        if seconds < _SHORT:
            return
        baskets = self._baskets.setdefault((credential, method), _Baskets({}))
        minute = int(now // _BASKET)
        baskets.minutes[minute] = baskets.minutes.get(minute, 0.0) + seconds
        while len(self._baskets) > _MAX_KEYS:
            self._baskets.popitem(last=False)

    def reset_at(self, credential: str, method: str, now: float) -> int:
        """When the oldest basket drops out."""
        baskets = self._baskets.get((credential, method))
        first = min(baskets.minutes) if baskets and baskets.minutes else int(now // _BASKET)
        return (first + _BASKETS) * _BASKET


@dataclass(frozen=True, slots=True)
class Meter:
    """The running times of one credential."""

    times: OperatingTimes
    credential: str

    def allowed(self, method: str, now: float) -> bool:
        """Whether the method's budget still has something left."""
        return self.times.allowed(self.credential, method, now)

    def add(self, method: str, seconds: float, now: float) -> None:
        """Count a run of the method."""
        self.times.add(self.credential, method, seconds, now)

    def spent(self, method: str, now: float) -> float:
        """Seconds the method took within the last ten minutes."""
        return self.times.spent(self.credential, method, now)

    def reset_at(self, method: str, now: float) -> int:
        """Unix time when the oldest of it is forgotten."""
        return self.times.reset_at(self.credential, method, now)
