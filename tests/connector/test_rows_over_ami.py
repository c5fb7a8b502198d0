"""AMI alone, where CEL comes over AMI too: its rows end the calls that they show whole, else the live lane does."""

import msgspec
import pytest
from exchanges import SECOND, IncomingCall, exchange_on, now, store_in, until
from sqlalchemy import select

from cordboard.asterisk.source import LaneDown, LaneRow, LaneUp
from cordboard.connector.tables import call as ended_call

pytestmark = pytest.mark.anyio


@pytest.fixture
async def store(tmp_path):
    async with store_in(tmp_path) as store:
        yield store


@pytest.fixture
def call():
    return IncomingCall(now() - 30 * SECOND)


@pytest.fixture
def office(store):
    exchange, told = exchange_on(store, live=True, ledger=False)
    exchange.hear(LaneUp(frozenset(), frozenset(), 1))
    return exchange, told


def hear(exchange, events, *, as_rows=False):
    for event in events:
        exchange.hear(LaneRow(event) if as_rows else event)


def kept(store):
    return store.read_sync(lambda connection: connection.execute(select(ended_call)).all())


async def test_the_rows_end_a_call_and_are_kept_with_it(store, office, call):
    exchange, told = office
    hear(exchange, [*call.rings(), *call.answered()])
    hear(exchange, [*call.rings(), *call.answered()], as_rows=True)

    hear(exchange, call.parts())
    assert [] == told.ends
    hear(exchange, call.parts(), as_rows=True)

    await until(lambda: told.ends)
    assert [(200, 15)] == [(news.situation.result, news.situation.talk_seconds) for news in told.ends]
    [row] = kept(store)
    assert "ledger" == row.decided_by
    assert 12 == len(msgspec.json.decode(row.rows))
    assert exchange.status()["lane_differences"] == exchange.status()["open_calls"] == 0


async def test_where_the_link_broke_in_mid_call_the_live_lane_decides(store, office, call):
    exchange, told = office
    hear(exchange, [*call.rings(), *call.answered()])
    hear(exchange, [*call.rings(), *call.answered()], as_rows=True)

    exchange.hear(LaneDown("the link is dead"))
    exchange.hear(LaneUp(frozenset({call.linkedid}), frozenset({call.linkedid, call.phone}), 1))
    hear(exchange, call.parts(), as_rows=True)
    hear(exchange, call.parts())

    await until(lambda: told.ends)
    assert ["live"] == [row.decided_by for row in kept(store)]
    assert [15] == [news.situation.talk_seconds for news in told.ends]


async def test_a_call_that_waits_for_its_rows_is_ended_when_the_link_breaks(store, office, call):
    exchange, told = office
    hear(exchange, [*call.rings(), *call.answered()])
    hear(exchange, [*call.rings(), *call.answered()], as_rows=True)
    hear(exchange, call.parts())

    exchange.hear(LaneDown("the link is dead"))

    await until(lambda: told.ends)
    assert ["live"] == [row.decided_by for row in kept(store)]


async def test_rows_of_a_call_that_ended_before_they_came_change_nothing(store, office, call):
    exchange, told = office
    hear(exchange, [*call.rings(), *call.answered(), *call.parts()])
    await until(lambda: told.ends)

    hear(exchange, [*call.rings(), *call.answered(), *call.parts()], as_rows=True)

    await until(lambda: kept(store))
    assert 1 == len(told.ends)
    assert 1 == len(kept(store))
    assert 0 == exchange.status()["open_calls"]
