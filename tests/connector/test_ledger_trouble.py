"""What a ledger or the store in trouble must not cost."""

import asyncio
import sqlite3

import pytest
from exchanges import SECOND, IncomingCall, Rows, exchange_on, following, now, store_in, until
from sqlalchemy import event

from cordboard.asterisk.source import LaneUp
from cordboard.connector import journal

pytestmark = pytest.mark.anyio


@pytest.fixture
async def store(tmp_path):
    async with store_in(tmp_path) as store:
        yield store


@pytest.fixture
def call():
    return IncomingCall(now() - 30 * SECOND)


def fails_at(store, beginning, error):
    """The next statement that begins so fails once."""
    left = [error]

    def fail(connection, cursor, statement, *others):
        if statement.startswith(beginning) and left:
            raise left.pop()

    event.listen(store.engines.writer, "before_cursor_execute", fail)


async def test_a_disk_that_is_full_within_a_statement_costs_no_call(store, call, monkeypatch):
    monkeypatch.setattr(journal, "PAUSE", 0.05)
    exchange, told = exchange_on(store)
    fails_at(store, "INSERT INTO call", sqlite3.OperationalError("could not extend file: No space left on device"))

    async with following(exchange, Rows([*call.rings(), *call.ends()])):
        await until(lambda: told.ends)

    assert [call.linkedid] == exchange._journal.settled("main", 0)


async def test_an_end_that_could_not_be_written_waits_for_the_next_write(store, call):
    exchange, told = exchange_on(store)
    fails_at(store, "INSERT INTO call", ValueError("a defect"))

    async with following(exchange, Rows([*call.rings(), *call.ends()])) as task:
        with pytest.raises(ValueError, match="a defect"):
            await task
    assert [] == told.ends
    async with following(exchange, Rows([*call.rings(), *call.ends()])):
        await until(lambda: told.ends)

    assert [call.linkedid] == exchange._journal.settled("main", 0)
    assert 1 == len(told.ends)


async def test_while_a_write_is_tried_again_no_newer_place_is_written(store, call, monkeypatch):
    monkeypatch.setattr(journal, "PAUSE", 0.3)
    exchange, told = exchange_on(store)
    fails_at(store, "INSERT INTO call", sqlite3.OperationalError("disk is full"))

    async with following(exchange, Rows([*call.rings(), *call.ends()])):
        await until(lambda: exchange._settler.is_writing and len(exchange.open.settled))
        watching = asyncio.create_task(exchange._settle())
        await asyncio.sleep(0.1)
        assert [] == exchange._journal.settled("main", 0)
        assert "8" != await exchange._journal.place("main")
        await watching

    assert [call.linkedid] == exchange._journal.settled("main", 0)
    assert 1 == len(told.ends)


async def test_a_ledger_that_is_away_has_not_reached_the_present(store, call):
    exchange, _ = exchange_on(store)
    source = Rows(call.rings(), state="problem")

    async with following(exchange, source):
        await asyncio.sleep(0.8)
        assert not exchange.open.caught_up
        source.state = "up"
        await until(lambda: exchange.open.caught_up)


async def test_a_restart_of_the_pbx_heard_before_the_ledger_is_read_ends_the_calls_before_it(store, call):
    exchange, told = exchange_on(store, live=True)
    exchange.hear(LaneUp(frozenset(), frozenset(), now() - 5 * SECOND))

    async with following(exchange, Rows(call.rings())):
        await until(lambda: told.ends)

    assert {} == exchange.open.calls


async def test_no_card_follows_from_a_stage_that_was_read_late(store):
    exchange, told = exchange_on(store)
    exchange.open.caught_up = True
    late, at_once = IncomingCall(now() - 300 * SECOND), IncomingCall(now() - 3 * SECOND)

    for row in [*late.rings(), *at_once.rings()]:
        exchange._read(row)

    assert [False, True] == [news.fresh for news in told]


async def test_a_call_that_was_settled_long_ago_is_not_told_again(store, call):
    rows = [*call.rings(), *call.ends()]
    exchange, told = exchange_on(store)
    async with following(exchange, Rows(rows)):
        await until(lambda: told.ends)
    await store.write(lambda connection: connection.exec_driver_sql("DELETE FROM due"))
    await store.write(lambda connection: connection.exec_driver_sql("DELETE FROM position"))

    again, told_again = exchange_on(store)
    async with following(again, Rows(rows)):
        await until(lambda: again.open.caught_up)

    assert [] == told_again


async def test_a_second_restart_within_one_call_still_sees_it_whole(store, call):
    source = Rows(call.rings())
    for _ in range(2):
        exchange, told = exchange_on(store)
        async with following(exchange, source):
            await until(lambda exchange=exchange: exchange.open.caught_up)

    source.written += call.ends()
    exchange, told = exchange_on(store)
    async with following(exchange, source):
        await until(lambda: told.ends)

    assert 1 == len(told.ends)
