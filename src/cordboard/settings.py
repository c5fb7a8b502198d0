"""Settings: the one file `cordboard.toml`, overridden by the environment.

In:   the text of the file, and variables `CORDBOARD_SECTION__KEY` (a value) or `CORDBOARD_SECTION__KEY_FILE` (a file
      that holds it); a table that can be written several times is addressed by its number, `CORDBOARD_CRM__0__URL`.
Out:  `Settings`, frozen. Every table is optional; every key but `name`, `kind` and `url` has a default.
Errors: `SettingsError` names the file, the path of the value in it (`pbx[0].ami.port`) and what was expected.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, cast

import msgspec


class SettingsError(Exception):
    """The settings cannot be used; the message names the place and what to do."""


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One table of the file; an unknown key is an error, since it is nearly always a typing mistake."""


class Ami(Table, frozen=True):
    """Live events, and actions such as click-to-call."""

    host: str = "127.0.0.1"
    port: int = 5038
    username: str = "cordboard"
    secret: str = ""


class Cel(Table, frozen=True):
    """Where the past can be read again: a CSV file, JSON lines, or a table."""

    url: str
    #: "now", or an ISO date: from where an unread source is followed
    start: str = "now"
    #: column names in order, for CSV without a header line
    columns: tuple[str, ...] = ()


class Pbx(Table, frozen=True):
    """One Asterisk."""

    name: str = "main"
    #: absent: found from the rows (decisions.md 16), never the machine's
    timezone: str | None = None
    #: regular expressions of channel peers that are trunks; what matches neither these nor `internal` is a trunk
    trunks: tuple[str, ...] = ()
    #: trunk's name in channel names → our number on it
    lines: dict[str, str] = {}
    ami: Ami | None = None
    cel: Cel | None = None


class Numbers(Table, frozen=True):
    prefixes: tuple[str, ...] = ()
    internal: tuple[str, ...] = (r"^\d{2,4}$",)


class Person(Table, frozen=True):
    """An employee whose extension the CRM cannot hold."""

    user: int
    extension: str = ""
    extensions: tuple[str, ...] = ()
    crm: str | None = None


class Crm(Table, frozen=True):
    """One CRM connection."""

    name: str
    kind: Literal["bitrix24", "kommo"]
    url: str
    mode: Literal["live", "observe"] = "live"
    #: user of calls for which no other can be found
    default_user: int | None = None


class Line(Table, frozen=True):
    """One DID."""

    number: str
    name: str = ""
    source: str | None = None
    register: bool = True
    create: bool | None = None
    first_responsible: str | None = None
    missed_responsible: str | None = None


class Register(Table, frozen=True):
    """Which calls are registered, and for which the CRM may create a client."""

    incoming: bool = True
    outgoing: bool = True
    local: bool = False
    create_answered: bool = True
    create_missed: bool = True
    create_outgoing: bool = False
    detailed_statuses: bool = False


class Cards(Table, frozen=True):
    mode: Literal["never", "ringing", "answer"] = "ringing"
    #: seconds; several phones that begin to ring together are shown by one request
    debounce: float = 0.5


class Connector(Table, frozen=True):
    host: str = "127.0.0.1"
    port: int = 8090


class Portal(Table, frozen=True):
    """The embedded CRM: its own database (two writers never share one SQLite)."""

    db: str = "sqlite:///portal.db"
    host: str = "127.0.0.1"
    port: int = 8080
    #: scheme and host that begin every address we hand out; absent: those of the request
    public_url: str | None = None
    language: str = "en"


class Store(Table, frozen=True):
    url: str = "sqlite:///cordboard.db"
    keep_days: int = 90


class Settings(Table, frozen=True):
    """The whole file."""

    pbx: tuple[Pbx, ...] = ()
    numbers: Numbers = Numbers()
    people: tuple[Person, ...] = ()
    crm: tuple[Crm, ...] = ()
    line: tuple[Line, ...] = ()
    register: Register = Register()
    cards: Cards = Cards()
    connector: Connector = Connector()
    portal: Portal = Portal()
    store: Store = Store()


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
    try:
        return msgspec.convert(tree, Settings, strict=True)
    except msgspec.ValidationError as error:
        raise SettingsError(f"{path or 'environment'}: {explain(error)}") from error


def explain(error: msgspec.ValidationError) -> str:
    """msgspec's "Expected `int` … - at `$.pbx[0].ami.port`" → "pbx[0].ami.port: expected `int` …"."""
    reason, _, place = str(error).partition(" - at `$")
    place = place.strip(".`") or "the file"
    return f"{place}: {reason[:1].lower()}{reason[1:]}"


def lay_over(tree: dict[str, Any], environ: Mapping[str, str]) -> None:
    """Put `CORDBOARD_…__…` into the tree; a value is read as TOML where it is TOML (a number, true), else as text."""
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
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text
