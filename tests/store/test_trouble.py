"""A database that cannot be used: what is said, and that work goes on once it can be used again."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, insert, select
from tests.databases import KilledServer, PostgreSql

from cordboard.portal.tables import setting
from cordboard.store import Store, StoreUnreachable, StoreWriteFailed
from cordboard.store.hot import Hot

MIGRATIONS = "cordboard.portal.migrations"
COUNT = Hot(select(func.count()).select_from(setting))


def add(connection: Connection) -> None:
    number = COUNT.rows(connection)[0][0]
    connection.execute(insert(setting).values(name=f"name {number}", value=1))


@pytest.fixture
def server() -> Iterator[KilledServer]:
    made = KilledServer()
    yield made
    made.remove()


def test_a_server_that_is_killed_and_begun_again_is_read_and_written_again(server: KilledServer) -> None:
    store = Store.open(server.url, migrations=MIGRATIONS)
    store.write_sync(add)
    for _ in range(4):  # every reader has a connection that will be dead
        store.read_sync(COUNT.rows)

    server.kill()
    with pytest.raises(StoreWriteFailed, match="could not be written"):
        store.write_sync(add)
    trouble = store.trouble()
    server.begin()
    counted = store.read_sync(COUNT.rows)
    store.write_sync(add)

    assert "start the server, or name the folder of its socket" in trouble
    assert [(1,)] == counted
    assert [(2,)] == store.read_sync(COUNT.rows)
    assert "" == store.trouble()
    store.close_sync()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            ("postgres:@", "nobody:@"),
            'role "nobody" does not exist; make it (`createdb`, `createuser`), or name another',
        ),
        (("/postgres?", "/nothing?"), 'database "nothing" does not exist; make it'),
        (("host=", "host=/no/such"), "No such file or directory; start the server, or name the folder of its socket"),
        (("@/postgres?host=", "@127.0.0.1:1/postgres?x="), "cannot be opened"),
    ],
)
def test_a_server_that_cannot_be_used_is_told_in_one_line_without_the_password(
    postgresql: PostgreSql, change: tuple[str, str], words: str
) -> None:
    url = postgresql.named("postgres").replace(*change).replace(":@", ":secret-word@")

    with pytest.raises(StoreUnreachable) as caught:
        Store.open(url, migrations=MIGRATIONS)

    assert words in str(caught.value)
    assert str(caught.value).startswith("postgresql://")
    assert "secret-word" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_wrong_password_is_told(postgresql: PostgreSql) -> None:
    postgresql.ask("CREATE ROLE guarded LOGIN PASSWORD 'right'")
    postgresql.demand_passwords_of("guarded")
    url = postgresql.named("postgres").replace("postgres:@", "guarded:wrong-word@")

    with pytest.raises(StoreUnreachable) as caught:
        Store.open(url, migrations=MIGRATIONS)

    assert "password authentication failed" in str(caught.value)
    assert "check the user and the password of the URL" in str(caught.value)
    assert "wrong-word" not in str(caught.value)


def test_a_url_that_is_none_does_not_show_its_password() -> None:
    with pytest.raises(StoreUnreachable, match="is no database URL") as caught:
        Store.open("postgresql://u:secret-word@127.0.0.1:port/x", migrations=MIGRATIONS)

    assert "secret-word" not in str(caught.value)


def test_a_folder_in_the_place_of_a_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreUnreachable, match="check that the folder is there and can be written"):
        Store.open(f"sqlite:///{tmp_path}", migrations=MIGRATIONS)
    shutil.rmtree(tmp_path)
