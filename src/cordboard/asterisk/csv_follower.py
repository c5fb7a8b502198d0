"""Follow the file that `cel_custom` writes (CSV or JSON lines), as a ledger: rotation, restarts, half-written lines.

In:   the path, the columns where the file has no header line, and where to begin.
Out:  batches of `CelEvent`s, each with the position behind it. A reader that keeps the position gets each row once.

The surprise: logrotate may move the file away between two looks, also while we are not running. So a position names
the file by its number (inode) and its first bytes, and what is left of a moved file is read before the new one.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import msgspec

from cordboard.asterisk.cel_csv import BrokenLine, CsvRows, NoCel, header_columns
from cordboard.asterisk.cel_json import JsonRows
from cordboard.asterisk.local_time import epoch_micros
from cordboard.calls.cel import CelEvent

PIECE = 1 << 18
HEAD = 256


class Place(msgspec.Struct, frozen=True):
    """A position in readable parts; its JSON is what is kept."""

    inode: int
    #: digest of the first bytes, as many as `head_size`
    head: str
    head_size: int
    offset: int

    def text(self) -> str:
        return msgspec.json.encode(self).decode()


class CsvFollower:
    """Follows one growing file."""

    name = "cel-csv"

    def __init__(
        self, path: Path | str, columns: Sequence[str] = (), start: str = "now", *,
        timezone: str | None = None, every: float = 0.2,
    ) -> None:  # fmt: skip
        self._path = Path(path)
        self._columns = tuple(columns)
        self._start = start
        self._timezone = timezone
        self._every = every
        self._waited = False
        self._problem = ""
        self._broken: list[BrokenLine] = []
        self._read = 0

    async def rows(self, after: str | None) -> AsyncIterator[tuple[list[CelEvent], str]]:
        """Batches behind the position, for ever; the first one may be empty and only says where following begins."""
        since = None if self._start == "now" else start_micros(self._start)
        reader = await self._first(after)
        try:
            yield [], reader.place().text()
            while True:
                # whether it was moved away is asked before reading, so that nothing written meanwhile is left behind
                moved = await asyncio.to_thread(reader.is_left_behind, self._path)
                events = await asyncio.to_thread(self._batch, reader)
                if events:
                    wanted = events if since is None else [event for event in events if event.eventtime >= since]
                    yield wanted, reader.place().text()
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
            "reason": self._problem,
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
        self._problem = ""
        self._broken += reader.take_broken()
        self._read += len(events)
        return events

    def _open(self, after: str | None) -> Reader | None:
        """The reader at a position, or at the beginning of following; None while there is no file."""
        place = read_place(after)
        try:
            if place is not None:
                path = find_file(self._path, place)
                if path is not None:
                    return self._reader(path, place.offset)
                self._problem = f"{self._path}: the file read last is gone; the new one is read from its beginning"
                return self._reader(self._path, 0)
            begin = self._start == "now" and not self._waited
            return self._reader(self._path, whole_lines(self._path) if begin else 0)
        except OSError as error:
            # a file that appears later holds only what is new
            self._waited = True
            self._problem = f"{self._path}: cannot be read: {error.strerror}; is it the file of cel_custom.conf?"
            return None

    def _next(self, reader: Reader) -> Reader | None:
        """The file that follows one that was moved away or cut."""
        try:
            return self._reader(self._path, 0)
        except OSError:
            return None

    def _reader(self, path: Path, offset: int) -> Reader:
        return Reader(path.open("rb"), self._new_rows(), offset)

    def _new_rows(self) -> CsvRows | JsonRows:
        return CsvRows(self._columns, self._timezone)


class JsonFollower(CsvFollower):
    """Follows one growing file of JSON lines; all the rest is the same."""

    name = "cel-json"

    def _new_rows(self) -> CsvRows | JsonRows:
        return JsonRows(self._timezone)


class Reader:
    """One open file, read from an offset on."""

    def __init__(self, file: BinaryIO, rows: CsvRows | JsonRows, offset: int) -> None:
        self._file = file
        self._rows = rows
        self._told = 0
        self._offset = 0
        if offset:
            # the columns stand in the first line, wherever we go on
            first = file.readline()
            if header_columns(first.decode("utf-8", "replace").strip("\ufeff\r\n")) and len(first) <= offset:
                rows.feed(first.decode("utf-8", "replace"))
            self._offset = offset

    def read(self) -> list[CelEvent]:
        """The events of the whole lines that have come since."""
        self._file.seek(self._offset)
        data = self._file.read(PIECE)
        end = data.rfind(b"\n") + 1
        if not end:
            return []
        events = self._rows.feed(data[:end].decode("utf-8", "replace"))
        self._offset += end
        return events

    def take_broken(self) -> list[BrokenLine]:
        broken = self._rows.broken[self._told :]
        self._told += len(broken)
        return broken

    def is_left_behind(self, path: Path) -> bool:
        """Whether the path names another file by now, or this one was cut to begin anew."""
        mine = os.fstat(self._file.fileno())
        try:
            there = path.stat()
        except OSError:
            return False
        return there.st_ino != mine.st_ino or there.st_size < self._offset

    def place(self) -> Place:
        self._file.seek(0)
        head = self._file.read(min(HEAD, self._offset))
        return Place(os.fstat(self._file.fileno()).st_ino, digest(head), len(head), self._offset)

    def close(self) -> None:
        self._file.close()


def read_place(kept: str | None) -> Place | None:
    """The position that was kept; None where it is another source's, as when the settings named a table until now."""
    try:
        return None if kept is None else msgspec.json.decode(kept, type=Place)
    except msgspec.DecodeError:
        return None


def find_file(path: Path, place: Place) -> Path | None:
    """The file a position speaks of: the one at the path, or one that rotation moved beside it."""
    beside = sorted(path.parent.glob(path.name + "*"), key=lambda found: found != path)
    for found in beside:
        try:
            with found.open("rb") as file:
                size = os.fstat(file.fileno()).st_size
                if size >= place.offset and digest(file.read(place.head_size)) == place.head and (
                    place.head_size or os.fstat(file.fileno()).st_ino == place.inode
                ):  # fmt: skip
                    return found
        except OSError:
            continue
    return None


def whole_lines(path: Path) -> int:
    """The size of the file without a last line that is still being written."""
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        here = size
        while here > 0:
            start = max(0, here - PIECE)
            file.seek(start)
            found = file.read(here - start).rfind(b"\n")
            if found >= 0:
                return start + found + 1
            here = start
    return 0


def start_micros(text: str) -> int:
    """A date of the settings, in UTC where it names no zone."""
    moment = datetime.fromisoformat(text)
    return epoch_micros(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def digest(head: bytes) -> str:
    return hashlib.sha256(head).hexdigest()[:16]
