"""CEL as JSON lines: what the advanced form of `cel_custom` (`format = json`, Asterisk 20.19 and 22.9) writes.

In:   text in pieces of any length, one object per line, with the names of `CelEvent` or their aliases in any case.
Out:  `CelEvent`s in the order of the file. `broken` tells each line that could not be read, by its number.
Errors: `NoCel` where no line is Channel Event Logging.

The surprise: a full disk or a crash cuts an object in the middle of its line, and the next object may then begin in
that same line. The cut one is told and left out, the whole one behind it is read. And not every whole line is JSON:
Asterisk escapes quotation marks but no backslashes, which names with quotation marks have by themselves.
"""

from __future__ import annotations

import re
from typing import Any, cast

import msgspec

from cordboard.asterisk.cel_csv import BrokenLine, NoCel
from cordboard.asterisk.columns import FIELDS, NEEDED, field_names
from cordboard.asterisk.local_time import LocalClock, Utc, row_micros
from cordboard.calls.cel import CelEvent

OTHERS = FIELDS[2:]

#: a backslash that Asterisk did not write to escape anything
BARE = re.compile(r'\\(?!")')

_decode = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder().encode


class JsonRows:
    """Reads one file's text, piece by piece; the same shape as `CsvRows`."""

    def __init__(self, timezone: str | None = None, utc: Utc = "auto") -> None:
        self.broken: list[BrokenLine] = []
        self.clock = LocalClock(timezone, utc)
        self._line = 0
        self._events = 0
        self._rest = ""
        #: the keys of an object as they stand there → our fields; all objects of a file have the same
        self._names: dict[tuple[str, ...], list[str]] = {}

    def feed(self, text: str) -> list[CelEvent]:
        """The events of all whole lines so far; what follows the last line break waits for the next piece."""
        lines = (self._rest + text).split("\n")
        self._rest = lines.pop()
        return self._read(lines)

    def finish(self) -> list[CelEvent]:
        """The events of what is left at the end of the file, where the last line may have no line break."""
        rest, self._rest = self._rest, ""
        events = self._read([rest] if rest else [])
        if self._events == 0:
            why = f"line {self.broken[0].number}: {self.broken[0].reason}" if self.broken else "the file is empty"
            raise NoCel(f"no line of it is a CEL object; {why}")
        return events

    def _read(self, lines: list[str]) -> list[CelEvent]:
        events: list[CelEvent] = []
        for line in lines:
            self._line += 1
            if not line.strip("\ufeff\r \t"):
                continue
            try:
                events.append(self._event(line))
            except ValueError as error:
                behind = self._behind_the_cut(line)
                self.broken.append(BrokenLine(self._line, "the object is cut" if behind else str(error)))
                events += behind
        self._events += len(events)
        return events

    def _behind_the_cut(self, line: str) -> list[CelEvent]:
        """The whole object that begins in the line of a cut one, after the place of the cut."""
        begin = line.find('{"', 1)
        while begin > 0:
            try:
                return [self._event(line[begin:])]
            except ValueError:
                begin = line.find('{"', begin + 1)
        return []

    def _event(self, line: str) -> CelEvent:
        """One object; ValueError says what is wrong with it."""
        text = line.strip("\ufeff\r \t")
        try:
            try:
                found: Any = _decode(text)
            except msgspec.DecodeError:
                if "\\" not in text:
                    raise
                found = _decode(BARE.sub(r"\\\\", text))
        except msgspec.DecodeError as error:
            raise ValueError(
                "the object is cut" if "truncated" in str(error) else f"no JSON object: {error}"
            ) from error
        if not isinstance(found, dict):
            raise ValueError("no JSON object")
        row = self._fields(cast("dict[str, object]", found))
        if absent := [name for name in NEEDED if not row.get(name)]:
            raise ValueError(f"{', '.join(absent)} {'is' if len(absent) == 1 else 'are'} missing or empty")
        kind, uniqueid = as_text(row["eventtype"]), as_text(row["uniqueid"])
        at = row_micros(self.clock, row["eventtime"], uniqueid, started=kind == "CHAN_START")
        return CelEvent(kind, at, *[as_text(row.get(name)) for name in OTHERS])

    def _fields(self, found: dict[str, object]) -> dict[str, object]:
        keys = tuple(found)
        names = self._names.get(keys)
        if names is None:
            names = field_names(keys)
            if len(self._names) < 100:
                self._names[keys] = names
        return dict(zip(names, found.values(), strict=True))


def as_text(value: object) -> str:
    """A value as Asterisk writes it elsewhere: `extra` may be an object here and is its text in every other source."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    return _encode(value).decode() if isinstance(value, dict | list) else str(value)
