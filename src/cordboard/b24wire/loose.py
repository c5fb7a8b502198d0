"""Loose values: what PHP makes of a parameter that may be a string, a number, a flag, a list or nothing.

In:   one decoded parameter of any type.
Out:  a flag, an int, a text, a list or a map of our own.

The surprise: ``"N"``, ``"false"`` and ``"no"`` are **true**, as every string but the empty one and ``"0"`` is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import cast

__all__ = ["as_flag", "as_float", "as_id", "as_int", "as_items", "as_map", "as_text", "is_yes", "named"]

_NUMBER = re.compile(r"\s*([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)")
_LARGEST = 2**63 - 1
_LARGEST_ID = 2**31 - 1


def as_flag(value: object) -> bool:
    """Whether PHP takes the value for true."""
    return value not in ("", "0") if isinstance(value, str) else bool(value)


def is_yes(value: object) -> bool:
    """Whether the value is a character flag that says yes: exactly `Y` (or a JSON true)."""
    return value is True or value == "Y"


def as_float(value: object) -> float:
    """The number a value begins with, 0 if none; never raises."""
    match value:
        case bool() | int() | float():
            number = float(value) if abs(value) <= _LARGEST else 0.0
        case str():
            found = _NUMBER.match(value[:400])
            number = float(found[1]) if found else 0.0
        case list() | dict():
            number = 1.0 if value else 0.0
        case _:
            number = 0.0
    return number if abs(number) <= _LARGEST else 0.0  # NaN and infinity compare false


def as_int(value: object) -> int:
    """The whole number a value begins with, 0 if none; beyond 64 bits counts as none."""
    if isinstance(value, str) and value.isascii() and value.isdigit():
        number = int(value) if len(value) < 20 else 0
        return number if number <= _LARGEST else 0
    if isinstance(value, int):
        return int(value) if abs(value) <= _LARGEST else 0
    return int(as_float(value))


def as_id(value: object) -> int:
    """A whole number that a column can hold; one beyond it is nobody's and stays comparable."""
    return max(-_LARGEST_ID - 1, min(as_int(value), _LARGEST_ID))


def as_text(value: object) -> str:
    """The value as text: a list or map has none, a true flag is `1`."""
    match value:
        case str():
            return value.replace("\0", "")  # no database keeps it
        case None | list() | dict():
            return ""
        case bool():
            return "1" if value else ""
        case float() if value.is_integer() and abs(value) < 2**53:
            return str(int(value))
        case _:
            return str(value)


def as_map(value: object) -> dict[str, object]:
    """The value as a map: a list's keys are its indexes, anything else is an empty map."""
    if isinstance(value, dict):
        return cast("dict[str, object]", value)
    if isinstance(value, list):
        return {str(index): item for index, item in enumerate(cast("list[object]", value))}
    return {}


def as_items(value: object) -> list[object]:
    """The value as a list: a map's values, a single value as its only item, nothing for null."""
    match value:
        case None:
            return []
        case list():
            return cast("list[object]", value)
        case dict():
            return list(cast("dict[str, object]", value).values())
        case _:
            return [value]


def named(params: Mapping[str, object], name: str) -> object:
    """The parameter under `name` in any usual spelling: `fields`, `FIELDS`, `Fields`, `arFields`."""
    capital = name[:1].upper() + name[1:]
    for spelling in (name, name.upper(), capital, f"ar{capital}"):
        if spelling in params:
            return params[spelling]
    wanted = name.lower()
    return next((value for key, value in params.items() if key.lower() == wanted), None)
