"""Load: the file and the environment become `Settings`.

In:   the text of the file, and variables `CORDBOARD_SECTION__KEY` (a value) or `CORDBOARD_SECTION__KEY_FILE` (a file
      that holds it); a table that can be written several times is addressed by its number, `CORDBOARD_CRM__0__URL`.
Errors: `SettingsError` names the file, the path of the value in it (`pbx[0].ami.port`) and what was expected.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import msgspec

from cordboard.settings.faults import faults_of
from cordboard.settings.tables import Settings


class SettingsError(Exception):
    """The settings cannot be used; the message names the place and what to do."""

    #: of the command line
    exit_code = 3


def load(path: Path | None, environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the file (none: only defaults) and lay the environment over it."""
    tree: dict[str, Any] = {}
    if path is not None:
        try:
            tree = tomllib.loads(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise SettingsError(f"{path}: cannot be read: {error.strerror}") from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise SettingsError(f"{path}: is no TOML: {error}") from error
    lay_over(tree, environ)
    place = path or "environment"
    try:
        settings = msgspec.convert(tree, Settings, strict=False)
    except msgspec.ValidationError as error:
        raise SettingsError(f"{place}: {explain(error)}") from error
    if faults := list(faults_of(settings)):
        raise SettingsError("\n".join(f"{place}: {fault}" for fault in faults))
    return settings


def explain(error: msgspec.ValidationError) -> str:
    """msgspec's "Expected `int` … - at `$.pbx[0].ami.port`" → "pbx[0].ami.port: expected `int` …"."""
    reason, _, place = str(error).partition(" - at `$")
    place = place.strip(".`") or "the file"
    return f"{place}: {reason[:1].lower()}{reason[1:]}"


def lay_over(tree: dict[str, Any], environ: Mapping[str, str]) -> None:
    """Put `CORDBOARD_…__…` into the tree; a value is the text as it stands, so that a secret may look like a
    number; only a list or a table is read as TOML."""
    for name, value in sorted(environ.items()):
        if not name.startswith("CORDBOARD_") or "__" not in name:
            continue
        keys = name.removeprefix("CORDBOARD_").lower().split("__")
        if keys[-1].endswith("_file"):
            keys[-1] = keys[-1].removesuffix("_file")
            try:
                value = Path(value).read_text(encoding="utf-8").strip()
            except OSError as error:
                raise SettingsError(f"{name}: {value} cannot be read: {error.strerror}") from error
        put(tree, keys, value, name)


def put(tree: dict[str, Any], keys: list[str], value: str, name: str) -> None:
    here: Any = tree
    for key in keys[:-1]:
        here = step_into(here, key, name)
    if not isinstance(here, dict):
        raise SettingsError(f"{name}: {keys[-2]} is no table")
    cast("dict[str, Any]", here)[keys[-1]] = scalar(value)


def step_into(here: Any, key: str, name: str) -> Any:
    if isinstance(here, list):
        rows = cast("list[Any]", here)
        if not key.isdigit() or int(key) >= len(rows):
            raise SettingsError(f"{name}: there is no table number {key}")
        return rows[int(key)]
    return cast("dict[str, Any]", here).setdefault(key, {})


def scalar(text: str) -> Any:
    if not text.startswith(("[", "{")):
        return text
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text
