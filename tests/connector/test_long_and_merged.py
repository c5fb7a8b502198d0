"""Talks longer than the patience of the model, and calls that become one: nothing is left over."""

import asyncio

import pytest
from exchanges import SECOND, TRUNK, IncomingCall, exchange_on, now, store_in
from offices import CAPTURES

from cordboard.asterisk.cel_csv import CsvRows
from cordboard.asterisk.played_call import read_capture, write_row
from cordboard.asterisk.source import LaneUp
from cordboard.calls.cel import CelEvent
from cordboard.connector import lanes

pytestmark = pytest.mark.anyio


@pytest.fixture
async def store(tmp_path):
    async with store_in(tmp_path) as store:
        yield store


async def test_a_talk_of_five_hours_is_not_ended_while_the_pbx_lists_it(store, monkeypatch):
    monkeypatch.setattr(lanes, "TICK", 0.02)
    call = IncomingCall(now() - 5 * 3600 * SECOND)
    exchange, told = exchange_on(store, live=True, ledger=False)
    exchange.hear(LaneUp(frozenset(), frozenset(), 1))
    for event in [*call.rings(), *call.answered()]:
        exchange.hear(event)

    async def alive():
        return frozenset({call.linkedid, call.phone})

    await exchange.look(alive)
    watching = asyncio.create_task(exchange.watch(alive))
    await asyncio.sleep(0.2)
    watching.cancel()
    assert [] == told.ends

    for event in call.parts(at=5 * 3600 - 5):
        exchange.hear(event)
    await asyncio.sleep(0.1)
    assert [5 * 3600 - 10] == [news.situation.talk_seconds for news in told.ends]


def merging():
    """Captures in which two calls become one; by feature keys the consultation is of the same call."""
    return sorted(x for x in CAPTURES.iterdir() if "transfer-attended" in x.name and x.name != "transfer-attended-keys")


def events_of(folder):
    capture = read_capture(folder)
    lines = [write_row(capture.columns), *(write_row(row) for row in capture.rows)]
    return CsvRows().feed("".join(line + "\n" for line in lines))


@pytest.mark.parametrize("folder", merging(), ids=lambda folder: folder.name)
async def test_an_absorbed_call_leaves_nothing_behind_and_its_card_hears_of_its_end(store, folder):
    changes = []
    exchange, _ = exchange_on(store, on_change=lambda linkedid, call, event: changes.append((linkedid, call)))
    exchange.open.caught_up = True

    for event in events_of(folder):
        exchange._read(event)

    absorbed = list(exchange.open.absorbed._keys)
    assert absorbed
    assert [(linkedid, None) for linkedid in absorbed] == [
        change for change in changes if change[0] in absorbed and change[1] is None
    ]
    assert (set(), {}) == (exchange.open.ledger.started, exchange.open.calls)


async def test_a_call_joined_to_one_whose_beginning_nobody_saw_ends_by_itself(store):
    call = IncomingCall(now() - 60 * SECOND)
    exchange, _ = exchange_on(store)
    exchange.open.caught_up = True
    for event in [*call.rings(), *call.answered()]:
        exchange._read(event)
    older = CelEvent("ANSWER", call.start, "99.1", "99.1", channame="PJSIP/trunk-a-00000009", cid_num="79007654321")
    exchange._read(older)

    exchange._read(
        CelEvent("ATTENDEDTRANSFER", call.start + 9 * SECOND, call.linkedid, "99.1", channame=TRUNK, extra="{}")
    )

    assert {} == exchange.open.calls
    assert [call.linkedid] == [ended.linkedid for ended in exchange._settler.ended]
