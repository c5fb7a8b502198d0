"""Table layout: which column of a CEL table is which field of `CelEvent`, and the questions made of them.

In:   a connection, and the table's name where the site gave one.
Out:  a `Layout`: statements for SQLAlchemy, and a row of their answer as a `CelEvent`.
Errors: `NoCel` where there is no such table.

The surprise: sites differ, since `cel_odbc` and `cel_pgsql` fill whatever columns have names that they know. An update
of FreePBX may even leave two columns for one field, of which the old one is filled.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from cordboard.asterisk.cel_csv import NoCel
from cordboard.asterisk.columns import ALIASES, FIELDS, missing_fields
from cordboard.asterisk.local_time import LocalClock, row_micros
from cordboard.calls.cel import CelEvent

OTHERS = FIELDS[4:]

#: what the column that numbers the rows is called where it is no primary key
KEYS = frozenset({"id", "acctid", "cel_id", "recordid"})


class Layout:
    """Which columns of the table are which field of `CelEvent`, and the questions made of them."""

    def __init__(self, table: str, names: list[str], key: str) -> None:
        self.table = table
        self.columns: dict[str, sa.ColumnElement[Any]] = {name: sa.column(name) for name in names}
        self.id: sa.ColumnElement[int] = sa.column(key, sa.Integer)
        self._from = sa.table(table)
        sources = {field: sources_of(field, names) for field in FIELDS}
        self.lacks = [field for field in OTHERS if not sources[field]]
        self._type = self.columns[sources["eventtype"][0]]
        asked: list[sa.ColumnElement[Any]] = [self.id, *(self.columns[sources[field][0]] for field in FIELDS[:4])]
        #: where in a row the values of each other field stand; two places where an update left two columns behind
        self._places: list[list[int]] = []
        for field in OTHERS:
            self._places.append(list(range(len(asked), len(asked) + len(sources[field]))))
            asked += [self.columns[name] for name in sources[field]]
        self._select = sa.select(*asked).select_from(self._from).order_by(self.id)

    def behind(self, after: int, limit: int) -> sa.Select[Any]:
        return self._select.where(self.id > after).limit(limit)

    def among(self, ids: list[int]) -> sa.Select[Any]:
        return self._select.where(self.id.in_(ids))

    def newest(self) -> sa.Select[Any]:
        return sa.select(sa.func.max(self.id)).select_from(self._from)

    def born(self) -> sa.Select[Any]:
        """The newest first row of a channel."""
        newest = self._select.order_by(None).order_by(self.id.desc())
        return newest.where(self._type == "CHAN_START").limit(1)

    def event(self, row: Any, clock: LocalClock) -> CelEvent:
        """One row; ValueError says what is wrong with it."""
        kind, uniqueid, linkedid = as_text(row[1]), as_text(row[3]), as_text(row[4])
        if not kind or not uniqueid or not linkedid:
            raise ValueError("eventtype, uniqueid or linkedid is empty")
        if row[2] is None:
            raise ValueError("eventtime is empty")
        at = row_micros(clock, row[2], uniqueid, started=kind == "CHAN_START")
        others = [next((text for place in places if (text := as_text(row[place]))), "") for places in self._places]
        return CelEvent(kind, at, uniqueid, linkedid, *others)


def sources_of(field: str, names: list[str]) -> list[str]:
    """The columns a field may stand in: its own name first, then its aliases."""
    own = [name for name in names if name.lower() == field]
    also = [name for name in names if ALIASES.get(name.lower()) == field]
    # `channel` beside `channame` is the CDR's; `eventextra` beside `extra` is what an update left behind
    return own + also if field == "extra" or not own else own


def find_layout(connection: sa.Connection, wanted: str, place: str) -> Layout:
    """The CEL table of a database: the one that is named, else `cel`, else the only one that has CEL's columns."""
    there = sa.inspect(connection)
    tables = [*there.get_table_names(), *there.get_view_names()]
    if wanted and wanted not in tables:
        raise NoCel(f"{place} has no table {wanted!r} (there: {', '.join(tables) or 'none'})")
    asked = [wanted] if wanted else ["cel"] if "cel" in tables else tables
    names = {table: [column["name"] for column in there.get_columns(table)] for table in asked}
    fitting = [table for table, columns in names.items() if not missing_fields(columns)]
    if not fitting:
        lacking = f"; {asked[0]} lacks {', '.join(missing_fields(names[asked[0]]))}" if len(asked) == 1 else ""
        raise NoCel(f"{place} has no table with the columns eventtype, eventtime, uniqueid and linkedid{lacking}")
    if len(fitting) > 1:
        raise NoCel(f"{place} has several CEL tables ({', '.join(fitting)}); name one: add ?table=NAME to the address")
    table = fitting[0]
    return Layout(table, names[table], key_of(there, table, names[table], place))


def key_of(there: sa.Inspector, table: str, names: list[str], place: str) -> str:
    """The column that numbers the rows."""
    keys = there.get_pk_constraint(table)["constrained_columns"]
    if len(keys) == 1 and keys[0].lower() not in FIELDS:
        return keys[0]
    for name in names:
        if name.lower() in KEYS:
            return name
    if there.dialect.name == "sqlite":
        return "rowid"
    raise NoCel(f"the table {table} of {place} has no column that numbers its rows; give it an auto-increment id")


def as_text(value: object) -> str:
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    return value.decode("utf-8", "replace") if isinstance(value, bytes | bytearray) else str(value)
