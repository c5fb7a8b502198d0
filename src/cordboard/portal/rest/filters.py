"""Filters, select and order of lists, turned into SQL conditions.

In:   `filter` as sent (`{">=DATE_CREATE": "…", "@STATUS_ID": ["NEW"]}`) and what each field is in the database.
Out:  SQLAlchemy conditions, joined by AND.

The surprises: an unknown field is dropped silently, so a misspelt filter returns everything; a contains-operator on a
reference means equality.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any

from sqlalchemy import ColumnElement, false, func, literal, not_, or_, true

from cordboard.b24wire.dates import parse_date
from cordboard.b24wire.loose import as_flag, as_items, as_map, as_text

__all__ = ["Filterable", "as_date", "conditions", "order_of", "split_prefix", "to_flag"]

#: The longest first, so that `!=%` is not read as `!`.
_PREFIXES = ("!=%", "!%=", ">=", "<=", "!=", "!@", "!%", "=%", "%=", "=", "!", ">", "<", "@", "%")
#: More values of one IN are nobody's filter.
_MAX_VALUES = 5_000


@dataclass(frozen=True, slots=True)
class Filterable:
    """A field as a filter and an order see it."""

    column: ColumnElement[Any]
    #: Makes a value of the wire the column's; None where it has no sense.
    convert: Callable[[object], object | None] = as_text
    #: False: contains means equality.
    text: bool = True
    nullable: bool = False


def to_flag(value: object) -> object:
    """`Y`, 1 and true are yes."""
    return value in ("Y", "y") or (value != "N" and as_flag(value))


def as_date(zone: tzinfo) -> Callable[[object], object | None]:
    """A converter of dates to microseconds since the epoch."""

    def convert(value: object) -> object | None:
        moment = parse_date(as_text(value), zone)
        return int(moment.timestamp() * 1_000_000) if moment else None

    return convert


def split_prefix(key: str) -> tuple[str, str]:
    """Operator and field of a filter's key."""
    key = key.strip()
    prefix = next((prefix for prefix in _PREFIXES if key.startswith(prefix)), "")
    return prefix, key[len(prefix) :].strip().upper()


def conditions(asked: object, find: Callable[[str], Filterable | None]) -> list[ColumnElement[bool]]:
    """The conditions of a filter; fields that `find` does not know leave none."""
    return list(_conditions(as_map(asked), find))


def order_of(
    asked: object, find: Callable[[str], Filterable | None], default: ColumnElement[Any]
) -> list[ColumnElement[Any]]:
    """The order of a list; always ends with `default`, so that pages do not overlap."""
    ordered: list[ColumnElement[Any]] = []
    for name, direction in as_map(asked).items():
        if found := find(name.strip().upper()):
            descending = as_text(direction).upper().startswith("DESC")
            ordered.append(found.column.desc() if descending else found.column.asc())
    return [*ordered[:10], default]


def _conditions(asked: Mapping[str, object], find: Callable[[str], Filterable | None]) -> Iterator[ColumnElement[bool]]:
    for key, value in asked.items():
        prefix, name = split_prefix(key)
        found = find(name)
        if found is not None:
            yield _condition(prefix, found, value)


def _condition(prefix: str, field: Filterable, value: object) -> ColumnElement[bool]:
    negated = prefix.startswith("!")
    operator = prefix.removeprefix("!")
    if operator in ("%", "=%", "%=") and not field.text:
        operator = ""
    met = _plain_condition(operator, field, value)
    return not_(met) if negated else met


def _plain_condition(operator: str, field: Filterable, value: object) -> ColumnElement[bool]:
    column = field.column
    match operator:
        case "" | "=" | "@":
            return _equal(field, value)
        case "%":
            return or_(false(), *(_contains(column, as_text(item)) for item in as_items(value)))
        case "=%" | "%=":
            return or_(false(), *(_like(column, as_text(item)) for item in as_items(value)))
        case _:
            bound = field.convert(value)
            if bound is None:
                return true()
            if isinstance(bound, bool):
                # as it is, SQLAlchemy would refuse to compare by size; the database does not
                bound = literal(bound)
            compare = {">": column > bound, ">=": column >= bound, "<": column < bound, "<=": column <= bound}
            return compare[operator]


def _equal(field: Filterable, value: object) -> ColumnElement[bool]:
    if value is None or value == "":
        return _is_empty(field)
    items = as_items(value)[:_MAX_VALUES]
    if not items:
        return true() if isinstance(value, dict | list) else false()
    empty = [_is_empty(field)] if any(item is None or item == "" for item in items) else []
    wanted = [bound for item in items if item not in (None, "") and (bound := field.convert(item)) is not None]
    return or_(*empty, field.column.in_(wanted)) if empty else field.column.in_(wanted)


def _is_empty(field: Filterable) -> ColumnElement[bool]:
    if not field.text:
        return field.column.is_(None)
    return or_(field.column.is_(None), field.column == "") if field.nullable else field.column == ""


def _contains(column: ColumnElement[Any], text: str) -> ColumnElement[bool]:
    return func.lower(column).contains(text.lower(), autoescape=True)


def _like(column: ColumnElement[Any], pattern: str) -> ColumnElement[bool]:
    escaped = pattern.replace("\\", "\\\\").replace("_", "\\_")
    return func.lower(column).like(escaped.lower(), escape="\\")
