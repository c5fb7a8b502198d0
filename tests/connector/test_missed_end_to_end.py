"""A missed client is reminded of until somebody has talked with them: a task and a notice in the portal."""

import pytest

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(120)]

ANNA = "2"
PENDING, DONE = "2", "5"


@pytest.fixture
async def office(office):
    office.configure(more='[missed]\nresponsible = "last"\nnotice = true\ntitle = "Missed {client}"\n')
    office.start_connector()
    await office.until_listening()
    return office


async def tasks(office):
    found = await office.ask("tasks.task.list", filter={"%TITLE": "Missed"}, order={"ID": "ASC"})
    return [(task["title"], task["responsibleId"], task["status"]) for task in found["tasks"]]


async def test_a_client_who_called_in_vain_twice_has_one_task_until_somebody_calls_back(office):
    client = {"79161234567": "79265550011"}
    called_back = {"89161234567": "89265550011", "79161234567": "79265550011"}

    for _ in range(2):
        await office.play("in-no-answer", exchange=client)
    await office.until_delivered(2)
    missed = await tasks(office)
    await office.play("out-answered", exchange=called_back)
    await office.until_delivered(3)

    assert [("Missed 79265550011", ANNA, PENDING)] == missed
    assert [("Missed 79265550011", ANNA, DONE)] == await tasks(office)
    assert "im.notify.system.add" in office.gateway.about_calls
    assert "im.notify.delete" == office.gateway.about_calls[-1]
