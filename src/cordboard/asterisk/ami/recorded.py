"""A recorded AMI stream (`ami.log`): every byte that one connection received, read as calls.

In:   pieces of the file, of any length.
Out:  `CelEvent`s, either the `Event: CEL` rows or the native events in the same alphabet. `broken` tells cut messages
      by the number of their first line.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cordboard.asterisk.ami.cel import cel_event
from cordboard.asterisk.ami.native import WANTED, NativeMapper
from cordboard.asterisk.ami.wire import BLANK, GREETING, Message, read_message
from cordboard.asterisk.cel_csv import BrokenLine
from cordboard.asterisk.local_time import LocalClock
from cordboard.calls.cel import CelEvent


class RecordedStream:
    """Reads one recording, once."""

    def __init__(self, timezone: str | None = None, *, live: bool = False) -> None:
        self.broken: list[BrokenLine] = []
        self.clock = LocalClock(timezone)
        self._mapper = NativeMapper()
        self._live = live
        self._wanted = frozenset(b"Event: " + name.encode() for name in (WANTED if live else ("CEL",)))
        self._line = 1

    def events(self, pieces: Iterable[bytes]) -> Iterator[CelEvent]:
        """All events of the recording, in order of arrival."""
        rest = b""
        for piece in pieces:
            *blocks, rest = (rest + piece).split(BLANK)
            for block in blocks:
                yield from self._block(block)
        if rest.strip():
            self._told("the recording is cut: its last message does not end")

    def _block(self, block: bytes) -> Iterator[CelEvent]:
        if self._line == 1 and block.startswith(GREETING):
            block = block.partition(b"\r\n")[2]
            self._line += 1
        if block.startswith(b"\r\n"):
            # a few events (TestEvent) end with one empty line too many
            block = block[2:]
            self._line += 1
        if block[: block.find(b"\r\n")] in self._wanted:
            try:
                yield from self._read(read_message(block.decode("utf-8", "replace")))
            except ValueError as error:
                self._told(str(error))
        self._line += block.count(b"\n") + 2

    def _read(self, message: Message) -> list[CelEvent]:
        if self._live:
            return self._mapper.feed(message, 0)
        event = cel_event(message, self.clock)
        return [] if event is None else [event]

    def _told(self, reason: str) -> None:
        self.broken.append(BrokenLine(self._line, reason))
