"""Rows: how far a ledger has been read, so that a restart can rebuild every open call.

In:   batches with their positions, calls that begin and end in them.
Out:  the position to keep: the one before the batch in which the oldest open call began; and a call's own rows.
"""

from __future__ import annotations

import msgspec

from cordboard.calls.cel import CelEvent

#: rows of one call that are kept with it
MOST_ROWS = 5_000


class OpenRows:
    """The open calls of one ledger."""

    def __init__(self, after: str | None = None) -> None:
        """`after`: the position behind which the ledger is read."""
        self._before: str | None = None
        self._after = after
        #: linkedid → position before the batch in which it began; in order of beginning
        self._begun: dict[str, str | None] = {}
        self._rows: dict[str, list[CelEvent]] = {}

    def batch(self, position: str) -> None:
        """A batch follows whose end is `position`."""
        self._before, self._after = self._after, position

    def begin(self, linkedid: str) -> None:
        """A call begins in this batch."""
        self._begun.setdefault(linkedid, self._before)

    def row(self, linkedid: str, event: CelEvent) -> None:
        """A row of an open call."""
        rows = self._rows.setdefault(linkedid, [])
        if len(rows) < MOST_ROWS:
            rows.append(event)

    def merge(self, survivor: str, absorbed: str) -> None:
        """Two calls became one: the survivor needs the rows of both."""
        before = self._begun.pop(absorbed, None)
        if before is not None:
            self._begun.setdefault(survivor, before)
        rows = self._rows.pop(absorbed, [])
        self._rows.setdefault(survivor, []).extend(rows)

    def end(self, linkedid: str) -> bytes:
        """A call has ended; its rows, as JSON."""
        self._begun.pop(linkedid, None)
        return msgspec.json.encode(sorted(self._rows.pop(linkedid, []), key=lambda event: event.eventtime))

    def to_keep(self) -> str | None:
        """The position from which a restart would see every open call whole."""
        return next(iter(self._begun.values()), self._after) or self._after
