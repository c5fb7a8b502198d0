"""Follow a CEL table, as a ledger: restarts, a database that goes away and comes back, a table that is emptied.

In:   a database URL (see `cel_table.py`), and where to begin.
Out:  batches of `CelEvent`s, each with the position behind it. A reader that keeps the position gets each row once.

The surprise: an id may become visible after a greater one, where several PBXs write into one table. So a gap in the
ids is remembered, in the position too, and asked for again for a while. And ids may begin anew (TRUNCATE): a position
knows the row it stands behind, and where another row has that id, or none is so high, the table is read from its
beginning, but nothing older than the last row.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import msgspec

from cordboard.asterisk.cel_csv import BrokenLine, NoCel
from cordboard.asterisk.cel_table import CelTable, Row
from cordboard.asterisk.csv_follower import start_micros
from cordboard.asterisk.local_time import Utc
from cordboard.calls.cel import CelEvent

#: how long a gap in the ids may still be filled: a transaction is never open for longer
GAP_SECONDS = 10.0
MOST_GAPS = 50
SLOWEST = 10.0


class Mark(msgspec.Struct, frozen=True, omit_defaults=True):
    """A position in readable parts; its JSON is what is kept."""

    id: int
    #: time and digest of the row with this id; empty while none has been read
    time: int = 0
    row: str = ""
    gaps: tuple[int, ...] = ()

    def text(self) -> str:
        return msgspec.json.encode(self).decode()


class TableFollower:
    """Follows one growing table."""

    name = "cel-table"

    def __init__(
        self, url: str, start: str = "now", *, timezone: str | None = None, utc: Utc = "auto", every: float = 1.0
    ) -> None:
        self._table = CelTable(url, timezone, utc)
        self._start = start
        self._since = 0 if start == "now" else start_micros(start)
        self._every = every
        self._problem = "not asked yet"
        self._note = ""
        self._broken: list[BrokenLine] = []
        self._read = 0
        self._newest = 0
        self._gaps: dict[int, float] = {}

    async def rows(self, after: str | None) -> AsyncIterator[tuple[list[CelEvent], str]]:
        """Batches behind the position, for ever; the first one is empty and only says where following begins."""
        mark = self._kept(after)
        told: int | None = None  #: the id of the position told last
        wait = self._every
        proven = False  #: whether the table is the one that the mark speaks of; asked after each break
        try:
            while True:
                try:
                    if mark is None or not proven:
                        mark = await asyncio.to_thread(self._begin, mark)
                        proven = True
                        if told is None:
                            # the reader needs a position before the first rows: calls that begin in them are kept by it
                            told = mark.id
                            yield [], mark.text()
                    events, mark, full = await asyncio.to_thread(self._look, mark)
                except (OSError, NoCel) as error:
                    self._problem, proven = str(error), False
                    wait = min(wait * 2, max(SLOWEST, self._every))
                    await asyncio.sleep(wait)
                    continue
                self._problem, wait = "", self._every
                if events or mark.id != told:
                    told = mark.id
                    yield events, mark.text()
                if not full:
                    await asyncio.sleep(self._every)
        finally:
            # a question may still be running in its thread: the connection is closed behind it
            asyncio.get_running_loop().run_in_executor(None, self._table.close)

    def health(self) -> dict[str, object]:
        """How the source is, for people."""
        return {
            "state": "problem" if self._problem else "up",
            "reason": self._problem or self._note,
            "table": self._table.place,
            "rows": self._read,
            "newest": datetime.fromtimestamp(self._newest / 1e6, UTC).isoformat() if self._newest else "",
            "lacks": self._table.lacks,
            "broken": [f"row {line.number}: {line.reason}" for line in self._broken[-5:]],
        }

    def _kept(self, after: str | None) -> Mark | None:
        try:
            return None if after is None else msgspec.json.decode(after, type=Mark)
        except msgspec.DecodeError:  # the settings named a file until now
            self._note = f"the position kept was another source's; the table is followed from {self._start!r}"
            return None

    def _begin(self, mark: Mark | None) -> Mark:
        """Where to go on: behind the mark, if the table still is the one that it speaks of."""
        if mark is None:
            if self._start == "now":
                return self._at(self._table.newest())
            return Mark(self._table.first_since(self._since))
        now = time.monotonic()
        self._gaps = dict.fromkeys(mark.gaps, now + GAP_SECONDS)
        there = self._table.rows_with([mark.id]) if mark.row else []
        if there and seal(there[0]) != mark.row:
            return self._anew(mark)
        return mark

    def _at(self, newest: int) -> Mark:
        rows = self._table.rows_with([newest])
        return mark_behind(rows[0], ()) if rows else Mark(newest)

    def _anew(self, mark: Mark) -> Mark:
        self._note = "the ids of the table began anew; it is read from its beginning"
        self._since, self._gaps = max(self._since, mark.time), {}
        return Mark(0, mark.time)

    def _look(self, mark: Mark) -> tuple[list[CelEvent], Mark, bool]:
        """What has come behind the mark: the events, the new mark, and whether there is more at once."""
        late = self._table.rows_with(list(self._gaps)) if self._gaps else []
        page = self._table.page(mark.id)
        if not page.rows and 0 < self._table.newest() < mark.id:
            mark = self._anew(mark)
            page = self._table.page(0)
        for row, _ in late:
            del self._gaps[row]
        self._remember_gaps(mark.id, [row for row, _ in page.rows])
        self._take_broken()
        events = [event for _, event in [*late, *page.rows] if event.eventtime >= self._since]
        self._read += len(events)
        gaps = tuple(self._gaps)
        if page.rows:
            self._newest = page.rows[-1][1].eventtime
            mark = mark_behind(page.rows[-1], gaps)
        if page.last > mark.id:  # the last rows of the page were broken
            mark = Mark(page.last, mark.time)
        return events, msgspec.structs.replace(mark, gaps=gaps), page.full

    def _remember_gaps(self, after: int, ids: list[int]) -> None:
        now = time.monotonic()
        self._gaps = {row: until for row, until in self._gaps.items() if until > now}
        broken = {line.number for line in self._table.broken}
        for before, here in zip([after, *ids], ids, strict=False):
            if 0 < here - before - 1 <= MOST_GAPS and before:
                self._gaps.update((row, now + GAP_SECONDS) for row in range(before + 1, here) if row not in broken)
        for row in list(self._gaps)[:-MOST_GAPS]:
            del self._gaps[row]

    def _take_broken(self) -> None:
        self._broken = [*self._broken, *self._table.broken][-100:]
        self._table.broken.clear()


def mark_behind(row: Row, gaps: tuple[int, ...]) -> Mark:
    return Mark(row[0], row[1].eventtime, seal(row), gaps)


def seal(row: Row) -> str:
    """What tells a row from another one with the same id; not its time, which a change of zones reads otherwise."""
    event = row[1]
    text = "\0".join((event.eventtype, event.uniqueid, event.linkedid, event.channame))
    return hashlib.sha256(text.encode()).hexdigest()[:16]
