"""A call ends while its flow waits for the CRM, and then the connector is killed: the flow must hear of the end."""

import pytest
from offices import Office

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
