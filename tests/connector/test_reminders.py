"""One open reminder for each client."""

import pytest
from exchanges import now, store_in

from cordboard.connector.journal import StoreJournal
from cordboard.connector.reminders import Reminders
from cordboard.crm.bitrix24.mapping import Terms
from cordboard.flow.after_finish import Reminder
from cordboard.numbers.plan import NumberingPlan

pytestmark = pytest.mark.anyio

CLIENT = "+79161234567"


@pytest.fixture
async def reminders(tmp_path):
    plan = NumberingPlan(("+7", "7", "8"))
    async with store_in(tmp_path) as store:
        yield Reminders("portal", StoreJournal(store, now, Terms), lambda number: plan.number(number).base)


async def test_a_second_missed_call_of_a_client_is_told_of_the_first(reminders):
    first = await reminders.open(CLIENT, "main-1")
    again = await reminders.open(CLIENT, "main-1")
    second = await reminders.open("89161234567", "main-2")

    assert [Reminder("main-1")] * 3 == [first, again, second]


async def test_a_client_who_was_reached_can_be_reminded_of_again(reminders):
    await reminders.open(CLIENT, "main-1")
    assert not await reminders.keep(Reminder("main-1", "7", 2))

    found = await reminders.find("9161234567")
    await reminders.close("main-1")

    assert (Reminder("main-1", "7", 2),) == found
    assert () == await reminders.find(CLIENT)
    assert Reminder("main-2") == await reminders.open(CLIENT, "main-2")


async def test_who_is_reached_while_the_task_is_made_is_told_when_it_is_kept(reminders):
    await reminders.open(CLIENT, "main-1")

    assert () == await reminders.find(CLIENT)
    assert await reminders.keep(Reminder("main-1", "7"))
