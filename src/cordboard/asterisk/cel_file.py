"""One file that `cel_custom` writes: a place in it, reading on from there, and finding it again after rotation.

In:   paths and places. Out: an open `Reader`; `Place`s, whose JSON is kept; the file that follows another one.

The surprise: a name says nothing about which file it is. So a place names the file by its number (inode) and its first
bytes, and the order of rotated files is that of their last writes.
"""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path
from typing import BinaryIO

import msgspec

from cordboard.asterisk.cel_csv import BrokenLine, CsvRows, header_columns
from cordboard.asterisk.cel_json import JsonRows
from cordboard.asterisk.opening import COMPRESSED, open_file
from cordboard.calls.cel import CelEvent

PIECE = 1 << 18
HEAD = 256
#: what rotation puts behind a file's name; not `.bak`, which is a copy
ROTATED = re.compile(r"[-._]\d[\dT_.-]*(?:\.gz|\.bz2|\.xz)?$")


class Place(msgspec.Struct, frozen=True, omit_defaults=True):
    """A position in readable parts; its JSON is what is kept."""

    inode: int
    #: digest of the first bytes, as many as `head_size`
    head: str
    head_size: int
    offset: int
    #: time of the last row read, or of the beginning of following (microseconds)
    last: int = 0
    #: rows before `history`, an offset, are left out where they are older than this
    since: int = 0
    history: int = 0

    def text(self) -> str:
        return msgspec.json.encode(self).decode()


BEGINNING = Place(0, "", 0, 0)


class Reader:
    """One open file, read from a place on."""

    def __init__(self, file: BinaryIO, rows: CsvRows | JsonRows, place: Place) -> None:
        self._file = file
        self._rows = rows
        self._offset = self._at = 0
        self._head = b""
        self._since, self._history = place.since, place.history
        self.last = place.last
        offset = place.offset
        if offset:
            # the columns stand in the first line, wherever we go on
            first = file.readline()
            self._at = len(first)
            if header_columns(first.decode("utf-8", "replace").strip("\ufeff\r\n")) and len(first) <= offset:
                rows.feed(first.decode("utf-8", "replace"))
            self._offset = offset

    def read(self) -> list[CelEvent]:
        """The events of the whole lines that have come since."""
        if self._at != self._offset:  # in a compressed file each step back begins at its first byte
            self._file.seek(self._offset)
        data = self._file.read(PIECE)
        self._at = self._offset + len(data)
        end = data.rfind(b"\n") + 1
        if not end:
            return []
        events = self._rows.feed(data[:end].decode("utf-8", "replace"))
        if events:
            self.last = max(self.last, events[-1].eventtime)
        if self._offset < self._history:
            events = [event for event in events if event.eventtime >= self._since]
        self._offset += end
        return events

    def take_broken(self) -> list[BrokenLine]:
        broken = self._rows.broken.copy()
        self._rows.broken.clear()
        return broken

    def stat(self) -> os.stat_result:
        return os.fstat(self._file.fileno())

    def is_left_behind(self, path: Path) -> bool:
        """Whether the path names another file by now, or this one was cut to begin anew."""
        mine = self.stat()
        try:
            there = path.stat()
        except OSError:
            return False
        return there.st_ino != mine.st_ino or there.st_size < self._offset

    def place(self) -> Place:
        size = min(HEAD, self._offset)
        if len(self._head) < size:
            self._file.seek(0)
            self._head = self._file.read(HEAD)
            self._at = -1
        head = self._head[:size]
        since, history = (self._since, self._history) if self._offset < self._history else (0, 0)
        return Place(self.stat().st_ino, digest(head), len(head), self._offset, self.last, since, history)

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
    # a copy beside it begins with the same bytes: the file itself comes first
    beside = sorted(
        path.parent.glob(path.name + "*"), key=lambda found: (inode_of(found) != place.inode, found != path)
    )
    for found in beside:
        try:
            state = found.stat()
            if state.st_size < place.offset and found.suffix not in COMPRESSED:
                continue
            if head_of(found, place.head_size) == place.head and (place.head_size or state.st_ino == place.inode):
                return found
        except (OSError, EOFError):
            continue
    return None


def head_of(path: Path, size: int) -> str:
    """The digest of a file's first bytes."""
    with open_file(path) as file:
        return digest(file.read(size))


def inode_of(path: Path) -> int:
    try:
        return path.stat().st_ino
    except OSError:
        return 0


def following(path: Path, mine: os.stat_result) -> Path:
    """The file written next after the one with this state: one that was rotated away later, else the one at the path.

    Read by the times of their last writes: the number in a rotated name says nothing about which one we have open."""
    if path.stat().st_ino == mine.st_ino:  # cut in its place (copytruncate)
        return path
    later: list[tuple[int, Path]] = []
    for found in path.parent.glob(path.name + "?*"):
        if ROTATED.fullmatch(found.name.removeprefix(path.name)):
            state = found.stat()
            # one that is older or as old was read before, or is ours
            if state.st_ino != mine.st_ino and state.st_mtime_ns > mine.st_mtime_ns and not is_half(found):
                later.append((state.st_mtime_ns, found))
    return min(later)[1] if later else path


def is_half(path: Path) -> bool:
    """Whether a file is being compressed right now: what it is made of still stands beside it."""
    return path.suffix in COMPRESSED and path.with_suffix("").exists()


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


def digest(head: bytes) -> str:
    return hashlib.sha256(head).hexdigest()[:16]
