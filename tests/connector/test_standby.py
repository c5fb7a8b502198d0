"""Two connectors on one database: the second waits, and takes over when the first is gone or has lost its session."""

import asyncio
import time

import pytest
from offices import CORDBOARD, Child, Office
from sqlalchemy import create_engine, text

from cordboard.store.engines import read_url

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(180)]

TAKEOVER = 5.0


@pytest.fixture
async def office(tmp_path, postgresql):
    office = Office(tmp_path, postgresql)
    office.pbx.csv_path.touch()
    await office.pbx.start()
    await office.gateway.start()
    office.start_portal()
    office.configure()
    yield office
    await office.close()


async def second_of(office):
    """A second connector on the same settings, standing by."""
    log = office.folder / "second.log"
    log.touch()
    child = Child("connector", "--config", office.config, "--json", "--standby", log=log)
    end = time.monotonic() + 60
    while "standing by" not in log.read_text(encoding="utf-8"):
        assert time.monotonic() < end, log.read_text(encoding="utf-8")
        await asyncio.sleep(0.05)
    return child


async def test_killed_in_mid_call_the_second_takes_over_within_five_seconds_and_every_call_is_told_once(office, capsys):
    office.start_connector((*CORDBOARD, "connector", "--config", office.config, "--json", "--standby"))
    await office.until_listening()
    second = await second_of(office)
    playing = [asyncio.create_task(office.play("in-answered", speed=1)) for _ in range(3)]
    await office.until(lambda status: status["connections"]["portal"]["registered"] == 3)

    office.connector.kill()
    killed = time.monotonic()
    office.url = (await asyncio.to_thread(second.ready))["url"]
    took = time.monotonic() - killed
    office.connector = second
    plays = await asyncio.gather(*playing, office.play("in-answered"))
    await office.until_delivered(4, within=60)

    rows = await office.finished()
    with capsys.disabled():
        print(f"\ntakeover: {took:.2f} s, {len(rows)} calls told once each")
    assert took < TAKEOVER
    assert sorted(f"main-{next(iter(play.ids.values()))}" for play in plays) == sorted(
        row["EXTERNAL_CALL_ID"] for row in rows
    )
    assert {"200"} == {row["CALL_FAILED_CODE"] for row in rows}


async def test_whoever_loses_its_session_to_the_other_stands_by_itself(office):
    office.start_connector((*CORDBOARD, "connector", "--config", office.config, "--json", "--standby"))
    await office.until_listening()
    first, second = office.connector, await second_of(office)
    new_owner = asyncio.create_task(asyncio.to_thread(second.ready))

    end = time.monotonic() + 60
    while not new_owner.done():  # the first may be quicker, and then keeps it
        assert time.monotonic() < end
        end_session_of(first, office)
        await asyncio.wait({new_owner}, timeout=1)
    office.url, office.connector = (await new_owner)["url"], second
    await office.until_listening()
    await office.play("in-answered")
    await office.until_delivered(1)

    assert ["200"] == [row["CALL_FAILED_CODE"] for row in await office.finished()]
    assert "lost to another process" in office.logged()
    first.kill()


def end_session_of(child, office):
    """As a network that fails would: the session that holds the lock is gone."""
    engine = create_engine(read_url(office.connector_db))
    with engine.connect() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(l.pid) FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid"
                " WHERE l.locktype = 'advisory' AND a.application_name LIKE :owner"
            ),
            {"owner": f"process {child.process.pid} %"},
        )
    engine.dispose()


async def test_without_the_word_a_second_one_says_who_is_there(office):
    office.start_connector()
    await office.until_listening()

    other = await asyncio.create_subprocess_exec(
        *map(str, (*CORDBOARD, "connector", "--config", office.config)), stderr=asyncio.subprocess.PIPE
    )
    _, said = await other.communicate()

    assert 3 == other.returncode
    assert "is in use by" in said.decode()
