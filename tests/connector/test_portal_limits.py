"""A portal that counts requests, and a site that only wants to look."""

import asyncio
import json
import time

import aiohttp
import msgspec
import pytest
from portals import Portal, connector_of, tell
from sqlalchemy import select
from stories import incoming, news, over, talk

from cordboard.connector.tables import entry, reminder, run

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(90)]

CALLS = 60


@pytest.fixture(scope="module")
def portal(tmp_path_factory):
    portal = Portal(tmp_path_factory.mktemp("portal"), rate_limit="2/50")
    yield portal
    portal.child.stop()


def call(number, result=200):
    talked = {"answered": True, "talk_seconds": 5, "last_speaker": "c101"} if result == 200 else {}
    first = msgspec.structs.replace(incoming(talk("101")), client=f"792630000{number:02}")
    ends = incoming(talk("101", "ended", accepted=result == 200), after=7, result=result, **talked)
    return news(first, fresh=False), over(msgspec.structs.replace(ends, client=first.client))


async def finished(portal):
    """The number of finished calls; the portal counts our question too."""
    while True:
        async with (
            aiohttp.ClientSession() as session,
            session.post(portal.webhook + "voximplant.statistic.get", json={}) as answer,
        ):
            body = await answer.json()
        if answer.status == 200:
            return body["total"]
        await asyncio.sleep(1)


async def test_a_burst_of_calls_is_never_refused_and_takes_less_than_a_request_each(portal, tmp_path):
    async with connector_of(portal, tmp_path, 'rate = "2/50"\n') as connector:
        begun = time.monotonic()
        await asyncio.gather(*(tell(connector, *call(number)) for number in range(CALLS)))
        took = time.monotonic() - begun
        status = connector.connections[0].worker.status()

    assert (CALLS, 0, "up") == (status["finished"], status["failures"], status["state"])
    # alone each, those beyond the first fifty would need half a second
    assert took < (2 * CALLS - 50) / 2 * 0.7
    await asyncio.sleep(2)
    assert CALLS == await finished(portal)


async def test_a_connection_that_observes_computes_everything_and_sends_nothing(portal, tmp_path):
    before = await finished(portal)

    async with connector_of(
        portal, tmp_path, 'mode = "observe"\nrate = "2/50"\n[missed]\nnotice = true\n'
    ) as connector:
        for result in (200, 480):
            await tell(connector, *call(70, result))
        status = connector.connections[0].worker.status()
        kept = connector.journal.store.read_sync(lambda connection: connection.execute(select(reminder)).all())
        journal = connector.journal.store.read_sync(
            lambda connection: connection.execute(
                select(entry.c.kind, entry.c.question, run.c.state).join(run, run.c.id == entry.c.run_id)
            ).all()
        )

    asked = [kind for kind, *_ in journal]
    assert 1 == asked.count("CreateTask")
    assert [] == kept
    assert (2, 0) == (status["finished"], status["requests"])
    assert ["Register", "Finish"] * 2 == [kind for kind in asked if kind in {"Register", "Finish"}]
    assert {"done"} == {state for *_, state in journal}
    assert {"main-1700000000"} == {
        json.loads(question)["params"]["EXTERNAL_CALL_ID"].partition(".")[0]
        for kind, question, _ in journal
        if kind == "Register"
    }
    assert before == await finished(portal)
