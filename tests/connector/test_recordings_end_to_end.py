"""The recording of a call, from the exchange's folder into the portal, in its three ways."""

import socket
import sys
from pathlib import Path

import aiohttp
import pytest
from offices import Child, Office

sys.path.insert(0, str(Path(__file__).parents[1] / "recordings"))
from sounds import tone

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(120)]


@pytest.fixture
async def office(tmp_path):
    office = Office(tmp_path)
    office.pbx.csv_path.touch()
    await office.pbx.start()
    await office.gateway.start()
    yield office
    await office.close()


def records(office, **settings):
    lines = [f'folders = ["{office.folder / "monitor"}"]', *(f'{name} = "{value}"' for name, value in settings.items())]
    return "[records]\n" + "\n".join(lines) + "\n"


def has_record(rows):
    return bool(rows and rows[0]["RECORD_FILE_ID"])


@pytest.mark.parametrize("settings", [{"send": "content"}, {"send": "upload", "format": "mp3"}], ids=["content", "mp3"])
async def test_an_answered_call_gets_its_recording_although_it_comes_late(office, settings):
    office.start_portal()
    office.configure(more=records(office, **settings))
    office.start_connector()
    await office.until_listening()

    await office.play("in-answered")
    await office.until_in_portal(bool, "voximplant.statistic.get")
    assert not has_record(await office.finished())
    tone(office.folder / "monitor" / office.recorded_as()[0], 5.0)

    rows = await office.until_in_portal(has_record, "voximplant.statistic.get")
    assert 1 == len(rows)
    status = await office.until_delivered(1)
    assert ["register", "finish", "attachrecord"] == office.gateway.requests
    assert len(office.gateway.about_calls) <= 4
    counts = status["connections"]["portal"]
    assert (1, 0, 0) == (counts["recorded"], counts["recordings_missing"], counts["open"])


async def test_a_connector_that_was_killed_while_it_waited_for_the_recording_brings_it_after_its_restart(office):
    office.start_portal()
    office.configure(more=records(office))
    office.start_connector()
    await office.until_listening()
    await office.play("in-answered")
    await office.until_in_portal(bool, "voximplant.statistic.get")
    office.connector.kill()

    tone(office.folder / "monitor" / office.recorded_as()[0], 5.0)
    office.start_connector()
    rows = await office.until_in_portal(has_record, "voximplant.statistic.get")

    assert 1 == len(rows)
    assert ["register", "finish", "attachrecord"] == office.gateway.requests


async def test_one_process_serves_the_link_that_its_portal_fetches_from(office):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    office.configure(
        webhook="embedded",
        more=records(office, send="url")
        + f'[portal]\nport = {port}\ndb = "sqlite:///{office.folder / "portal.db"}"\n'
        + f'fetch_from = ["http://127.0.0.1:{port}/records/"]\n',
    )
    office.connector = Child(
        "run", "--config", office.config, "--seed", "demo", "--json", log=office.folder / "connector.log"
    )
    office.url = office.connector.ready()["url"]
    await office.until_listening()

    await office.play("in-answered")
    tone(office.folder / "monitor" / office.recorded_as()[0], 5.0)
    await office.until_delivered(1)

    assert '"question": "AttachRecord", "answer": "Done"' in office.logged()
    async with aiohttp.ClientSession() as session, session.get(f"{office.url}/records/x.y/in.wav") as answer:
        assert 404 == answer.status
