"""Event sources as sites have them, empty, and the rows that an Asterisk will write into each; and who reads them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

import cel_servers as servers

from cordboard.asterisk.ledgers import ledger_for
from cordboard.asterisk.source import Ledger
from cordboard.calls.cel import CelEvent

LONG_AGO = "2000-01-01"

FILES = ["csv", "csv-tabs", "csv-apostrophes", "json", "json-asterisk"]
TABLES = ["sqlite", "postgresql", "mariadb-freepbx", "mariadb-wide", "mariadb-microseconds", "mariadb-old-names"]


class Source:
    """A source as a site has it, and the rows that Asterisk will write into it."""

    url: str
    rows: list[dict[str, str]]

    def write(self, rows: list[dict[str, str]]) -> None:
        raise NotImplementedError

    def kill(self) -> None:
        raise NotImplementedError

    def begin(self) -> None:
        raise NotImplementedError


class FileSource(Source):
    """What `cel_custom` writes; it goes away by being moved."""

    def __init__(self, path: Path, line: Callable[[dict[str, str]], str], header: str = "") -> None:
        self.rows = servers.rows_of("cel.csv")
        self.url = str(path)
        self._path, self._line = path, line
        path.write_text(header, encoding="utf-8")

    def write(self, rows: list[dict[str, str]]) -> None:
        with self._path.open("a", encoding="utf-8", newline="") as file:
            file.writelines(self._line(row) + "\n" for row in rows)


class TableSource(Source):
    """A table in a server."""

    def __init__(self, server: servers.Server, create: str, rows: list[dict[str, str]]) -> None:
        self.rows, self.url, self.server = rows, server.url, server
        server.empty()
        server.run(create)

    def write(self, rows: list[dict[str, str]]) -> None:
        names = list(rows[0])
        marks = ", ".join(["%s"] * len(names))
        self.server.run(f"INSERT INTO cel ({', '.join(names)}) VALUES ({marks})", [fitting(row) for row in rows])

    def kill(self) -> None:
        self.server.kill()

    def begin(self) -> None:
        self.server.begin()


def fitting(row: Mapping[str, str]) -> list[str | None]:
    return [value if value or name != "amaflags" else None for name, value in row.items()]


def csv_line(row: dict[str, str]) -> str:
    return ",".join('"' + value.replace('"', '""') + '"' for value in row.values())


#: the names of the advanced form of `cel_custom`
JSON_NAMES = {
    "eventtype": "EventType", "cid_name": "cidname", "cid_num": "cidnum", "cid_ani": "cidani", "cid_rdnis": "cidrdnis",
    "cid_dnid": "ciddnid", "accountcode": "acctcode", "peeraccount": "peeracct",
}  # fmt: skip


def json_line(row: dict[str, str]) -> str:
    return json.dumps(
        {JSON_NAMES.get(name, name): value for name, value in row.items()} | {"tenantid": ""}, ensure_ascii=False
    )


#: the names that the shipped sample of `cel_custom.conf` uses; so does 22.10
SAMPLE_NAMES = {
    "cid_name": "name", "cid_num": "num", "cid_ani": "ani", "cid_rdnis": "rdnis", "cid_dnid": "dnid",
    "extra": "eventextra",
}  # fmt: skip


def sample_json_line(row: dict[str, str]) -> str:
    """As Asterisk does it: quotation marks escaped, backslashes not."""
    named = ((SAMPLE_NAMES.get(name, name), value.replace('"', '\\"')) for name, value in row.items())
    return "{" + ",".join(f'"{name}":"{value}"' for name, value in named) + "}"


def tabs_line(row: dict[str, str]) -> str:
    """Quoted only where a quotation mark is inside."""
    doubled = ((value, value.replace('"', '""')) for value in row.values())
    return "\t".join(f'"{two}"' if two != value else value for value, two in doubled)


def apostrophes_line(row: dict[str, str]) -> str:
    return ",".join("'" + value.replace("'", "\\'") + "'" if value else '""' for value in row.values())


def conf_of(name: str, columns: list[str], *said: str) -> str:
    """cel_custom.conf in its advanced form."""
    fields = ",".join(SAMPLE_NAMES.get(column, column) for column in columns)
    return "\n".join([f"[{name}]", *said, f"fields = {fields}", ""])


class Reading:
    """A ledger that is followed, stopped, and begun again from the position that was kept.

    A file's columns are read from the cel_custom.conf beside it, where there is one."""

    def __init__(self, url: str, start: str = LONG_AGO) -> None:
        self.events: list[CelEvent] = []
        self.position: str | None = None
        self.ledger: Ledger | None = None
        conf = Path(url).with_name("cel_custom.conf")
        columns_from = str(conf) if "://" not in url and conf.exists() else ""
        self._new = lambda: quick(ledger_for(url, (), start, columns_from=columns_from))
        self._task: asyncio.Task[None] | None = None

    def anew(self) -> Ledger:
        return self._new()

    async def begin(self) -> None:
        self.ledger = self._new()
        self._task = asyncio.create_task(self._follow(self.ledger))

    async def end(self) -> None:
        assert self._task is not None
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task

    async def reach(self, count: int) -> None:
        await self.until(lambda: len(self.events) >= count and self.position is not None)
        await asyncio.sleep(0.1)  # and no row more than that
        assert count == len(self.events)

    async def state(self, state: str) -> None:
        await self.until(lambda: self.ledger is not None and self.ledger.health()["state"] == state)

    async def until(self, is_so: Callable[[], bool]) -> None:
        async with asyncio.timeout(15):
            while not is_so():
                assert self._task is not None
                if self._task.done():
                    self._task.result()
                await asyncio.sleep(0.02)

    async def _follow(self, ledger: Ledger) -> None:
        async for events, position in ledger.rows(self.position):
            self.events += events
            self.position = position


def quick(ledger: Ledger) -> Ledger:
    """The same follower, which looks more often than once a second."""
    vars(ledger)["_every"] = 0.03
    return ledger


def identities(rows: list[dict[str, str]]) -> list[tuple[str, str, str]]:
    return [(row["eventtype"], row["uniqueid"], row["channame"]) for row in rows]


def seen(events: list[CelEvent]) -> list[tuple[str, str, str]]:
    return [(event.eventtype, event.uniqueid, event.channame) for event in events]
