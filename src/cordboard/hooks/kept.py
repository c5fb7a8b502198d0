"""Kept tests: a payload and what the customizations of its point made of it, as one file each.

In:   the folder of customizations; its folder `tests` holds `<name>.json`.
Out:  `Kept`, and whether the customizations of today still say the same.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import msgspec

from cordboard.hooks.answers import Params
from cordboard.hooks.specs import POINTS, unknown_point

NAME = re.compile(r"^[\w.-]+$")


class KeptError(Exception):
    """A kept test cannot be read or written; the message says why."""


class Kept(msgspec.Struct, frozen=True):
    """One kept test."""

    point: str
    payload: Params
    #: `cancelled`, `params`
    expected: Params
    crm: str | None = None


def keep(folder: Path, name: str, kept: Kept) -> Path:
    """Write a test; one of that name is replaced."""
    if not NAME.match(name):
        raise KeptError(f"{name!r} is no name of a test: letters, digits, points and hyphens")
    path = folder / "tests" / f"{name}.json"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(msgspec.json.format(msgspec.json.encode(kept)) + b"\n")
    except OSError as error:
        raise KeptError(f"{path}: cannot be written: {error.strerror}") from None
    return path


def read_all(folder: Path) -> dict[str, Kept]:
    """Every kept test by its name."""
    return {path.stem: read(path) for path in sorted((folder / "tests").glob("*.json"))}


def read(path: Path) -> Kept:
    try:
        kept = msgspec.json.decode(path.read_bytes(), type=Kept)
    except OSError as error:
        raise KeptError(f"{path}: cannot be read: {error.strerror}") from None
    except msgspec.DecodeError as error:
        raise KeptError(f"{path}: is no kept test: {error}") from None
    if kept.point not in POINTS:
        raise KeptError(f"{path}: {unknown_point(kept.point)}")
    return kept


def differs(expected: Any, found: Any) -> list[str]:
    """Where a result differs from the expected one, by key."""
    keys = dict.fromkeys((*expected, *found))
    lines: list[str] = []
    for key in keys:
        old, new = expected.get(key), found.get(key)
        if isinstance(old, dict) and isinstance(new, dict):
            lines += [f"{key}.{line}" for line in differs(old, new)]
        elif old != new:
            lines.append(f"{key}: expected {old!r}, got {new!r}")
    return lines
