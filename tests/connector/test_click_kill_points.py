"""The connector is killed at every write it makes for a click: the telephone rings once, the call is finished once."""

import asyncio
import sys
from contextlib import suppress
from pathlib import Path

import aiohttp
import pytest
from clicking import ClickingOffice

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(300)]

PROGRAM = (sys.executable, str(Path(__file__).parent / "killed_connector.py"))
#: more than a click and its call write; the loop ends at the first write that is never made
MOST_WRITES = 25


@pytest.fixture
async def office(tmp_path):
    office = ClickingOffice(tmp_path)
    await office.gateway.start()
    await office.pbx.start()
    office.start_portal()
    yield office
    await office.close()


@pytest.mark.parametrize("moment", ["before", "after"])
async def test_killed_at_any_write_a_click_rings_once_and_is_finished_once(office, moment):
    office.exchange_makes("click-to-call", speed=100.0)
    office.configure(more='application_token = "t"\n[pbx.originate]\ntimeout = 1\n')
    office.start_connector()
    office.connector.stop()
    killed, calls = 0, list[str]()

    for number in range(1, MOST_WRITES):
        before = len(office.originates)
        with suppress(AssertionError):  # it may write, and die, before it says that it is ready
            office.start_connector((*PROGRAM, office.config, str(number), moment))
        call_id = await registered(office)
        calls.append(call_id)
        await send_until_accepted(office, call_id)
        died = await dies(office, call_id)
        killed += died
        if not died:
            office.connector.stop()
        office.start_connector()
        # a portal sends again what was not accepted; what was accepted comes twice then
        await send_until_accepted(office, call_id)
        await office.until_finished(call_id)
        await office.until(lambda status: not status["connections"]["portal"]["open"])
        assert len(office.originates) - before <= 1, f"write {number}"
        office.connector.stop()
        if not died:
            break

    rows = await office.ask("voximplant.statistic.get", SORT="ID", ORDER="ASC")
    mine = [row for row in rows if row["CALL_ID"] in calls]
    assert killed >= 4
    assert len(calls) == len(mine)
    assert [] == await office.finished()
    assert len(calls) <= len(office.originates) + killed
    # only where nobody can know whether the exchange was asked, nobody is called
    assert {"200", "603-S"} >= {row["CALL_FAILED_CODE"] for row in mine}
    assert len(calls) - 2 <= sum(row["CALL_FAILED_CODE"] == "200" for row in mine)


async def registered(office):
    asked = {"USER_ID": 2, "PHONE_NUMBER": "+79161234567", "TYPE": 1, "CRM_CREATE": 0, "SHOW": 0}
    return (await office.ask("telephony.externalCall.register", **asked))["CALL_ID"]


async def send_until_accepted(office, call_id):
    form = {"event": "ONEXTERNALCALLSTART", "auth[application_token]": "t", "data[CALL_ID]": call_id}
    form |= {"data[PHONE_NUMBER]": "+79161234567", "data[USER_ID]": "2"}
    with suppress(aiohttp.ClientError):
        assert 200 == await office.send_event(form)


async def dies(office, call_id):
    """Whether the connector kills itself before it has done everything for the click."""
    child = office.connector
    while child.process.poll() is None:
        try:
            status = await office.status()
        except aiohttp.ClientError:
            child.wait()
            return True
        if status["connections"]["portal"]["finished"] and not status["connections"]["portal"]["open"]:
            await asyncio.sleep(1.5)  # the row of the click is taken away a moment later
            if child.process.poll() is None:
                return False
        await asyncio.sleep(0.05)
    child.wait()
    return True
