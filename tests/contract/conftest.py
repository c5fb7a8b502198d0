"""The servers, begun once for all tests of this folder, and a source of each kind, empty."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import cel_servers as servers
from cel_sources import (
    FILES,
    TABLES,
    FileSource,
    Source,
    TableSource,
    apostrophes_line,
    conf_of,
    csv_line,
    json_line,
    sample_json_line,
    tabs_line,
)

Make = Callable[[str], Source]


@pytest.fixture(scope="session")
def postgresql() -> Iterator[servers.PostgreSql]:
    server = servers.PostgreSql()
    yield server
    server.end()


@pytest.fixture(scope="session")
def mariadb() -> Iterator[servers.MariaDb]:
    servers.needed("mariadbd", "mariadb-server-core mariadb-client-core")
    servers.needed("mariadb-install-db", "mariadb-server-core mariadb-client-core")
    server = servers.MariaDb()
    yield server
    server.end()


@pytest.fixture
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Make:
    """Makes the empty source of a name."""
    return lambda name: made(name, request, tmp_path)


def made(name: str, request: pytest.FixtureRequest, folder: Path) -> Source:
    """The empty source of this name."""
    if name == "csv":
        header = ",".join(servers.rows_of("cel.csv")[0]) + "\n"
        return FileSource(folder / "Master.csv", csv_line, header)
    if name == "csv-tabs":
        said = ("separator_character = \\t", "quoting_method = none")
        write_conf(folder, "cel.tsv", *said)
        return FileSource(folder / "cel.tsv", tabs_line)
    if name == "csv-apostrophes":
        write_conf(folder, "cel.txt", "quote_character = '", "quote_escape_character = \\")
        return FileSource(folder / "cel.txt", apostrophes_line)
    if name == "json":
        return FileSource(folder / "cel.jsonl", json_line)
    if name == "json-asterisk":
        return FileSource(folder / "cel.json", sample_json_line)
    if name == "sqlite":
        return TableSource(servers.Sqlite(folder), servers.SQLITE, servers.rows_of("sqlite_cel.csv"))
    if name == "postgresql":
        return TableSource(
            request.getfixturevalue("postgresql"), servers.POSTGRESQL, servers.rows_of("postgresql_cel.csv")
        )
    server = request.getfixturevalue("mariadb")
    if name == "mariadb-wide":
        return TableSource(server, servers.WIDE, servers.rows_of("postgresql_cel.csv"))
    if name == "mariadb-microseconds":
        return TableSource(server, servers.MICROSECONDS, servers.rows_of("mariadb_cel_microseconds.csv"))
    if name == "mariadb-freepbx":
        return TableSource(server, servers.FREEPBX, servers.rows_of("mariadb_cel_freepbx_layout.csv"))
    rows = servers.rows_of("mariadb_cel_freepbx_layout.csv", lambda key: "eventextra" if key == "extra" else key)
    return TableSource(server, servers.OLD_NAMES, rows)


def write_conf(folder: Path, name: str, *said: str) -> None:
    columns = list(servers.rows_of("cel.csv")[0])
    (folder / "cel_custom.conf").write_text(conf_of(name, columns, *said), encoding="utf-8")


@pytest.fixture(params=[*FILES, *TABLES])
def source(request: pytest.FixtureRequest, tmp_path: Path) -> Source:
    return made(request.param, request, tmp_path)


@pytest.fixture(params=TABLES[:3])
def table(request: pytest.FixtureRequest, tmp_path: Path) -> TableSource:
    """One table in each kind of database."""
    found = made(request.param, request, tmp_path)
    assert isinstance(found, TableSource)
    return found
