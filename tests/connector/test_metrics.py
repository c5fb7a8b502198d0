"""`/metrics` of a connector and a portal that really had a call; the logs of the same run hold no secret."""

import re
from pathlib import Path

import aiohttp
import pytest
from offices import Office
from prometheus_client.parser import text_string_to_metric_families

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(120)]

PAGE = Path(__file__).parents[2] / "docs/reference/metrics.md"


@pytest.fixture(scope="module")
def anyio_backend():
    return "asyncio"


@pytest.fixture(scope="module")
async def office(tmp_path_factory):
    """One for all: the first call is counted before anything goes wrong."""
    office = Office(tmp_path_factory.mktemp("office"))
    office.pbx.csv_path.touch()
    await office.pbx.start()
    await office.gateway.start()
    office.start_portal()
    office.configure()
    office.start_connector()
    await office.until_listening()
    await office.play("in-answered")
    await office.until_delivered(1)
    yield office
    await office.close()


async def metrics_of(url, headers=None):
    """Samples by name and labels."""
    async with aiohttp.ClientSession() as session, session.get(f"{url}/metrics", headers=headers) as answer:
        assert 200 == answer.status
        text = await answer.text()
    families = list(text_string_to_metric_families(text))
    samples = {
        (sample.name, *sorted(sample.labels.values())): sample.value for family in families for sample in family.samples
    }
    return families, samples


async def test_a_call_is_counted_by_the_connector_in_every_place_it_passes(office):
    _, samples = await metrics_of(office.url)

    assert 1 == samples["cordboard_pbx_up", "live", "main"] == samples["cordboard_pbx_up", "ledger", "main"]
    assert 0 < samples["cordboard_pbx_events_total", "CHAN_START", "live", "main"]
    assert samples["cordboard_pbx_events_total", "CHAN_START", "ledger", "main"] == 2
    assert 1 == samples["cordboard_calls_total", "answered", "incoming", "main"]
    assert 5 == pytest.approx(samples["cordboard_call_talk_seconds_sum", "incoming", "main"], abs=1)
    assert 1 == samples["cordboard_crm_requests_total", "ok", "portal", "register"]
    assert 1 == samples["cordboard_deliveries_total", "delivered", "finish", "portal"]
    assert 1 == samples["cordboard_card_latency_seconds_count", "portal"]
    assert 1 == samples["cordboard_crm_up", "portal"]
    assert 0 < samples["cordboard_db_query_duration_seconds_count", "commit of the journal"]
    assert 0 == samples["cordboard_calls_uncertain_total", "lanes differ", "main"]


async def test_a_call_is_counted_by_the_portal_and_unknown_methods_are_one(office):
    async with aiohttp.ClientSession() as session:
        for word in ("nonsense", "more.nonsense"):
            await session.post(f"{office.webhook}{word}")

    portal = office.webhook.partition("/rest/")[0]
    _, samples = await metrics_of(portal)

    assert 1 == samples["cordboard_portal_requests_total", "200", "telephony.externalcall.register"]
    assert 2 == sum(
        value for (name, *labels), value in samples.items() if name.endswith("_total") and "other" in labels
    )
    assert 0 == samples["cordboard_live_clients",]


async def test_the_portal_shows_them_to_programs_on_its_own_machine_alone(office):
    portal = office.webhook.partition("/rest/")[0]
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{portal}/metrics", headers={"X-Forwarded-For": "192.0.2.7"}) as answer,
    ):
        assert 404 == answer.status


async def test_every_metric_is_in_the_reference_and_none_else(office):
    connector, _ = await metrics_of(office.url)
    portal, _ = await metrics_of(office.webhook.partition("/rest/")[0])

    named = set(re.findall(r"`(cordboard_\w+?)(?:_total)?`", PAGE.read_text(encoding="utf-8")))

    assert named == {family.name for family in (*connector, *portal)}


async def test_no_secret_of_the_settings_is_in_a_log_also_when_everything_goes_wrong(office):
    secrets = [office.pbx.secret, "/rest/1/secret/", office.webhook.rsplit("/", 2)[1]]
    for mode in ("close", "refuse", "busy", "swallow"):
        office.gateway.mode = mode
        await office.play("in-answered", speed=50)
    await office.pbx.stop()
    await office.until(lambda status: not status["pbx"]["main"]["live"])
    office.gateway.mode = "pass"
    await office.until_delivered(5)

    logged = office.logged() + (office.folder / "portal.log").read_text(encoding="utf-8")

    assert "tried again" in logged or "the CRM is down" in logged
    assert [] == [secret for secret in secrets if secret in logged]
