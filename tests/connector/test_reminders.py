"""One open reminder for each client."""

import pytest
from exchanges import now, store_in

from cordboard.connector.journal import StoreJournal
from cordboard.connector.reminders import LATEST, Reminders
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
    first = await reminders.open(CLIENT, "main-1", now())
    again = await reminders.open(CLIENT, "main-1", now())
    second = await reminders.open("89161234567", "main-2", now())

    assert [Reminder("main-1")] * 3 == [first, again, second]


async def test_a_client_who_was_reached_can_be_reminded_of_again(reminders):
    await reminders.open(CLIENT, "main-1", now())
    assert not await reminders.keep(Reminder("main-1", "7", 2))

    found = await reminders.find("9161234567", now())
    await reminders.close("main-1")

    assert (Reminder("main-1", "7", 2),) == found
    assert () == await reminders.find(CLIENT, now())
    assert Reminder("main-2") == await reminders.open(CLIENT, "main-2", now())


async def test_who_is_reached_while_the_task_is_made_is_told_when_it_is_kept(reminders):
    await reminders.open(CLIENT, "main-1", now())

    assert () == await reminders.find(CLIENT, now())
    assert await reminders.keep(Reminder("main-1", "7"))


async def test_nobody_is_reminded_of_a_call_brought_from_the_past_and_an_old_talk_closes_nothing(reminders):
    assert Reminder("") == await reminders.open(CLIENT, "main-0", now() - LATEST - 1)

    await reminders.open(CLIENT, "main-1", now())
    await reminders.keep(Reminder("main-1", "7"))

    assert () == await reminders.find(CLIENT, now() - 3600 * 1_000_000)
    assert 1 == len(await reminders.find(CLIENT, now()))
