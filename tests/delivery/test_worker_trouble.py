"""What a defect or a failing store must not cost: the other calls of a connection."""

import asyncio
import time

import pytest

from cordboard.connector.users import UserDirectory
from cordboard.crm.base import CrmUnreachable
from cordboard.delivery.ledger import RunKey, StoredRun
from cordboard.delivery.line import Line
from cordboard.delivery.remembered import Remembered
from cordboard.delivery.worker import Worker
from cordboard.flow.journal import Record, encode_answer, encode_question
from cordboard.flow.questions import Done, NextStages, Outcome, Show, TakeOver
from cordboard.flow.situation import News, Situation
from cordboard.numbers.plan import NumberingPlan

pytestmark = pytest.mark.anyio

SITUATION = Situation(linkedid="1.1", at=1, start="2024-01-01T00:00:00+00:00", direction="incoming")


class Crm:
    """A CRM that says yes, and lists its users as it is told to."""

    name = "portal"

    def __init__(self, listed=()):
        self.asked = []
        self.listed = list(listed)

    async def ask(self, question, *, again=False):
        self.asked.append(question)
        return Done()

    async def list_users(self):
        answer = self.listed.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def close(self):
        pass


class Memory:
    """A journal that keeps nothing; `fails` is raised by the next write."""

    fails = None

    async def append(self, stored, records):
        if self.fails is not None:
            error, self.fails = self.fails, None
            raise error
        stored.records += records

    async def answer(self, stored, answer):
        pass

    async def close(self, stored, records, outcome):
        pass

    async def outcome(self, key):
        return None


class Flows:
    """The flow under test, whatever the call."""

    def __init__(self, flow):
        self._flow = flow

    def call_flow(self, terms, known):
        return self._flow()

    def known_from(self, pairs):
        return Outcome("unwanted")


def worker_of(flow, crm=None, journal=None):
    return Worker(
        crm or Crm(),
        Flows(flow),
        journal or Memory(),
        None,
        lambda pbx: None,
        clock=time.monotonic,
    )


def shows():
    news = yield NextStages()
    yield Show("CID", (2,))
    return Outcome("finished", situation=news.situation)


async def test_a_write_that_fails_gives_the_turn_of_trying_back():
    journal = Memory()
    journal.fails = ValueError("a defect")
    worker = worker_of(shows, journal=journal)
    worker.line.failed(CrmUnreachable())
    worker.line._until = 0.0

    worker.tell("main", "1.1", News(SITUATION))
    await asyncio.wait({worker.runs[RunKey("main", "1.1", "portal")].task}, timeout=1)
    worker.tell("main", "2.2", News(SITUATION))
    await asyncio.wait({worker.runs[RunKey("main", "2.2", "portal")].task}, timeout=1)

    assert [Show("CID", (2,))] == worker.crm.asked
    assert (1, 1) == (worker.counts["defects"], worker.counts["finished"])


async def test_a_list_of_users_that_cannot_be_understood_gives_the_turn_of_trying_back():
    line = Line("portal", time.monotonic)
    line.failed(CrmUnreachable())
    line._until = 0.0
    directory = UserDirectory(
        Crm([TypeError("a defect")]), line, NumberingPlan(), [], time.monotonic
    )  # fmt: skip

    with pytest.raises(TypeError):
        await directory.keep_fresh()

    await asyncio.wait_for(line.ready(), 1)


async def test_a_call_whose_flow_died_leaves_nothing_to_its_survivor_instead_of_making_it_wait():
    left = []

    def flow():
        news = yield NextStages()
        if not news.absorbed:
            raise ValueError("a defect")
        left.append((yield TakeOver(news.absorbed[0])))
        return Outcome("finished")

    worker = worker_of(flow)
    worker.tell("main", "1.1", News(SITUATION))
    worker.tell("main", "2.2", News(SITUATION, absorbed=("1.1",)))
    await asyncio.wait({worker.runs[RunKey("main", "2.2", "portal")].task}, timeout=1)

    assert [None] == left
    assert 1 == worker.counts["finished"]


async def test_no_card_follows_from_the_last_news_of_an_earlier_life():
    heard = []

    def flow():
        yield NextStages()
        heard.append((yield NextStages(within=0.01)))
        return Outcome("finished")

    worker = worker_of(flow)
    kind, question = encode_question(NextStages())
    records = [Record(kind, question, answer=encode_answer(News(SITUATION)))]
    run = worker.resume(StoredRun(RunKey("main", "1.1", "portal"), id=1, records=records))
    await asyncio.wait({run.task}, timeout=1)

    assert [(True, False)] == [(news.quiet, news.fresh) for news in heard]


def test_the_oldest_keys_are_forgotten():
    remembered = Remembered(2)

    remembered.update(["a", "b", "c"])

    assert [False, True, True] == [key in remembered for key in "abc"]
