"""A captured call made new: the same events as another call, at another time, with another client.

In:   a capture's `cel.csv` and `ami.log`, the linkedids that belong to the call, and what shall be exchanged.
Out:  a `Script`: what the PBX would send on AMI and write into its CSV, each with its distance from the beginning.

The surprise: the same id stands in many places (uniqueid, linkedid, recording names, JSON in `extra`, dial strings),
so whole texts are rewritten, not fields. At a speed above 1 the events keep their true distances and lie a little in
the past, the last one at its real moment: so talks have their length, and nothing happens in the future.
"""

from __future__ import annotations

import csv
import functools
import itertools
import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from cordboard.asterisk.ami.native_rows import sent_at
from cordboard.asterisk.ami.wire import Message, read_message

SECOND = 1_000_000

CHANNEL = re.compile(r"\b((?:PJSIP|SIP|IAX2|Local|CBAnn|CBRec)/[^\s,;\"\\]+-)([0-9a-f]{8})\b")
BRIDGE = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b")


class Line(msgspec.Struct, frozen=True):
    """One AMI message or one CSV row of the capture, in microseconds from the capture's epoch."""

    at: int
    lane: str  # "ami" or "cel"
    text: str
    #: of `Event: CEL`: the moment its row has in the file, whose second is its EventTime
    row_at: int = 0


class Script(msgspec.Struct, frozen=True):
    """A captured call, ready to be played any number of times."""

    columns: tuple[str, ...]
    lines: tuple[Line, ...]
    #: uniqueid → the moment of its first row, whose second the new uniqueid gets
    born: dict[str, int]

    @property
    def start(self) -> int:
        return self.lines[0].at

    @property
    def end(self) -> int:
        return self.lines[-1].at


class Numbers:
    """Hands out what must be new in every play: channel counters, and through them uniqueids and names."""

    def __init__(self, first: int = 1) -> None:
        self._next = itertools.count(first)

    def take(self) -> int:
        return next(self._next)


class Capture(msgspec.Struct, frozen=True):
    """A capture's folder, read once."""

    columns: tuple[str, ...]
    rows: list[list[str]]
    #: the events of its AMI stream with their texts
    events: list[tuple[Message, str]]


@functools.lru_cache(maxsize=4)
def read_capture(folder: Path) -> Capture:
    """What the PBX wrote and sent; answers, and events without a time, are left out."""
    with (folder / "cel.csv").open(encoding="utf-8", newline="") as file:
        columns, *rows = csv.reader(file)
    texts = [
        text.lstrip("\r\n") for text in (folder / "ami.log").read_bytes().decode("utf-8", "replace").split("\r\n\r\n")
    ]
    events = [(read_message(text), text) for text in texts if text.startswith("Event: ")]
    return Capture(tuple(columns), rows, [(message, text) for message, text in events if message.get("Timestamp")])


def read_script(folder: Path, linkedids: frozenset[str] | None = None) -> Script:
    """The call with these linkedids (None: everything) from a capture's folder."""
    capture = read_capture(folder)
    linked, unique, time = (capture.columns.index(name) for name in ("linkedid", "uniqueid", "eventtime"))
    mine = [row for row in capture.rows if linkedids is None or row[linked] in linkedids]
    born: dict[str, int] = {}
    for row in mine:
        for uniqueid in (row[unique], row[linked]):
            born.setdefault(uniqueid, micros(row[time]))
    lines = [Line(micros(row[time]), "cel", write_row(row)) for row in mine]
    row_times = iter([line.at for line in lines])
    for message, text in events_of(capture, frozenset(born)):
        row_at = next(row_times, 0) if message.event == "CEL" else 0
        lines.append(Line(sent_at(message, 0), "ami", text, row_at))
    lines.sort(key=lambda line: line.at)
    return Script(capture.columns, tuple(lines), born)


def events_of(capture: Capture, uniqueids: frozenset[str]) -> Iterator[tuple[Message, str]]:
    """The events about these channels, and about the bridges they meet in."""
    bridges: set[str] = set()
    for message, text in capture.events:
        if any(message.get(key) in uniqueids for key in ID_KEYS):
            bridges.add(message.get("BridgeUniqueid") or "-")
            yield message, text
        elif message.get("BridgeUniqueid") in bridges:
            yield message, text


ID_KEYS = ("Uniqueid", "UniqueID", "Linkedid", "DestUniqueid", "TransfererUniqueid", "OrigTransfererUniqueid",
           "ParkeeUniqueid", "LocalOneUniqueid", "TargetUniqueid")  # fmt: skip


class Play:
    """One performance of a script: its new ids, its time, its client."""

    def __init__(
        self, script: Script, begin: int, numbers: Numbers, *, speed: float = 1.0,
        exchange: Mapping[str, str] | None = None,
    ) -> None:  # fmt: skip
        """`begin` is when it starts, in microseconds; `exchange` maps numbers of the capture to other numbers.

        A uniqueid in it gets the id that whoever asked for the call wants it to have."""
        self.script = script
        self._begin = begin
        self._speed = speed
        #: added to every time of the capture: the last event falls on its real moment
        self._shift = begin + round((script.end - script.start) / speed) - script.end
        wanted = {old: new for old, new in (exchange or {}).items() if old in script.born}
        self.ids = self._new_ids(numbers) | wanted
        self._numbers = numbers
        self._channels: dict[str, str] = {}
        self._bridges: dict[str, str] = {}
        self._exchange = dict(exchange or {})
        texts = [*self.ids, *self._exchange]
        self._words = (
            re.compile("|".join(rf"(?<![0-9]){re.escape(text)}(?![0-9])" for text in texts)) if texts else None
        )

    def lines(self) -> Iterator[tuple[float, str, str]]:
        """(seconds from the beginning, lane, text), in order."""
        for line in self.script.lines:
            after = (line.at - self.script.start) / SECOND / self._speed
            text = self._with_times(line)
            yield after, line.lane, self._renewed(text)

    def _with_times(self, line: Line) -> str:
        if line.lane == "cel":
            return line.text.replace(seconds(line.at), seconds(line.at + self._shift), 1)
        text = line.text.replace(seconds(line.at), seconds(line.at + self._shift), 1)
        return EVENT_TIME.sub(rf"\g<1>{local_second(line.row_at + self._shift)}", text) if line.row_at else text

    def _renewed(self, text: str) -> str:
        text = CHANNEL.sub(self._channel, text)
        text = BRIDGE.sub(self._bridge, text)
        return text if self._words is None else self._words.sub(self._word, text)

    def _word(self, found: re.Match[str]) -> str:
        return self.ids.get(found[0]) or self._exchange[found[0]]

    def _channel(self, found: re.Match[str]) -> str:
        # the two halves of a Local pair, and every mention, keep one number
        new = self._channels.get(found[0])
        if new is None:
            new = self._channels[found[0]] = f"{found[1]}{self._numbers.take():08x}"
        return new

    def _bridge(self, found: re.Match[str]) -> str:
        return self._bridges.setdefault(found[0], str(uuid.uuid4()))

    def _new_ids(self, numbers: Numbers) -> dict[str, str]:
        ids: dict[str, str] = {}
        for old in sorted(self.script.born, key=order_of):
            epoch, dot, _ = old.partition(".")
            second = (self.script.born[old] + self._shift) // SECOND
            ids[old] = f"{second}.{numbers.take()}" if dot and epoch.isdigit() else f"{old}-{numbers.take()}"
        return ids


EVENT_TIME = re.compile(r"(\r\nEventTime: )\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")


def local_second(at: int) -> str:
    """A moment as the played PBX writes it: its zone is UTC, as that of the captured one."""
    return datetime.fromtimestamp(at // SECOND, UTC).strftime("%Y-%m-%d %H:%M:%S")


def order_of(uniqueid: str) -> tuple[str, int]:
    epoch, _, count = uniqueid.partition(".")
    return epoch, int(count) if count.isdigit() else 0


def write_row(row: Sequence[str]) -> str:
    """A row as `${CSV_QUOTE(…)}` writes it: every field quoted, a quotation mark doubled."""
    return ",".join('"' + field.replace('"', '""') + '"' for field in row)


def micros(text: str) -> int:
    whole, _, part = text.partition(".")
    return int(whole) * SECOND + int(part[:6].ljust(6, "0"))


def seconds(at: int) -> str:
    return f"{at // SECOND}.{at % SECOND:06d}"


def snapshot(message: Message) -> dict[str, str]:
    """The headers of a channel event as CoreShowChannel repeats them."""
    return {key: value for key, value in message.headers.items() if key not in ("Event", "Privilege", "Timestamp")}
