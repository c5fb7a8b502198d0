"""What is wrong with an exchange is in the log and in /readyz before the first call is missed."""

import aiohttp
import pytest
from offices import Office
from structlog.testing import capture_logs

from cordboard.connector import bootstrap
from cordboard.connector.health import LaneHealth
from cordboard.settings import load

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(120)]


@pytest.fixture
async def office(tmp_path):
    office = Office(tmp_path)
    await office.pbx.start()
    await office.gateway.start()
    office.start_portal()
    yield office
    await office.close()


async def readiness(office):
    async with aiohttp.ClientSession() as session, session.get(f"{office.url}/readyz") as answer:
        return answer.status


async def test_a_wrong_secret_and_a_missing_file_are_logged_and_it_is_not_ready(office):
    office.pbx.csv_path.unlink(missing_ok=True)
    office.configure()
    office.config.write_text(office.config.read_text().replace(office.pbx.secret, "hunter2"))
    office.start_connector()

    await office.until(lambda status: "a lane is down" in office.logged() and '"lane": "ledger"' in office.logged())
    await office.until(lambda status: status["connections"]["portal"]["users"] > 0)

    assert 503 == await readiness(office)
    assert '"state": "refused"' in office.logged()
    assert "cannot be read" in office.logged()
    assert "hunter2" not in office.logged()


async def test_it_is_ready_once_every_lane_has_been_up(office):
    office.pbx.csv_path.touch()
    office.configure()
    office.start_connector()

    await office.until(lambda status: office.logged().count("a lane is up") == 2)
    await office.until(lambda status: status["connections"]["portal"]["users"] > 0)

    assert 200 == await readiness(office)


def test_a_state_is_told_once_and_one_outage_later_does_not_undo_that_it_was_up():
    health = LaneHealth("main", "live")

    with capture_logs() as lines:
        for state in ("refused", "refused", "up", "up", "lost"):
            health.tell(state, "a reason" if state != "up" else "")

    assert ["refused", None, "lost"] == [line.get("state") for line in lines]
    assert health.was_up


async def test_connections_of_one_portal_share_its_rate(tmp_path):
    text = f'[store]\nurl = "sqlite:///{tmp_path / "connector.db"}"\n'
    for name, host in (("a", "one.example"), ("b", "one.example"), ("c", "two.example")):
        text += f'[[crm]]\nname = "{name}"\nkind = "bitrix24"\nurl = "https://{host}/rest/1/{name}/"\n'
    (tmp_path / "cordboard.toml").write_text(text)
    settings = load(tmp_path / "cordboard.toml", {})

    service = bootstrap.build(settings, bootstrap.open_store(settings))

    first, second, third = (connection.worker.crm.bucket for connection in service.connections)
    assert first is second
    assert first is not third
    await service.stop()
