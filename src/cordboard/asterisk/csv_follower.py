"""Follow the file that `cel_custom` writes (CSV or JSON lines), as a ledger: rotation, restarts, half-written lines.

In:   the path, the columns where the file has no header line, and where to begin.
Out:  batches of `CelEvent`s, each with the position behind it. A reader that keeps the position gets each row once.

The surprise: logrotate may move the file away between two looks, also while we are not running, and more than once;
what is left of a moved file is read before the next one (`cel_file.py`). What stands in a file in which we have no
place is history, and nothing of it is taken that is older than what was read last: a late mount, or another path in
the settings, would else bring back the calls of a year.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from cordboard.asterisk.cel_csv import BrokenLine, CsvRows, NoCel
from cordboard.asterisk.cel_custom_conf import Written, read_conf
from cordboard.asterisk.cel_file import BEGINNING, Place, Reader, find_file, following, read_place, whole_lines
from cordboard.asterisk.cel_json import JsonRows
from cordboard.asterisk.local_time import Utc, epoch_micros
from cordboard.asterisk.opening import open_file
from cordboard.calls.cel import CelEvent

#: how far the clock of the PBX may be behind ours (microseconds)
SKEW = 60_000_000
MOST_BROKEN = 100


class CsvFollower:
    """Follows one growing file."""

    name = "cel-csv"

    def __init__(
        self, path: Path | str, columns: Sequence[str] = (), start: str = "now", *,
        columns_from: str = "", timezone: str | None = None, utc: Utc = "auto", every: float = 0.2,
    ) -> None:  # fmt: skip
        self._path = Path(path)
        self._columns, self._columns_from = tuple(columns), columns_from
        self._start = start
        self._timezone = timezone
        self._utc: Utc = utc
        self._every = every
        #: when following began, and whether it began before there was a file
        self._began = time.time_ns() // 1000
        self._waited = False
        self._problem = f"{path}: not looked at yet"
        self._note = ""
        self._broken: list[BrokenLine] = []
        self._read = 0

    async def rows(self, after: str | None) -> AsyncIterator[tuple[list[CelEvent], str]]:
        """Batches behind the position, for ever; the first one may be empty and only says where following begins."""
        since = 0 if self._start == "now" else start_micros(self._start)
        reader = await self._first(after)
        try:
            yield [], reader.place().text()
            while True:
                # whether it was moved away is asked before reading, so that nothing written meanwhile is left behind
                moved = await asyncio.to_thread(reader.is_left_behind, self._path)
                events = await asyncio.to_thread(self._batch, reader)
                if events:
                    yield [event for event in events if event.eventtime >= since], reader.place().text()
                elif moved and (following := await asyncio.to_thread(self._next, reader)):
                    reader.close()
                    reader = following
                    yield [], reader.place().text()
                else:
                    await asyncio.sleep(self._every)
        finally:
            reader.close()

    async def _first(self, after: str | None) -> Reader:
        while True:
            reader = await asyncio.to_thread(self._open, after)
            if reader is not None:
                return reader
            await asyncio.sleep(self._every)

    def health(self) -> dict[str, object]:
        """How the source is, for people."""
        return {
            "state": "problem" if self._problem else "up",
            "reason": self._problem or self._note,
            "file": str(self._path),
            "rows": self._read,
            "broken": [f"line {line.number}: {line.reason}" for line in self._broken[-5:]],
        }

    def _batch(self, reader: Reader) -> list[CelEvent]:
        try:
            events = reader.read()
        except NoCel as error:
            self._problem = f"{self._path}: {error}"
            return []
        except (OSError, EOFError) as error:  # a compressed file that was cut
            self._broken.append(BrokenLine(0, f"the rest of a rotated file cannot be read: {error}"))
            return []
        self._problem = ""
        self._broken = [*self._broken, *reader.take_broken()][-MOST_BROKEN:]
        self._read += len(events)
        return events

    def _open(self, after: str | None) -> Reader | None:
        """The reader at a position, or at the beginning of following; None while there is no file."""
        place = read_place(after)
        try:
            if place is not None:
                path = find_file(self._path, place)
                if path is not None:
                    return self._reader(path, place)
                self._note = f"{self._path}: the file read last is gone; this one is read from what came after it"
                return self._upon(place.last)
            if self._start != "now":
                return self._reader(self._path)
            if self._waited:
                return self._upon(self._began - SKEW)
            return self._reader(self._path, Place(0, "", 0, whole_lines(self._path), self._began))
        except OSError as error:
            # a file that appears later holds what is new; one that only could not be read holds history
            self._waited = self._waited or isinstance(error, FileNotFoundError)
            if error.strerror:
                self._problem = f"{self._path}: cannot be read: {error.strerror}; is it the file of cel_custom.conf?"
            else:
                self._problem = str(error)
            return None
        except NoCel as error:
            self._problem = str(error)
            return None

    def _upon(self, since: int) -> Reader:
        """The file from its beginning, without the history before a moment."""
        return self._reader(self._path, Place(0, "", 0, 0, since, since, self._path.stat().st_size))

    def _next(self, reader: Reader) -> Reader | None:
        """The file that follows one that was moved away or cut."""
        try:
            return self._reader(following(self._path, reader.stat()), Place(0, "", 0, 0, reader.last))
        except OSError:
            return None

    def _reader(self, path: Path, place: Place = BEGINNING) -> Reader:
        return Reader(open_file(path), self._new_rows(), place)

    def _new_rows(self) -> CsvRows | JsonRows:
        written = Written(self._columns)
        if self._columns_from:
            written = read_conf(self._columns_from, self._path.name)
        return CsvRows(written.columns, self._timezone, form=written.form, utc=self._utc)


class JsonFollower(CsvFollower):
    """Follows one growing file of JSON lines; all the rest is the same."""

    name = "cel-json"

    def _new_rows(self) -> CsvRows | JsonRows:
        return JsonRows(self._timezone, self._utc)


def start_micros(text: str) -> int:
    """A date of the settings, in UTC where it names no zone."""
    moment = datetime.fromisoformat(text)
    return epoch_micros(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
