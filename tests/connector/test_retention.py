"""What is old goes, and what somebody still waits for stays."""

import pytest
from exchanges import SECOND, IncomingCall, Rows, exchange_on, following, now, store_in, until
from sqlalchemy import func, select

from cordboard.connector import retention
from cordboard.connector.journal import StoreJournal
from cordboard.connector.reminders import Reminders
from cordboard.connector.tables import call, due, entry, reminder, run
from cordboard.crm.bitrix24.mapping import Terms
from cordboard.delivery.ledger import RunKey, StoredRun
from cordboard.flow.journal import Record
from cordboard.flow.questions import Outcome

pytestmark = pytest.mark.anyio

LATER = 100 * 86_400 * SECOND


@pytest.fixture
async def journal(tmp_path):
    async with store_in(tmp_path) as store:
        yield StoreJournal(store, now, Terms)


async def count(journal, table):
    return await journal.store.read(
        lambda connection: connection.execute(select(func.count()).select_from(table)).scalar()
    )


async def settled_call(journal):
    ended = IncomingCall(now() - 30 * SECOND)
    exchange, told = exchange_on(journal.store)
    async with following(exchange, Rows([*ended.rings(), *ended.ends()])):
        await until(lambda: told.ends)
    return RunKey("main", ended.linkedid, "portal")


async def test_a_call_that_everybody_was_told_of_is_erased_with_its_journal(journal):
    key = await settled_call(journal)
    await journal.close(
        StoredRun(key, terms=Terms("main", "portal")), [Record("NextStages", b"{}")], Outcome("x", words="y")
    )

    young = await retention.erase(journal, now() - LATER)
    old = await retention.erase(journal, now() + LATER)

    assert (0, 1) == (young, old)
    assert [0, 0, 0] == [await count(journal, table) for table in (call, run, entry)]


async def test_a_call_that_is_still_due_and_an_open_run_stay(journal):
    key = await settled_call(journal)
    await journal.append(StoredRun(key, terms=Terms("main", "portal")), [Record("Register", b"{}", sent=True)])

    assert 0 == await retention.erase(journal, now() + LATER)
    assert [1, 1, 1, 1] == [await count(journal, table) for table in (call, due, run, entry)]


async def test_a_closed_reminder_goes_and_an_open_one_stays(journal):
    reminders = Reminders("portal", journal, lambda number: number)
    await reminders.open("79161234567", "main-1", now())
    await reminders.open("79160000000", "main-2", now())
    await reminders.close("main-1")

    await retention.erase(journal, now() + LATER)

    assert 1 == await count(journal, reminder)
