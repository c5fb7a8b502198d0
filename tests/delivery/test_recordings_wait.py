"""Recordings take long: they leave room for everything else."""

import asyncio
import time

import pytest

from cordboard.delivery.ledger import RunKey
from cordboard.delivery.worker import Worker
from cordboard.flow.after_finish import AttachRecord
from cordboard.flow.questions import Done, NextStages, Outcome, Show
from cordboard.flow.situation import News, Situation

pytestmark = pytest.mark.anyio


class Crm:
    """A CRM that takes recordings when it is let."""

    name = "portal"

    def __init__(self):
        self.under_way = self.most = 0
        self.may_end = asyncio.Event()
        self.cards = []

    async def ask(self, question, *, again=False):
        if isinstance(question, Show):
            self.cards.append(question)
            return Done()
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        await self.may_end.wait()
        self.under_way -= 1
        return Done()


class Memory:
    """A journal that keeps nothing."""

    async def append(self, stored, records):
        stored.records += records

    async def answer(self, stored, answer):
        pass

    async def close(self, stored, records, outcome):
        pass


class Flows:
    """Calls with even linkedids have a recording to attach, the others a card to show."""

    def call_flow(self, terms, known):
        news = yield NextStages()
        has_record = news.situation.linkedid.endswith(("0", "2", "4", "6", "8"))
        yield AttachRecord({"CALL_ID": "call"}, "/in.wav") if has_record else Show("call", (2,))
        return Outcome("finished")

    def known_from(self, pairs):
        return Outcome("unwanted")


async def test_ten_recordings_are_brought_two_at_a_time_and_every_card_passes_them():
    crm = Crm()
    worker = Worker(crm, Flows(), Memory(), None, lambda pbx: None, clock=time.monotonic)
    keys = [RunKey("main", str(number), "portal") for number in range(20)]

    for key in keys:
        situation = Situation(linkedid=key.linkedid, at=1, start="2024-01-01T00:00:00+00:00", direction="incoming")
        worker.tell("main", key.linkedid, News(situation))
    runs = [worker.runs[key] for key in keys]
    await asyncio.sleep(0.1)
    cards, recorded = len(crm.cards), worker.counts["recorded"]
    crm.may_end.set()
    await asyncio.wait_for(asyncio.gather(*(run.outcome for run in runs)), 5)

    assert (10, 0) == (cards, recorded)
    assert (2, 10) == (crm.most, worker.counts["recorded"])
