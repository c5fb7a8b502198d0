"""The connector is killed at every write it makes for a call: the call stands in the portal once, and no more."""

import asyncio
import sys
from contextlib import suppress
from pathlib import Path

import aiohttp
import pytest
from offices import Office

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(300)]

PROGRAM = (sys.executable, str(Path(__file__).parent / "killed_connector.py"))
#: more than a simple call writes; the loop ends at the first write that is never made
MOST_WRITES = 20


@pytest.fixture
async def office(tmp_path, request):
    """On SQLite, or where a test asks for both on PostgreSQL too."""
    on_server = getattr(request, "param", "sqlite") == "postgresql"
    office = Office(tmp_path, request.getfixturevalue("postgresql") if on_server else None)
    await office.pbx.start()
    await office.gateway.start()
    office.start_portal()
    yield office
    await office.close()


@pytest.mark.parametrize(
    ("office", "moment"), [("sqlite", "before"), ("sqlite", "after"), ("postgresql", "after")], indirect=["office"]
)
async def test_killed_at_any_write_the_call_is_finished_exactly_once(office, moment):
    office.configure(ami=False)
    write_rows_of_a_fresh_start(office)
    killed = calls = 0

    for number in range(1, MOST_WRITES):
        with suppress(AssertionError):  # it may write, and die, before it says that it is ready
            office.start_connector((*PROGRAM, office.config, str(number), moment))
        await office.play("in-answered", speed=200)
        calls += 1
        died = await dies(office)
        killed += died
        if not died:
            office.connector.stop()
        office.start_connector()
        await until_finished(office, calls)
        office.connector.stop()
        if not died:
            break

    rows = await office.finished()
    assert killed >= 5
    assert calls == len({row["EXTERNAL_CALL_ID"] for row in rows}) == len(rows)
    assert {("2", "200")} == {(row["PORTAL_USER_ID"], row["CALL_FAILED_CODE"]) for row in rows}


def write_rows_of_a_fresh_start(office):
    """The first start follows from now: let it be over before the first call."""
    office.pbx.csv_path.touch()
    office.start_connector()
    office.connector.stop()


async def dies(office):
    """Whether the connector kills itself before it has done everything for the call."""
    child = office.connector
    while child.process.poll() is None:
        try:
            status = await office.status()
        except aiohttp.ClientError:
            child.wait()
            return True
        counts = status["connections"]["portal"]
        if counts["finished"] and not counts["open"]:
            return False
        await asyncio.sleep(0.05)
    child.wait()
    return True


async def until_finished(office, calls):
    async def count():
        return len(await office.finished())

    for _ in range(200):
        status = await office.status()
        if status["pbx"]["main"]["ledger_caught_up"] and await count() >= calls:
            counts = status["connections"]["portal"]
            if not counts["pending"] and not counts["open"]:
                return
        await asyncio.sleep(0.05)
    raise AssertionError(f"{await count()} of {calls} calls\n{office.logged()[-3000:]}")
