"""Who goes first, what a flow is told, and whether the CRM is there."""

import asyncio

import pytest

from cordboard.crm.base import AuthorizationLost, CrmUnreachable
from cordboard.delivery.gate import Gate
from cordboard.delivery.inbox import Inbox
from cordboard.delivery.line import Line
from cordboard.flow.questions import Priority
from cordboard.flow.situation import News, Situation

pytestmark = pytest.mark.anyio


def situation(at=1):
    return Situation(linkedid="1.1", at=at, start="2024-01-01T00:00:00+00:00", direction="incoming")


async def test_a_card_overtakes_waiting_finishes_and_finishes_keep_their_order():
    gate, went = Gate(1), []

    async def ask(name, priority):
        async with gate.slot(priority):
            went.append(name)
            await asyncio.sleep(0)

    async with gate.slot(Priority.RECORD):
        waiting = [
            asyncio.create_task(ask(name, priority))
            for name, priority in [
                ("finish 1", Priority.FINISH),
                ("record", Priority.RECORD),
                ("finish 2", Priority.FINISH),
                ("card", Priority.CARD),
            ]
        ]
        await asyncio.sleep(0)
    await asyncio.gather(*waiting)

    assert ["card", "finish 1", "finish 2", "record"] == went


async def test_a_request_that_gave_up_waiting_leaves_its_slot_to_the_next():
    gate = Gate(1)
    async with gate.slot(0):
        first = asyncio.create_task(gate._enter(0))
        await asyncio.sleep(0)
        first.cancel()
        second = asyncio.create_task(gate._enter(0))
        await asyncio.sleep(0)

    await asyncio.wait_for(second, 1)


async def test_everything_that_happened_meanwhile_is_one_answer():
    inbox = Inbox()
    inbox.tell(News(situation(1), ("conversation_requested",)))
    inbox.tell(News(situation(2), ("conversation_ended",), absorbed=("2.2",)))

    news = await inbox.next(0)

    assert (2, ("conversation_requested", "conversation_ended"), ("2.2",)) == (
        news.situation.at,
        news.stages,
        news.absorbed,
    )


async def test_a_settled_end_is_not_overwritten_by_the_other_lane():
    inbox = Inbox()
    inbox.tell(News(situation(5), final=True))
    inbox.tell(News(situation(4)))

    news = await inbox.next(0)

    assert (5, True) == (news.situation.at, news.final)


async def test_a_wait_that_is_over_says_that_nothing_happened():
    inbox = Inbox()
    inbox.tell(News(situation(1), ("conversation_requested",)))
    await inbox.next(0)

    news = await inbox.next(0.01)

    assert (1, True, ()) == (news.situation.at, news.quiet, news.stages)


async def test_while_the_crm_is_down_one_request_tries_and_the_others_wait():
    now = [100.0]
    line = Line("portal", lambda: now[0])
    line.failed(CrmUnreachable())
    now[0] = 101.0

    await asyncio.wait_for(line.ready(), 1)
    others = [asyncio.create_task(line.ready()) for _ in range(3)]
    await asyncio.sleep(0.01)

    assert [False] * 3 == [other.done() for other in others]
    line.worked()
    await asyncio.wait_for(asyncio.gather(*others), 1)
    assert ("up", "") == (line.state, line.trouble)


async def test_a_lost_authorisation_pauses_the_connection():
    line = Line("portal", lambda: 100.0)

    line.failed(AuthorizationLost("user.get: Invalid request credentials"))

    assert ("paused", "user.get: Invalid request credentials") == (line.state, line.trouble)
