"""Plain rows: what `cel_custom` writes by itself, every field quoted, read as the JSON that it nearly is.

In:   whole lines of one file and its columns. Out: `CelEvent`s, or an exception where anything in these lines is odd.

The surprise: a line between square brackets is an array of JSON, once the doubled quotation marks of its last field
(`extra`) and backslashes are written as JSON writes them. So msgspec reads many rows at once, at half of the time of
the `csv` module, and refuses whatever is not plain: then `cel_csv.py` reads these lines in its slower ways.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any

import msgspec

from cordboard.asterisk.columns import FIELDS, NEEDED
from cordboard.calls.cel import CelEvent

#: epoch times with six decimals lie here (the years 2001 to 2286); a time with fewer decimals falls below
FIRST_MICROS = 10**15
LAST_MICROS = 10**16

#: (eventtime, uniqueid, whether the row is a CHAN_START) → microseconds since the epoch
Micros = Callable[[str, str, bool], int]

Filled = Annotated[str, msgspec.Meta(min_length=1)]


class PlainRows:
    """Reads the plain rows of one layout of columns."""

    def __init__(self, names: Sequence[str]) -> None:
        """`names`: the field of each column, as `columns.field_names` gives them."""
        there = [
            (name if name in FIELDS else f"column{place}", Filled if name in NEEDED else str)
            for place, name in enumerate(names)
        ]
        # whose default is all they can be: no row may be longer than its columns
        absent = [(name, None, "") for name in FIELDS if name not in names]
        row = msgspec.defstruct("Row", [*there, *absent], array_like=True, forbid_unknown_fields=True, gc=False)
        self._decode: Callable[[str], list[Any]] = msgspec.json.Decoder(list[row]).decode

    def read(self, lines: Sequence[str], micros: Micros | None) -> list[CelEvent]:
        """All rows; an exception (a ValueError) where one of them is not plain.

        Without `micros` the times must be epoch times with six decimals, as Asterisk writes them by itself."""
        text = "],[".join([_as_json(line) if "{" in line or "\\" in line else line for line in lines])
        rows = self._decode(f"[[{text}]]")
        if len(rows) != len(lines):
            raise ValueError("a record over several lines")
        if micros is None:
            times = epoch_times([row.eventtime for row in rows])
        else:
            times = [micros(row.eventtime, row.uniqueid, row.eventtype == "CHAN_START") for row in rows]
        return [
            CelEvent(
                row.eventtype, at, row.uniqueid, row.linkedid, row.channame, row.cid_name, row.cid_num, row.cid_ani,
                row.cid_rdnis, row.cid_dnid, row.exten, row.context, row.appname, row.appdata, row.accountcode,
                row.peeraccount, row.peer, row.userfield, row.extra,
            )
            for row, at in zip(rows, times, strict=True)
        ]  # fmt: skip


def epoch_times(texts: Sequence[str]) -> list[int]:
    """Microseconds since the epoch of times with six decimals; ValueError for any other form of time."""
    times = [int(text.replace(".", "", 1)) for text in texts]
    if times and not FIRST_MICROS <= min(times) <= max(times) < LAST_MICROS:
        raise ValueError("another form of time")
    return times


def _as_json(line: str) -> str:
    head, mark, extra = line.replace("\\", "\\\\").partition(',"{')
    return head + mark + extra.replace('""', '\\"')
