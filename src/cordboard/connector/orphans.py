"""Orphans: calls of an earlier life that no ledger can rebuild (AMI only).

In:   how they were last seen, what the PBX lists when it is heard again, their later events.
Out:  their ends.

The surprise: their events are kept from the call model. It would take the rest of a call for a whole one, and call an
answered incoming call an unanswered local one.
"""

from __future__ import annotations

from cordboard.calls.cel import CelEvent
from cordboard.connector.ends import unseen_end
from cordboard.connector.journal import Ended
from cordboard.flow.situation import Situation

#: one of which nothing was heard for so long is over (microseconds)
SILENCE = 4 * 3600 * 1_000_000


class Orphans:
    """Those of one PBX."""

    def __init__(self) -> None:
        self._last: dict[str, Situation] = {}
        #: linkedid → when it was last known to be alive
        self._alive: dict[str, int] = {}

    def __contains__(self, linkedid: object) -> bool:
        return linkedid in self._last

    def adopt(self, last: dict[str, Situation]) -> None:
        """Calls by their linkedids, as last seen."""
        self._last |= last
        self._alive |= {linkedid: situation.at for linkedid, situation in last.items()}

    def hear(self, event: CelEvent) -> Ended | None:
        """An event of one of them; its end, if that is what it tells."""
        self._alive[event.linkedid] = event.eventtime
        return self._end(event.linkedid, event.eventtime) if event.eventtype == "LINKEDID_END" else None

    def connected(self, alive: frozenset[str] | None, started: int, now: int) -> list[Ended]:
        """The PBX is heard: those that ended while nobody listened. `alive` None: it may not be asked."""
        if alive is None:
            gone = [linkedid for linkedid, last in self._last.items() if last.at < started]
        else:
            gone = [linkedid for linkedid in self._last if linkedid not in alive]
            self._alive |= dict.fromkeys(self._last, now)
        return [self._end(linkedid, 0) for linkedid in gone]

    def listed(self, uniqueids: frozenset[str], now: int) -> None:
        """The PBX lists these channels."""
        self._alive |= {linkedid: now for linkedid in self._last if linkedid in uniqueids}

    def expire(self, now: int) -> list[Ended]:
        """Those of which nothing was heard for too long."""
        gone = [linkedid for linkedid in self._last if now - self._alive[linkedid] > SILENCE]
        return [self._end(linkedid, self._alive[linkedid]) for linkedid in gone]

    def _end(self, linkedid: str, at: int) -> Ended:
        self._alive.pop(linkedid)
        return unseen_end(self._last.pop(linkedid), at)
