"""The store: shared commits, durable results, one owner, the schema of the migrations."""

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, bindparam, func, insert, select, text

from cordboard.portal.tables import card, metadata, setting
from cordboard.store import Store, StoreForeign, StoreLocked, StoreOld, StoreUnreachable
from cordboard.store.hot import Hot

MIGRATIONS = "cordboard.portal.migrations"


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    opened = Store.open(url, migrations=MIGRATIONS)
    yield opened
    opened.close_sync()


def add(connection: Connection, name: str) -> str:
    connection.execute(insert(setting).values(name=name, value=1))
    return name


def count(connection: Connection) -> int:
    return connection.execute(select(func.count()).select_from(setting)).scalar_one()


def test_the_migrations_make_exactly_the_tables(store: Store) -> None:
    def differences(connection: Connection) -> list[object]:
        options = {"compare_type": False, "include_object": lambda _o, name, *_: name != "portal_version"}
        return compare_metadata(MigrationContext.configure(connection, opts=options), metadata)

    assert [] == store.read_sync(differences)


def test_many_writers_get_their_own_results(store: Store) -> None:
    async def everybody() -> list[str]:
        return await asyncio.gather(*(store.write(lambda c, n=n: add(c, f"name {n}")) for n in range(300)))

    assert [f"name {n}" for n in range(300)] == asyncio.run(everybody())
    assert 300 == store.read_sync(count)


def test_a_work_that_fails_hurts_nobody_else(store: Store) -> None:
    gate = threading.Event()

    def failing(connection: Connection) -> None:
        add(connection, "half done")
        raise ValueError("my own words")

    async def together() -> list[object]:
        blocked = store.write(lambda c: gate.wait(5))  # while it runs, the others gather for one commit
        rest = [store.write(lambda c: add(c, "before")), store.write(failing), store.write(lambda c: add(c, "after"))]
        tasks = [asyncio.ensure_future(work) for work in (blocked, *rest)]
        await asyncio.sleep(0.05)
        gate.set()
        return await asyncio.gather(*tasks, return_exceptions=True)

    _, before, error, after = asyncio.run(together())

    assert ("before", "after") == (before, after)
    assert isinstance(error, ValueError)
    assert 2 == store.read_sync(count)


def test_a_work_that_fails_alone_leaves_nothing(store: Store) -> None:
    def failing(connection: Connection) -> None:
        add(connection, "half done")
        raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011 - the very exception of the work
        store.write_sync(failing)

    assert 0 == store.read_sync(count)


def test_a_statement_that_fails_in_a_group_does_not_spoil_the_group(store: Store) -> None:
    async def together() -> list[object]:
        works = [store.write(lambda c: add(c, "same")) for _ in range(20)]
        return await asyncio.gather(*works, return_exceptions=True)

    results = asyncio.run(together())

    assert 1 == sum(result == "same" for result in results)
    assert 1 == store.read_sync(count)


def test_hot_statements_read_and_write_in_the_transaction(store: Store) -> None:
    new, found = Hot(insert(card)), Hot(select(card.c.user_id).where(card.c.call_id == bindparam("call")))

    def work(connection: Connection) -> list[tuple[object, ...]]:
        new.run(connection, call_id="a", user_id=7, shown_at=2**50)
        return found.rows(connection, call="a")

    assert [(7,)] == store.write_sync(work)
    assert [(7,)] == store.read_sync(lambda c: found.rows(c, call="a"))


def test_a_reader_sees_one_moment_of_the_database(store: Store) -> None:
    def work(connection: Connection) -> tuple[int, int]:
        before = count(connection)
        store.write_sync(lambda writing: add(writing, "in between"))
        return before, count(connection)

    assert (0, 0) == store.read_sync(work)
    assert 1 == store.read_sync(count)


def test_a_second_owner_hears_who_has_the_database(store: Store, url: str) -> None:
    with pytest.raises(StoreLocked, match=rf"in use by process {os.getpid()} ") as caught:
        Store.open(url, migrations=MIGRATIONS)

    assert 3 == caught.value.exit_code


def test_a_closed_database_opens_again_with_what_was_written(url: str) -> None:
    first = Store.open(url, migrations=MIGRATIONS)
    first.write_sync(lambda c: add(c, "kept"))
    first.close_sync()

    second = Store.open(url, migrations=MIGRATIONS)

    assert 1 == second.read_sync(count)
    second.close_sync()


def test_a_database_of_a_newer_program_is_left_alone(url: str) -> None:
    first = Store.open(url, migrations=MIGRATIONS)
    first.write_sync(lambda c: c.execute(text("UPDATE portal_version SET version_num = '9999'")))
    first.close_sync()

    with pytest.raises(StoreOld, match="newer program"):
        Store.open(url, migrations=MIGRATIONS)


def test_a_database_of_the_other_half_is_left_alone(url: str) -> None:
    first = Store.open(url, migrations=MIGRATIONS)
    first.close_sync()

    with pytest.raises(StoreForeign, match="holds the tables of the portal; name one of its own") as caught:
        Store.open(url, migrations="cordboard.connector.migrations")

    assert 3 == caught.value.exit_code


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("nonsense", "is no database URL"),
        ("sqlite://", "in memory"),
        ("mysql://host/name", "not supported"),
        ("sqlite:////no/such/folder/portal.db", "does not exist"),
    ],
)
def test_an_unusable_address_says_what_to_write(address: str, words: str) -> None:
    with pytest.raises(StoreUnreachable, match=words):
        Store.open(address, migrations=MIGRATIONS)


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "portal.db").write_text("not a database, but long enough to be read as its header" * 20)

    with pytest.raises(StoreUnreachable, match="cannot be opened"):
        Store.open(f"sqlite:///{tmp_path}/portal.db", migrations=MIGRATIONS)


def test_every_answered_write_survives_a_kill(tmp_path: Path) -> None:
    database = tmp_path / "portal.db"
    program = KILLED.format(url=f"sqlite:///{database}")
    process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    answered = [process.stdout.readline().strip() for _ in range(200)]
    process.send_signal(signal.SIGKILL)
    answered += [line.strip() for line in process.stdout if line.endswith("\n")]
    process.wait()

    with sqlite3.connect(database) as connection:
        kept = {row[0] for row in connection.execute("SELECT name FROM setting")}

    assert set() == set(answered) - kept


KILLED = """
import itertools
from sqlalchemy import insert
from cordboard.portal.tables import setting
from cordboard.store import Store
store = Store.open("{url}", migrations="cordboard.portal.migrations")
for number in itertools.count():
    store.write_sync(lambda c: c.execute(insert(setting).values(name=str(number), value=1)))
    print(number, flush=True)
"""
