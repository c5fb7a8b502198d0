"""Rows of clients as the wire shows them: strings or null, flags `Y`/`N`, amounts `"0.00"`, dates with offset."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, select

from cordboard.b24wire.dates import format_day
from cordboard.portal.crm.fields import FIELDS, Field, Kind
from cordboard.portal.rest.moments import moment_of, shown
from cordboard.portal.rest.registry import Context
from cordboard.portal.tables import multifield

__all__ = ["multifields_of", "record_of"]


def record_of(kind: str, row: Row[Any], context: Context) -> dict[str, object]:
    """All plain fields of a row, and its custom ones."""
    columns = row._mapping  # pyright: ignore[reportPrivateUsage] SQLAlchemy's public name for it
    extra: dict[str, object] = columns["extra"] or {}
    record = {
        field.name: _shown(field, columns.get(field.column) if field.column else extra.get(field.name), context)
        for field in FIELDS[kind].values()
        if not field.multiple
    }
    if kind == "DEAL":
        record["CLOSED"] = "N" if columns["stage_semantic_id"] == "P" else "Y"
    return record | {name: value for name, value in extra.items() if name.startswith("UF_")}


def multifields_of(connection: Connection, kind: str, ids: list[int]) -> dict[int, dict[str, list[dict[str, str]]]]:
    """The multifields of clients: id → type → items; a client or type without any is absent."""
    found: dict[int, dict[str, list[dict[str, str]]]] = {}
    of_clients = (multifield.c.entity_type == kind, multifield.c.entity_id.in_(ids))
    for row in connection.execute(select(multifield).where(*of_clients).order_by(multifield.c.id)):
        item = {"ID": str(row.id), "VALUE_TYPE": row.value_type, "VALUE": row.value, "TYPE_ID": row.type_id}
        found.setdefault(row.entity_id, {}).setdefault(row.type_id, []).append(item)
    return found


def _shown(field: Field, value: Any, context: Context) -> object:
    if field.constant is not None:
        return field.constant
    match field.kind:
        case Kind.CHAR:
            return "Y" if value else "N"
        case Kind.DOUBLE:
            return f"{value or 0:.2f}"
        case Kind.DATETIME:
            return shown(value, context.now.tzinfo)
        case Kind.DATE:
            return _day(value, context)
        case _:
            return None if value is None or value == "" else str(value)


def _day(value: int | str | None, context: Context) -> str:
    """A date field: midnight with offset, whether it is kept as a moment or as text."""
    zone = context.now.tzinfo
    if isinstance(value, int):
        day = moment_of(value, zone).replace(hour=0, minute=0, second=0, microsecond=0)
        return day.isoformat(timespec="seconds")
    if not value:
        return ""
    return format_day(value, zone) if zone else value
