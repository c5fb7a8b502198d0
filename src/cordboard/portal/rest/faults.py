"""Fault switches: the portal answers wrongly on purpose, so that a client's manners can be tested.

In:   a fault (`slow`, `cut`, `lost`, `bad_gateway`, or the code of an error), for which methods, which share of their
      requests, how many times.
Out:  for each request the fault that strikes it, or none.

Faults live in memory: a forgotten one is over with the next start. The methods `cordboard.faults.*` are never struck.
The surprise: a share is exact, not by chance: of 25 percent every fourth request is struck, so a test can count.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from cordboard.b24wire.errors import RestError
from cordboard.b24wire.provoked import PROVOKED

__all__ = ["BAD_GATEWAY", "CUT", "KINDS", "LOST", "SLOW", "Fault", "FaultUnknown", "Faults"]

#: the request is carried out and answered, late
SLOW = "slow"
#: the connection is cut and nothing is carried out
CUT = "cut"
#: the request is carried out and the connection cut instead of the answer
LOST = "lost"
#: a page of a proxy in front, with status 502 and no JSON
BAD_GATEWAY = "bad_gateway"

#: what clients must live with first, then every other row of the table of errors: the order of the page's list
KINDS: dict[str, Callable[[], RestError] | None] = {
    kind: PROVOKED.get(kind)
    for kind in (
        "QUERY_LIMIT_EXCEEDED",
        "OPERATION_TIME_LIMIT",
        "expired_token",
        SLOW,
        "INTERNAL_SERVER_ERROR",
        BAD_GATEWAY,
        CUT,
        LOST,
        *PROVOKED,
    )
}

#: more cannot be told apart by anybody
MOST = 50
LONGEST_WAIT = 300.0
OURS = "cordboard.faults."


class FaultUnknown(ValueError):
    """What was asked for is no fault; the message says what would be one."""


@dataclass(slots=True)
class Fault:
    """One switch that is on."""

    id: int
    #: a key of `KINDS`
    kind: str
    #: patterns of lower-case names, `telephony.*`; empty: every method
    methods: tuple[str, ...] = ()
    #: percent of the requests it fits
    share: int = 100
    #: how often it may strike yet; None: until it is switched off
    left: int | None = None
    #: how late a slow answer is
    seconds: float = 0.0
    #: how often it struck
    struck: int = 0
    _owed: int = field(default=0, repr=False)

    def fits(self, method: str) -> bool:
        return not self.methods or any(fnmatchcase(method, pattern) for pattern in self.methods)

    def strikes(self) -> bool:
        """Whether the next request it fits is struck; counts it."""
        self._owed += self.share
        if self._owed < 100:
            return False
        self._owed -= 100
        self.struck += 1
        if self.left is not None:
            self.left -= 1
        return True

    def error(self) -> RestError | None:
        """What it answers instead of the method; None for faults that are no error of Bitrix24's."""
        make = KINDS[self.kind]
        return make() if make else None


class Faults:
    """The fault switches of one portal."""

    def __init__(self, changed: Callable[[], None] = lambda: None) -> None:
        #: called after each change: pages tell which are on
        self.changed = changed
        self._faults: list[Fault] = []
        self._last_id = 0

    @property
    def any(self) -> bool:
        """Whether one is on."""
        return bool(self._faults)

    @property
    def active(self) -> list[Fault]:
        """The switches that are on, oldest first."""
        return list(self._faults)

    def add(
        self,
        kind: str,
        methods: Iterable[str] = (),
        *,
        share: int = 100,
        times: int | None = None,
        seconds: float = 5.0,
    ) -> Fault:
        """Switch one on; `FaultUnknown` says what is wrong with it."""
        known = next((name for name in KINDS if name.lower() == kind.strip().lower()), None)
        if known is None:
            raise FaultUnknown(f"{kind[:80] or 'Nothing'} is no fault; faults are {', '.join(KINDS)}")
        if not 1 <= share <= 100:
            raise FaultUnknown("The share is a whole number of percent from 1 to 100")
        if times is not None and times < 1:
            raise FaultUnknown("A fault strikes at least once")
        if not 0 < seconds <= LONGEST_WAIT:
            raise FaultUnknown(f"A slow answer takes more than 0 and at most {LONGEST_WAIT:.0f} seconds")
        if len(self._faults) >= MOST:
            raise FaultUnknown(f"{MOST} faults are on already; switch some off first")
        patterns = tuple(dict.fromkeys(part.strip().lower() for part in methods if part.strip()))[:MOST]
        self._last_id += 1
        fault = Fault(self._last_id, known, patterns, share, times, seconds if known == SLOW else 0.0)
        self._faults.append(fault)
        self.changed()
        return fault

    def remove(self, fault_id: int) -> bool:
        """Switch one off; False if it is not on."""
        before = len(self._faults)
        self._faults = [fault for fault in self._faults if fault.id != fault_id]
        if len(self._faults) == before:
            return False
        self.changed()
        return True

    def clear(self) -> None:
        """Switch all off."""
        if self._faults:
            self._faults = []
            self.changed()

    def strike(self, method: str) -> Fault | None:
        """The fault for a request of this method, if one strikes it; those used up are off."""
        return self._strike(method.lower(), self._faults)

    def strike_command(self, method: str) -> RestError | None:
        """The error for a command of a batch, whose request has passed: only what names its method can strike it."""
        named = [fault for fault in self._faults if fault.methods and KINDS[fault.kind]]
        struck = self._strike(method.lower(), named) if named else None
        return struck.error() if struck else None

    def _strike(self, name: str, faults: list[Fault]) -> Fault | None:
        if name.startswith(OURS):
            return None
        struck = next((fault for fault in faults if fault.fits(name) and fault.strikes()), None)
        if struck is not None and struck.left == 0:
            self.remove(struck.id)
        return struck
