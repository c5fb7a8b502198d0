"""The list of employees: what is told when it changes."""

import asyncio

import pytest
import structlog

from cordboard.connector import users
from cordboard.connector.users import UserDirectory
from cordboard.crm.base import CrmUser
from cordboard.delivery.line import Line
from cordboard.numbers.plan import NumberingPlan

pytestmark = pytest.mark.anyio

ANNA, BORIS = CrmUser(2, "Anna", ("101", "+79160000001")), CrmUser(3, "Boris", ("102",))


class Crm:
    """A CRM whose list of users is another one each time."""

    name = "portal"

    def __init__(self, *lists):
        self.lists = list(lists)

    async def list_users(self):
        return self.lists.pop(0) if len(self.lists) > 1 else self.lists[0]


async def read(monkeypatch, *lists):
    """The directory after all of them were read, and what was logged."""
    monkeypatch.setattr(users, "REFRESH", 0.01)
    crm = Crm(*lists)
    directory = UserDirectory(
        crm, Line("portal", lambda: 0.0), NumberingPlan((), (r"^\d{3}$",)), [], asyncio.get_running_loop().time
    )
    with structlog.testing.capture_logs() as logged:
        reading = asyncio.create_task(directory.keep_fresh())
        while len(crm.lists) > 1:
            await asyncio.sleep(0.005)
        await asyncio.sleep(0.03)
        reading.cancel()
    return directory, [line for line in logged if line["log_level"] in {"info", "warning"}]


async def test_who_is_gone_and_whose_numbers_changed_is_told(monkeypatch):
    _, logged = await read(monkeypatch, [ANNA, BORIS], [CrmUser(2, "Anna", ("105",))])

    assert [
        ("users are gone from the CRM's list", [3], None, None),
        ("the numbers of a user changed", None, ["+79160000001", "101"], ["105"]),
    ] == [(line["event"], line.get("users"), line.get("gone"), line.get("new")) for line in logged]


async def test_two_users_of_one_number_are_told_once_and_the_extensions_owner_wins(monkeypatch):
    both = [CrmUser(5, "Carla", ("79160000001", "103")), CrmUser(6, "Ivan", ("103",)), BORIS]

    directory, logged = await read(monkeypatch, both, both, both)

    assert [("103", [5, 6])] == [(line["number"], line["users"]) for line in logged]
    assert 5 == directory.at_once("103")


async def test_an_empty_list_never_replaces_a_full_one(monkeypatch):
    directory, logged = await read(monkeypatch, [ANNA, BORIS], [])

    assert (2, 2) == (directory.count, directory.at_once("101"))
    assert ["the CRM listed no users; the known ones are kept"] == list({line["event"] for line in logged})


async def test_numbers_outside_are_those_that_are_no_extensions(monkeypatch):
    directory, _ = await read(monkeypatch, [ANNA, BORIS])

    assert ["+79160000001"] == directory.outside_numbers()
