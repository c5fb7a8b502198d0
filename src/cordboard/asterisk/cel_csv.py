"""CEL as CSV: the text of a `cel_custom` file, made into events.

In:   text in pieces of any length; whether the columns are named by a header line or by the settings; any separator,
      quoted or not.
Out:  `CelEvent`s in the order of the file. `broken` tells each line that could not be read, by its number.
Errors: `NoCel` where nothing in the text looks like Channel Event Logging.

The surprise: real files have no header line, since `cel_custom` writes none and the administrator chooses the order.
Three ways through it: some lines at once as Asterisk writes them by itself (`plain_rows.py`), else as any CSV, and as
soon as anything in them is odd, line by line. Following a growing file is `csv_follower.py`.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from operator import itemgetter

import msgspec

from cordboard.asterisk.columns import FIELDS, NEEDED, field_names
from cordboard.asterisk.csv_form import Form, form_for, header_columns, separator_of
from cordboard.asterisk.local_time import LocalClock, Utc, epoch_text_micros
from cordboard.asterisk.plain_rows import Micros, PlainRows, epoch_times
from cordboard.calls.cel import CelEvent

#: a record may be written over several lines where a field holds a line break; more than this is a lost quote
LONGEST_RECORD = 8

#: lines that are read at once: where one of them is odd, so many go the slower way
TOGETHER = 32


class NoCel(ValueError):
    """The text is no Channel Event Logging at all."""


class BrokenLine(msgspec.Struct, frozen=True):
    """A line that could not be read, by its number in the file (the first is 1)."""

    number: int
    reason: str


class CsvRows:
    """Reads one file's text, piece by piece."""

    def __init__(
        self, columns: Sequence[str] = (), timezone: str | None = None, *, form: Form | None = None, utc: Utc = "auto"
    ) -> None:
        """`columns` and `form`: how the lines are written, where the file has no header line and the site says it."""
        self.broken: list[BrokenLine] = []
        self.clock = LocalClock(timezone, utc)
        self._line = 0
        self._events = 0
        self._rest = ""
        self._layout: Layout | None = None
        self._columns, self._form = tuple(columns), form
        self._epoch = True

    def feed(self, text: str) -> list[CelEvent]:
        """The events of all whole lines so far; what follows the last line break waits for the next piece."""
        if self._rest:
            text = self._rest + text
        end = text.rfind("\n") + 1
        self._rest = text[end:]
        return self._read(text[:end].split("\n")[:-1], last=False) if end else []

    def finish(self) -> list[CelEvent]:
        """The events of what is left at the end of the file, where the last line may have no line break."""
        lines = self._rest.split("\n") if self._rest else []
        self._rest = ""
        events = self._read(lines, last=True) if lines else []
        if self._layout is None:
            raise NoCel("the file is empty: there is neither a header line nor a row")
        if self._events == 0 and self.broken:
            raise NoCel(f"no line of it is a CEL row; line {self.broken[0].number}: {self.broken[0].reason}")
        return events

    def _read(self, lines: list[str], *, last: bool) -> list[CelEvent]:
        lines = self._begin(lines) if self._layout is None else lines
        if self._layout is None or not lines:
            return []
        try:
            events = read_fast(lines, self._layout, None if self._epoch else self._micros)
        except (csv.Error, ValueError, IndexError):
            events = list(self._careful(lines, self._layout, last))
        else:
            self._line += len(lines)
        self._events += len(events)
        return events

    def _begin(self, lines: list[str]) -> list[str]:
        """Find the columns, from the settings or the first line; the lines after a header."""
        while lines and not lines[0].strip("\r\ufeff \t"):
            lines, self._line = lines[1:], self._line + 1
        if not lines:
            return lines
        first = lines[0].lstrip("\ufeff").rstrip("\r")
        if header := header_columns(first):
            self._layout = Layout(header, Form(separator_of(first)))
            self._line += 1
            return lines[1:]
        if not self._columns:
            raise NoCel(
                "the first line names no CEL columns (eventtype, eventtime, uniqueid, linkedid …);"
                " where the file has no header line, give the names in order: [pbx.cel] columns, or columns_from"
            )
        self._layout = Layout(self._columns, self._form or form_for(first, len(self._columns)))
        return lines

    def _careful(self, lines: list[str], layout: Layout, last: bool) -> Iterator[CelEvent]:
        """One line after the other; a broken one is told and left out."""
        here = 0
        while here < len(lines):
            if not lines[here].strip("\r \t") or header_columns(lines[here]):
                here, self._line = here + 1, self._line + 1
                continue
            row, used, reason = read_record(lines, here, layout)
            if row is None and not last and used == 0:
                # the record may go on in the piece that comes next
                self._rest = "\n".join([*lines[here:], self._rest])
                return
            event = None
            if row is not None:
                try:
                    event = layout.event(row, self._micros)
                except ValueError as error:
                    reason = str(error)
            if event is None:
                self.broken.append(BrokenLine(self._line + 1, reason))
                here, self._line = here + 1, self._line + 1
                continue
            here, self._line = here + used, self._line + used
            yield event

    def _micros(self, text: str, uniqueid: str, started: bool) -> int:
        try:
            return epoch_text_micros(text)
        except ValueError:
            pass
        try:
            at = self.clock.micros(text, uniqueid, started=started)
        except ValueError as error:
            raise ValueError(f"eventtime {text[:40]!r} is neither seconds since the epoch nor a local time") from error
        self._epoch = False
        return at


class Layout:
    """Which column of the file is which field of `CelEvent`; absent ones are empty."""

    def __init__(self, columns: Sequence[str], form: Form) -> None:
        names = field_names(columns)
        if missing := [name for name in NEEDED if name not in names]:
            raise NoCel(f"the columns {', '.join(missing)} are missing; without them no call can be followed")
        #: replaced as soon as a line shows that the file is written otherwise
        self.form = form
        self.width = len(names)
        self.plain = PlainRows(names)
        # an absent field reads the empty text that is put behind the row
        places = [names.index(name) if name in names else self.width for name in FIELDS]
        self.type, self.time, self.uniqueid, self.linkedid = places[:4]
        self.others = itemgetter(*places[2:])

    def event(self, row: list[str], micros: Micros) -> CelEvent:
        """One row; ValueError says what is wrong with it."""
        kind = row[self.type]
        if not kind or not row[self.uniqueid] or not row[self.linkedid]:
            raise ValueError("eventtype, uniqueid or linkedid is empty")
        if kind.startswith(("'", '"')):
            raise ValueError(f"eventtype {kind[:40]!r} has a quotation mark")
        at = micros(row[self.time], row[self.uniqueid], row[self.type] == "CHAN_START")
        return CelEvent(kind, at, *self.others([*row, ""]))

    def fits(self, row: list[str]) -> bool:
        """Whether a line was read in the right form."""
        return len(row) == self.width and not row[self.type].startswith(("'", '"'))


def read_fast(lines: list[str], layout: Layout, micros: Micros | None) -> list[CelEvent]:
    """All rows, if each is one line of the right width; else an exception.

    Without `micros` the times must be epoch times with six decimals."""
    events: list[CelEvent] = []
    for begin in range(0, len(lines), TOGETHER):
        some = lines[begin : begin + TOGETHER]
        try:
            events += layout.plain.read(some, micros)
        except ValueError:  # such as a name with quotation marks
            rows = list(layout.form.rows(some))
            if len(rows) != len(some) or any(len(row) != layout.width for row in rows):
                raise
            events += [layout.event(row, micros or epoch_micros) for row in rows]
    return events


def epoch_micros(text: str, uniqueid: str, started: bool) -> int:
    """An epoch time with six decimals; ValueError for any other form of time."""
    return epoch_times([text])[0]


def read_record(lines: list[str], here: int, layout: Layout) -> tuple[list[str] | None, int, str]:
    """The record that begins at a line: its fields, how many lines it takes, and what is wrong where it is none.

    None with 0 lines: it is still open at the last line we have."""
    for used in range(1, LONGEST_RECORD + 1):
        if here + used > len(lines):
            return None, 0, "the line is cut: a quotation mark is never closed"
        text = "\n".join(lines[here : here + used])
        try:
            row = layout.form.row(text, strict=True)
        except csv.Error as error:
            if (other := in_another_form(text, layout)) is not None:
                return other, used, ""
            if "unexpected end" in str(error):
                continue
            if used > 1:
                break
            # a name with quotation marks in a file whose fields are not quoted by the rules
            row = layout.form.row(text)
        if layout.fits(row):
            return row, used, ""
        if (other := in_another_form(text, layout)) is not None:
            return other, used, ""
        return None, 1, f"{len(row)} fields instead of {layout.width}"
    return None, 1, "the line is cut: a quotation mark is never closed"


def in_another_form(text: str, layout: Layout) -> list[str] | None:
    """The fields of a record that the file's form does not fit, by the one that does; it is the file's from then on."""
    if layout.form.is_usual and "'" not in text and "\\" not in text:
        return None
    for form in layout.form.others():
        try:
            row = form.row(text, strict=True)
        except csv.Error:
            continue
        if layout.fits(row):
            layout.form = form
            return row
    return None
