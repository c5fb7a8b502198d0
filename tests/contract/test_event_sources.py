"""One contract for every source of CEL: the same calls, resuming without loss or doubling, and an honest health.

The same three calls stand in `captures/asterisk22-databases` as each back end of a real Asterisk stored them. Here
they are put into real databases, and into JSON lines, as Asterisk does it: row for row, in the same order.
"""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

import cel_servers as servers
import msgspec
import pytest

from cordboard.asterisk.ledgers import ledger_for
from cordboard.asterisk.source import Ledger
from cordboard.calls.cel import CelEvent
from cordboard.cli.replay import from_arguments

pytestmark = pytest.mark.anyio

LONG_AGO = "2000-01-01"

#: what the narrow table cannot know: without `exten`, `cid_dnid` and `appdata` nothing says what was dialled
UNKNOWN_TO_NARROW = {"to", "trunk"}


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


@pytest.fixture(scope="module")
def postgresql() -> Iterator[servers.PostgreSql]:
    try:
        server = servers.PostgreSql()
    except Exception as error:
        words = f"no PostgreSQL here: {error}"
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(words)
    yield server
    server.end()


@pytest.fixture(scope="module")
def mariadb() -> Iterator[servers.MariaDb]:
    servers.needed("mariadbd", "mariadb-server-core mariadb-client-core")
    servers.needed("mariadb-install-db", "mariadb-server-core mariadb-client-core")
    server = servers.MariaDb()
    yield server
    server.end()


FILES = ["csv", "json"]
TABLES = ["sqlite", "postgresql", "mariadb-freepbx", "mariadb-microseconds", "mariadb-old-names"]


def made(name: str, request: pytest.FixtureRequest, folder: Path) -> Source:
    """The empty source of this name."""
    if name == "csv":
        header = ",".join(servers.rows_of("cel.csv")[0]) + "\n"
        return FileSource(folder / "Master.csv", csv_line, header)
    if name == "json":
        return FileSource(folder / "cel.jsonl", json_line)
    if name == "sqlite":
        return TableSource(servers.Sqlite(folder), servers.SQLITE, servers.rows_of("sqlite_cel.csv"))
    if name == "postgresql":
        return TableSource(
            request.getfixturevalue("postgresql"), servers.POSTGRESQL, servers.rows_of("postgresql_cel.csv")
        )
    server = request.getfixturevalue("mariadb")
    if name == "mariadb-microseconds":
        return TableSource(server, servers.MICROSECONDS, servers.rows_of("mariadb_cel_microseconds.csv"))
    if name == "mariadb-freepbx":
        return TableSource(server, servers.FREEPBX, servers.rows_of("mariadb_cel_freepbx_layout.csv"))
    rows = servers.rows_of("mariadb_cel_freepbx_layout.csv", lambda key: "eventextra" if key == "extra" else key)
    return TableSource(server, servers.OLD_NAMES, rows)


@pytest.fixture(params=[*FILES, *TABLES])
def source(request: pytest.FixtureRequest, tmp_path: Path) -> Source:
    return made(request.param, request, tmp_path)


@pytest.fixture(params=TABLES[:3])
def table(request: pytest.FixtureRequest, tmp_path: Path) -> TableSource:
    """One table in each kind of database."""
    found = made(request.param, request, tmp_path)
    assert isinstance(found, TableSource)
    return found


class Reading:
    """A ledger that is followed, stopped, and begun again from the position that was kept."""

    def __init__(self, url: str, start: str = LONG_AGO) -> None:
        self.events: list[CelEvent] = []
        self.position: str | None = None
        self.ledger: Ledger | None = None
        self._new = lambda: quick(ledger_for(url, (), start))
        self._task: asyncio.Task[None] | None = None

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


def calls_of(url: str, out: pytest.CaptureFixture[bytes]) -> list[dict[str, Any]]:
    assert 0 == from_arguments([url, "--every", "stage"])
    lines = [msgspec.json.decode(line) for line in out.readouterr().out.splitlines()]
    for line in lines:
        line["at"] = line["at"][:19]  # a whole second is all that FreePBX's table holds
    return lines


@pytest.mark.parametrize("name", ["json", "sqlite", "postgresql", "mariadb-freepbx", "mariadb-old-names"])
def test_every_wide_source_tells_the_same_calls(
    name: str, request: pytest.FixtureRequest, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    source, expected = made(name, request, tmp_path), made("csv", request, tmp_path)
    expected.write(expected.rows)

    source.write(source.rows)

    assert calls_of(expected.url, capsysbinary) == calls_of(source.url, capsysbinary)


def test_a_narrow_table_tells_the_same_people_and_times(
    request: pytest.FixtureRequest, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    source, wide = made("mariadb-microseconds", request, tmp_path), made("csv", request, tmp_path)
    wide.write(wide.rows)

    source.write(source.rows)

    assert known(calls_of(wide.url, capsysbinary)) == known(calls_of(source.url, capsysbinary))


def known(value: Any) -> Any:
    """What is left of stages without the fields that a narrow table cannot know."""
    if isinstance(value, dict):
        fields = cast("dict[str, Any]", value)
        return {name: known(field) for name, field in fields.items() if name not in UNKNOWN_TO_NARROW}
    return [known(item) for item in cast("list[Any]", value)] if isinstance(value, list) else value


def test_the_zone_of_local_times_is_found_and_makes_the_same_moments(
    request: pytest.FixtureRequest, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    source, utc = made("mariadb-freepbx", request, tmp_path), made("csv", request, tmp_path)
    utc.write(utc.rows)
    for row in source.rows:
        row["eventtime"] = str(datetime.fromisoformat(row["eventtime"]) + timedelta(hours=3))

    source.write(source.rows)

    moments = [(line["stage"], line["at"]) for line in calls_of(utc.url, capsysbinary)]
    assert [
        (stage, str(datetime.fromisoformat(at) + timedelta(hours=3)).replace(" ", "T")) for stage, at in moments
    ] == [(line["stage"], line["at"]) for line in calls_of(source.url, capsysbinary)]


def test_a_cut_object_is_told_by_its_line_and_the_one_behind_it_is_read(
    tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    lines = [json_line(row) for row in servers.rows_of("cel.csv")]
    path = tmp_path / "cel.jsonl"
    path.write_text("\n".join([lines[0], lines[1][:80] + lines[2], *lines[3:], lines[3][:40]]), encoding="utf-8")

    code = from_arguments([str(path)])

    said = capsysbinary.readouterr()
    assert 6 == code
    assert [f"{path}:2: the object is cut", f"{path}:{len(lines)}: the object is cut"] == said.err.decode().splitlines()
    assert b"call_ended" in said.out


@pytest.mark.parametrize(
    ("url", "code", "words"),
    [
        ("sqlite:///{folder}/nothing.db", 4, "unable to open database file"),
        ("sqlite:///{folder}/other.db", 2, "has no table with the columns eventtype"),
        ("sqlite:///{folder}/other.db?table=cel", 2, "has no table 'cel' (there: contact)"),
        ("mysql://reader:geheim@127.0.0.1:1/asteriskcdrdb", 4, "mysql://reader:***@127.0.0.1:1/asteriskcdrdb"),
        ("postgresql://reader:geheim@127.0.0.1:1/", 4, "the address names no database"),
        ("oracle://reader:geheim@127.0.0.1/x", 4, "oracle:// is no source"),
        ("{folder}/other.jsonl", 2, "no line of it is a CEL object"),
    ],
)
def test_what_cannot_be_read_is_told_by_the_exit_code_and_without_the_password(
    tmp_path: Path, url: str, code: int, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with sqlite3.connect(tmp_path / "other.db") as other:
        other.execute("CREATE TABLE contact (id INTEGER PRIMARY KEY, name TEXT)")
    (tmp_path / "other.jsonl").write_text('{"name": "soap"}\n', encoding="utf-8")

    assert code == from_arguments([url.format(folder=tmp_path)])

    said = capsys.readouterr().err
    assert words in said
    assert "geheim" not in said
    assert not (tmp_path / "nothing.db").exists()


def test_a_broken_row_is_told_by_its_id_and_the_rest_is_read(
    request: pytest.FixtureRequest, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    source = made("sqlite", request, tmp_path)
    source.write([*source.rows[:2], source.rows[2] | {"eventtime": "yesterday"}, *source.rows[3:]])

    assert 6 == from_arguments([source.url])

    said = capsysbinary.readouterr()
    assert f"{source.url}:3: eventtime 'yesterday' is neither" in said.err.decode()
    assert b"call_ended" in said.out


async def test_every_row_comes_once_and_in_order_over_restarts(source: Source) -> None:
    source.write(source.rows[:20])
    reading = Reading(source.url)
    await reading.begin()
    await reading.reach(20)
    await reading.end()

    source.write(source.rows[20:45])
    await reading.begin()
    await reading.reach(45)
    source.write(source.rows[45:])
    await reading.reach(len(source.rows))
    await reading.end()

    assert identities(source.rows) == seen(reading.events)


async def test_now_begins_behind_what_is_there_and_keeps_that_place(source: Source) -> None:
    source.write(source.rows[:20])
    reading = Reading(source.url, start="now")
    await reading.begin()
    await reading.reach(0)
    await reading.end()

    source.write(source.rows[20:])
    await reading.begin()
    await reading.reach(len(source.rows) - 20)
    await reading.end()

    assert identities(source.rows[20:]) == seen(reading.events)


async def test_a_database_that_goes_away_is_told_and_nothing_is_lost_when_it_is_back(table: TableSource) -> None:
    table.write(table.rows[:20])
    reading = Reading(table.url)
    await reading.begin()
    await reading.reach(20)
    await reading.state("up")

    table.kill()
    if isinstance(table.server, servers.Sqlite):  # an open file outlives its name: the next start misses it
        await reading.end()
        await reading.begin()
    await reading.state("problem")
    told = str(reading.ledger.health() if reading.ledger else "")
    table.begin()
    table.write(table.rows[20:])
    await reading.reach(len(table.rows))

    assert identities(table.rows) == seen(reading.events)
    assert "p@ss" not in told
    assert "p%40ss" not in told
    await reading.state("up")
    await reading.end()


async def test_a_table_that_was_emptied_and_counts_anew_is_read_from_its_beginning(table: TableSource) -> None:
    table.write(table.rows[:45])
    reading = Reading(table.url)
    await reading.begin()
    await reading.reach(45)
    await reading.end()

    again = type(table)(table.server, create_of(table), table.rows)
    again.write(table.rows[45:])
    await reading.begin()
    await reading.reach(len(table.rows))
    await reading.end()

    assert identities(table.rows) == seen(reading.events)


def create_of(table: TableSource) -> str:
    if isinstance(table.server, servers.Sqlite):
        return servers.SQLITE
    return servers.POSTGRESQL if isinstance(table.server, servers.PostgreSql) else servers.FREEPBX


async def test_a_row_that_becomes_visible_behind_a_later_one_is_read_too(table: TableSource) -> None:
    key = "AcctId" if isinstance(table.server, servers.Sqlite) else "id"
    numbered = [{key: str(number), **row} for number, row in enumerate(table.rows, 1)]
    reading = Reading(table.url)
    await reading.begin()
    table.write([*numbered[:10], *numbered[11:13]])
    await reading.reach(12)
    await reading.end()

    await reading.begin()
    table.write(numbered[10:11])
    await reading.reach(13)
    await reading.end()

    assert sorted(identities(table.rows[:13])) == sorted(seen(reading.events))


async def test_a_date_to_start_from_leaves_out_what_is_older(table: TableSource) -> None:
    table.write(table.rows)
    reading = Reading(table.url, start="2026-11-21T23:27:25+00:00")
    expected = [row for row in table.rows if row["eventtime"] >= since(row["eventtime"])]

    await reading.begin()
    await reading.reach(len(expected))
    await reading.end()

    assert 0 < len(expected) < len(table.rows)
    assert identities(expected) == seen(reading.events)


def since(form: str) -> str:
    """The same moment in the form in which a table holds it."""
    return "2026-11-21 23:27:25" if "-" in form else "1795303645"


async def test_the_position_of_another_kind_of_source_is_told_and_replaced(table: TableSource) -> None:
    table.write(table.rows)
    reading = Reading(table.url)
    reading.position = '{"inode":1,"head":"","head_size":0,"offset":0}'

    await reading.begin()
    await reading.reach(len(table.rows))

    assert reading.ledger is not None
    assert "another source" in str(reading.ledger.health()["reason"])
    await reading.end()
