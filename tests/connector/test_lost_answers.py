"""The program dies at any request of a call, before it leaves or before its answer is seen: nothing is done twice.

A real portal; the death is that of the call's task, and a new connector goes on with the same journal.
"""

import asyncio
import itertools
import sys
import time
from pathlib import Path

import msgspec
import pytest
from portals import Portal, connector_of
from stories import incoming, news, over, talk

from cordboard.delivery.ledger import RunKey

sys.path.insert(0, str(Path(__file__).parents[1] / "recordings"))
from sounds import tone

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(120)]

#: more than any of these calls asks
MOST_REQUESTS = 12


@pytest.fixture(scope="module")
def portal(tmp_path_factory):
    portal = Portal(tmp_path_factory.mktemp("portal"))
    yield portal
    portal.child.stop()


class Dying:
    """Asks a portal, and dies at the n-th request."""

    def __init__(self, crm, number, moment):
        self.crm, self.left, self.moment = crm, number, moment

    def __getattr__(self, name):
        return getattr(self.crm, name)

    async def ask(self, question, *, again=False):
        self.left -= 1
        if self.left == 0 and self.moment == "before":
            raise asyncio.CancelledError
        answer = await self.crm.ask(question, again=again)
        if self.left == 0:
            raise asyncio.CancelledError
        return answer


def missed():
    return incoming(talk("101", "ended"), after=20, result=480)


def answered():
    parts = [
        msgspec.structs.replace(talk(number, "ended", accepted=True), talk_seconds=5, talked_from=since)
        for number, since in (("101", 1), ("102", 2))
    ]
    return incoming(*parts, after=20, result=200, talk_seconds=10, last_speaker="c102", records=("in.wav",))


CALLS = {
    "missed": (missed, "[missed]\nnotice = true\n"),
    "answered": (answered, "[register]\nseparate_conversations = true\n"),
}
numbers = itertools.count(10)


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize(("ended", "settings"), CALLS.values(), ids=CALLS)
async def test_dead_at_any_request_a_call_has_each_of_its_effects_once(portal, tmp_path, moment, ended, settings):
    tone(tmp_path / "monitor/in.wav")
    settings += f'[records]\nfolders = ["{tmp_path / "monitor"}"]\n'
    died = 0
    for number in range(1, MOST_REQUESTS):
        client, linkedid = f"792640000{next(numbers)}", f"1700000000.{next(numbers)}99"
        told = [
            msgspec.structs.replace(
                one, situation=msgspec.structs.replace(one.situation, client=client, linkedid=linkedid)
            )
            for one in (news(incoming(talk("101")), fresh=False), over(recent(ended())))
        ]
        async with connector_of(portal, tmp_path, settings, name=f"{moment}-{client}") as connector:
            dies = await tell_until_death(connector, told, linkedid, number, moment)
        if not dies:
            break
        died += 1
        async with connector_of(portal, tmp_path, settings, name=f"{moment}-{client}") as connector:
            await finish(connector, told[-1], linkedid)
        assert await effects(portal, client, linkedid) == expected(ended), number

    assert died >= 4


def recent(situation):
    """It ended just now, or nobody would be reminded."""
    return msgspec.structs.replace(situation, at=time.time_ns() // 1000 - 60_000_000)


async def tell_until_death(connector, told, linkedid, number, moment):
    """Whether the program died; told is what came before."""
    worker = connector.connections[0].worker
    worker._asker._crm = Dying(worker.crm, number, moment)
    for one in told:
        connector.tell("main", linkedid, one)
    task = worker.runs[RunKey("main", linkedid, "portal")].task
    await asyncio.wait({task}, timeout=20)
    assert task.done()
    return task.cancelled()


async def finish(connector, final, linkedid):
    """What a start does: open runs go on, calls that are still due are told again."""
    worker = connector.connections[0].worker
    key = RunKey("main", linkedid, "portal")
    connector.tell("main", linkedid, final)
    if key in worker.runs:
        await asyncio.wait_for(worker.runs[key].outcome, 20)
    assert 0 == worker.counts["defects"]


async def effects(portal, client, linkedid):
    """Finished calls with their users, recordings, tasks, notices."""
    calls = await portal.call(linkedid)
    tasks = await portal.ask("tasks.task.list", filter={"TITLE": f"Call back {client}"})
    return {
        "calls": [row["PORTAL_USER_ID"] for row in calls],
        "recordings": sum(bool(row["RECORD_FILE_ID"]) for row in calls),
        "tasks": len(tasks["tasks"]),
        "notices": portal.notices(client),
    }


def expected(ended):
    if ended is missed:
        return {"calls": ["2"], "recordings": 0, "tasks": 1, "notices": 1}
    return {"calls": ["2", "3"], "recordings": 1, "tasks": 0, "notices": 0}
