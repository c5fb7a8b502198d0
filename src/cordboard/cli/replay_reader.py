"""Reader: what `cordboard replay` can read, as events in batches.

In:   the name of a file or the address of a database; which PBX of the settings its rows come from.
Out:  `CelEvent`s in order, and which lines were broken. What a file is, its first bytes say, never its name.
Errors: `NoCel` where it is no Channel Event Logging; OSError where it cannot be read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from io import TextIOWrapper
from pathlib import Path
from typing import Any, Literal

from cordboard.asterisk.address import is_table
from cordboard.asterisk.cel_csv import BrokenLine, CsvRows, NoCel
from cordboard.asterisk.local_time import Utc
from cordboard.asterisk.opening import open_file
from cordboard.calls.cel import CelEvent
from cordboard.settings import Pbx

Lane = Literal["ledger", "live"]

#: characters or bytes read at a time: so many rows as stay in the cache of a processor
PIECE = 1 << 14

_AMI_STARTS = (b"Asterisk Call Manager/", b"Event: ", b"Response: ")


class Reader:
    """One source: its events in batches, and what was broken in it."""

    def __init__(self, source: str, pbx: Pbx, lane: Lane):
        self._source, self._path, self._pbx, self._lane = source, Path(source.removeprefix("file://")), pbx, lane
        self.broken: list[BrokenLine] = []
        self._clock: Any = None

    @property
    def utc_offset(self) -> int | None:
        """Seconds east of Greenwich, where the rows tell it."""
        return self._clock.utc_offset if self._clock is not None else None

    def batches(self) -> Iterator[Sequence[CelEvent]]:
        """Yield the events in order."""
        if is_table(self._source):
            yield from self._table()
            return
        with open_file(self._path) as file:
            begin = file.read(64).lstrip(b"\xef\xbb\xbf \t\r\n")
        yield from self._ami() if begin.startswith(_AMI_STARTS) else self._lines(json=begin.startswith(b"{"))

    def _lines(self, *, json: bool) -> Iterator[Sequence[CelEvent]]:
        rows = self._json_rows() if json else self._csv_rows()
        self.broken, self._clock = rows.broken, rows.clock
        with TextIOWrapper(open_file(self._path), encoding="utf-8", errors="replace", newline="") as file:
            while text := file.read(PIECE):
                yield rows.feed(text)
        yield rows.finish()

    def _csv_rows(self) -> CsvRows:
        cel = self._pbx.cel
        if cel is None:
            return CsvRows((), self._pbx.timezone)
        if cel.columns_from:
            from cordboard.asterisk.cel_custom_conf import read_conf

            written = read_conf(cel.columns_from, self._path.name)
            return CsvRows(written.columns, self._pbx.timezone, form=written.form, utc=cel.utc)
        return CsvRows(cel.columns, self._pbx.timezone, utc=cel.utc)

    def _json_rows(self) -> Any:
        from cordboard.asterisk.cel_json import JsonRows

        return JsonRows(self._pbx.timezone, self._utc)

    @property
    def _utc(self) -> Utc:
        return self._pbx.cel.utc if self._pbx.cel else "auto"

    def _table(self) -> Iterator[Sequence[CelEvent]]:
        from cordboard.asterisk.cel_table import CelTable

        try:
            table = CelTable(self._source, self._pbx.timezone, self._utc)
        except ValueError as error:
            raise OSError(str(error)) from error
        self.broken, self._clock = table.broken, table.clock
        try:
            yield from table.batches()
        finally:
            table.close()

    def _ami(self) -> Iterator[Sequence[CelEvent]]:
        from cordboard.asterisk.ami.recorded import RecordedStream

        lanes = [True] if self._lane == "live" else [False, True]
        for live in lanes:  # without CEL rows in it, the native events are all there is
            stream = RecordedStream(self._pbx.timezone, live=live)
            self._clock, some = stream.clock, False
            for batch in _in_batches(stream.events(self._pieces())):
                some = True
                yield batch
            self.broken = stream.broken
            if some:
                return
        raise NoCel("the AMI stream has neither CEL nor channel events")

    def _pieces(self) -> Iterator[bytes]:
        with open_file(self._path) as file:
            while piece := file.read(PIECE):
                yield piece


def _in_batches(events: Iterator[CelEvent]) -> Iterator[list[CelEvent]]:
    batch: list[CelEvent] = []
    for event in events:
        batch.append(event)
        if len(batch) >= 500:
            yield batch
            batch = []
    if batch:
        yield batch


def open_reader(source: str, pbx: Pbx, lane: Lane) -> Reader:
    """Return the reader of a source; OSError where it is of no kind that is read here."""
    if "://" in source and not source.startswith("file://") and not is_table(source):
        kind = source.partition(":")[0]
        raise OSError(
            f"{kind}:// is no source this version reads; give a file, or sqlite://, postgresql:// or mysql://"
        )
    return Reader(source, pbx, lane)
