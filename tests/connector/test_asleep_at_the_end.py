"""A call ends while its flow waits for the CRM, and then the connector is killed: the flow must hear of the end."""

import pytest
from exchanges import now, store_in
from offices import Office

from cordboard.connector.due import MOST_RUNS, DueCalls
from cordboard.connector.journal import Ended, StoreJournal
from cordboard.crm.bitrix24.mapping import Terms
from cordboard.delivery.ledger import RunKey
from cordboard.flow.situation import Situation

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(120)]


async def test_a_flow_that_waited_for_the_crm_hears_after_a_kill_that_its_call_has_ended(tmp_path):
    office = Office(tmp_path)
    office.pbx.csv_path.touch()
    await office.pbx.start()
    await office.gateway.start()
    office.start_portal()
    office.configure()
    office.start_connector()
    await office.until_listening()
    office.gateway.mode = "close"
    await office.play("in-answered")
    await office.until(lambda status: status["pbx"]["main"]["open_calls"] == 0)
    office.connector.kill()

    office.gateway.mode = "pass"
    office.start_connector()
    await office.until_delivered(1, within=30)

    assert ["200"] == [row["CALL_FAILED_CODE"] for row in await office.finished()]
    await office.close()


async def test_it_hears_of_it_however_much_else_is_owed(tmp_path):
    async with store_in(tmp_path) as store:
        journal = StoreJournal(store, now, Terms)
        calls = [f"1700000000.{number}" for number in range(MOST_RUNS + 50)]
        await journal.settle("main", [ended(linkedid, at) for at, linkedid in enumerate(calls)], ["portal"], None)
        worker = Told(calls[-1])

        DueCalls(journal, {"portal": (worker, False)}).tell()

        assert calls[-1] == worker.told[0]
        assert MOST_RUNS == len(worker.told)
        assert len(set(worker.told)) == len(worker.told)


class Told:
    """A worker with one run that was taken up; what it is told."""

    def __init__(self, linkedid):
        self.runs = {RunKey("main", linkedid, "portal"): None}
        self.closed = set()
        self.told = []

    def tell(self, pbx, linkedid, news):
        self.told.append(linkedid)


def ended(linkedid, at):
    situation = Situation(linkedid, at, "2023-11-14T22:13:20+00:00", "incoming", ended=True)
    return Ended(linkedid, "ledger", at, at, situation, b"null", b"{}", None)
