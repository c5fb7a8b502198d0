"""A portal that is away and comes back without our access: calls wait, and are all told once when it is renewed."""

import asyncio

import msgspec
import pytest
from portals import Portal, connector_of
from stories import incoming, news, over, talk

from cordboard.delivery.ledger import RunKey

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(90)]

BEFORE, WHILE = 5, 20


@pytest.fixture
def portal(tmp_path):
    portal = Portal(tmp_path)
    yield portal
    portal.child.stop()


def call(number):
    """Its ring and its end, under a linkedid of its own."""
    linkedid, client = f"1700000000.9{number:03}", f"792650000{number:02}"
    ended = incoming(
        talk("101", "ended", accepted=True), after=7, answered=True, result=200, talk_seconds=5, last_speaker="c101"
    )
    rings, ended = (
        msgspec.structs.replace(situation, linkedid=linkedid, client=client)
        for situation in (incoming(talk("101")), ended)
    )
    return linkedid, news(rings, fresh=False), over(ended)


async def until(holds):
    for _ in range(600):
        if holds():
            return
        await asyncio.sleep(0.05)
    raise AssertionError("it did not come")


async def test_calls_made_while_the_portal_was_away_are_told_once_when_our_access_is_renewed(portal, tmp_path):
    calls = [call(number) for number in range(BEFORE + WHILE)]

    async with connector_of(portal, tmp_path, name="site") as connector:
        worker = connector.connections[0].worker
        for linkedid, rings, _ in calls[:BEFORE]:
            connector.tell("main", linkedid, rings)
        await until(lambda: worker.counts["registered"] == BEFORE)
        portal.child.kill()
        for linkedid, rings, ended in calls:
            connector.tell("main", linkedid, rings)
            connector.tell("main", linkedid, ended)
        await until(lambda: worker.line.state == "down")
        portal.start()
        await until(lambda: worker.line.state == "paused")
        status = worker.status()
    assert (len(calls), 0) == (status["pending"], status["finished"])
    assert "credentials" in status["trouble"]
    assert portal.webhook.rstrip("/").rpartition("/")[2] not in status["trouble"]

    async with connector_of(portal, tmp_path, name="site") as connector:
        worker = connector.connections[0].worker
        for linkedid, _, ended in calls:
            connector.tell("main", linkedid, ended)
        runs = [run.outcome for key, run in worker.runs.items() if isinstance(key, RunKey)]
        await asyncio.wait_for(asyncio.gather(*runs), 60)

    rows = [await portal.call(linkedid) for linkedid, *_ in calls]
    assert [("200", "5")] * len(calls) == [
        (row["CALL_FAILED_CODE"], row["CALL_DURATION"]) for found in rows for row in found
    ]
