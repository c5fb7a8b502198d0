"""Settings: the one file `cordboard.toml`, overridden by the environment.

In:   the text of the file, and variables `CORDBOARD_SECTION__KEY` (a value) or `CORDBOARD_SECTION__KEY_FILE` (a file
      that holds it); a table that can be written several times is addressed by its number, `CORDBOARD_CRM__0__URL`.
Out:  `Settings`, frozen. Every table is optional; every key but `name`, `kind` and `url` has a default.
Errors: `SettingsError` names the file, the path of the value in it (`pbx[0].ami.port`) and what was expected.
"""

from __future__ import annotations

import os
import re
import tomllib
import zoneinfo
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, cast
from urllib.parse import urlsplit

import msgspec

#: kinds of CRM that can be connected
KINDS = ("bitrix24",)


class SettingsError(Exception):
    """The settings cannot be used; the message names the place and what to do."""

    #: of the command line
    exit_code = 3


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
    kind: str
    url: str
    mode: Literal["live", "observe"] = "live"
    #: user of calls for which no other can be found
    default_user: int | None = None
    #: requests per second and how many may come at once; "off": as fast as it answers; "auto": Bitrix24's 2/50, off
    #: for our own portal
    rate: str = "auto"


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
    #: callers without a number: registered without a client, or not at all
    anonymous: Literal["without-entity", "skip"] = "without-entity"
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
    place = path or "environment"
    try:
        settings = msgspec.convert(tree, Settings, strict=False)
    except msgspec.ValidationError as error:
        raise SettingsError(f"{place}: {explain(error)}") from error
    if faults := list(faults_of(settings)):
        raise SettingsError("\n".join(f"{place}: {fault}" for fault in faults))
    return settings


def faults_of(settings: Settings) -> Iterator[str]:
    """What the types cannot say: patterns, addresses, zones, names that must differ."""
    for kind, rows in (("pbx", settings.pbx), ("crm", settings.crm)):
        names = [row.name for row in rows]
        for number, name in enumerate(names):
            if name in names[:number]:
                yield f"{kind}[{number}].name: there is another {kind} named {name!r}"
            elif not name:
                yield f"{kind}[{number}].name: expected a name"
    for number, pbx in enumerate(settings.pbx):
        yield from pattern_faults(f"pbx[{number}].trunks", pbx.trunks)
        if pbx.timezone is not None and not is_zone(pbx.timezone):
            yield f"pbx[{number}].timezone: there is no time zone {pbx.timezone!r} (such as Europe/Moscow)"
        if pbx.cel is not None and not is_start(pbx.cel.start):
            yield f'pbx[{number}].cel.start: {pbx.cel.start!r} is neither "now" nor a date such as 2026-11-01'
    yield from pattern_faults("numbers.internal", settings.numbers.internal)
    for number, crm in enumerate(settings.crm):
        if crm.url != "embedded" and not (crm.url.startswith(("http://", "https://")) and account_of(crm.url)):
            yield f"crm[{number}].url: expected an address that begins with https:// or http://"
        if crm.kind not in KINDS:
            yield f"crm[{number}].kind: {crm.kind!r} cannot be connected; expected {' or '.join(KINDS)}"
        if rate_of(crm.rate) is None:
            yield f'crm[{number}].rate: expected "auto", "off" or such as "2/50"'
        for other, earlier in enumerate(settings.crm[:number]):
            if account_of(earlier.url) == account_of(crm.url) and earlier.rate != crm.rate:
                yield f"crm[{number}].rate: the CRM of crm[{other}] is the same and counts both; expected the same rate"
    for number, person in enumerate(settings.people):
        if not person.extension and not person.extensions:
            yield f"people[{number}]: expected `extension` or `extensions`"


def pattern_faults(place: str, patterns: tuple[str, ...]) -> Iterator[str]:
    for number, pattern in enumerate(patterns):
        try:
            re.compile(pattern)
        except re.error as error:
            yield f"{place}[{number}]: {pattern!r} is no regular expression: {error}"


def is_zone(name: str) -> bool:
    try:
        return bool(zoneinfo.ZoneInfo(name))
    except (ValueError, OSError, zoneinfo.ZoneInfoNotFoundError):
        return False


def is_start(text: str) -> bool:
    try:
        return text == "now" or bool(datetime.fromisoformat(text))
    except ValueError:
        return False


def account_of(url: str) -> str:
    """The CRM account that an address belongs to: its host; empty where the address has none."""
    try:
        return urlsplit(url).netloc.rpartition("@")[2].lower()
    except ValueError:
        return ""


def without_effect(settings: Settings) -> list[str]:
    """Settings of the file that are understood and have no effect in this version, by their places."""
    lines = [f"line[{n}].missed_responsible" for n, line in enumerate(settings.line) if line.missed_responsible]
    return lines if settings.store.keep_days == Store().keep_days else [*lines, "store.keep_days"]


def rate_of(text: str) -> tuple[float, int] | None:
    """Requests per second and size of the bucket; (0, 0) is no limit, None no rate. "auto" is Bitrix24's."""
    if text == "off":
        return 0.0, 0
    if text == "auto":
        return 2.0, 50
    rate, _, size = text.partition("/")
    try:
        return (float(rate), int(size)) if float(rate) > 0 and int(size) > 1 else None
    except ValueError:
        return None


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
