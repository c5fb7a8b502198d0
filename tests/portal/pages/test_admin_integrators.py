"""What an integrator uses: every method with *try it*, the log of requests with replay, faults by page, deliveries."""

import asyncio
import re
from typing import Any

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from cordboard.portal.credentials import add_application
from cordboard.portal.deliveries import Attempt, failed
from cordboard.portal.events import EventSender
from cordboard.portal.rest.moments import micros
from cordboard.portal.rest.registry import all_methods
from cordboard.portal.tables import event_outbox

pytestmark = pytest.mark.anyio

MARIA, BORIS = 1, 3


async def test_the_page_of_methods_names_every_method_a_client_may_list(house: Any) -> None:
    page = (await house.visitor(MARIA).get("/admin/methods")).text

    shown = re.findall(r'href="/admin/methods/([^"]+)"', page)

    assert sorted(one.name for one in all_methods() if one.listed) == sorted(shown)


async def test_every_method_has_a_page_with_its_parameters(house: Any) -> None:
    maria = house.visitor(MARIA)

    pages = {one.name: await maria.get(f"/admin/methods/{one.name}") for one in all_methods() if one.listed}

    assert {200} == {page.status_code for page in pages.values()}
    assert "<code>PHONE_NUMBER</code>" in pages["telephony.externalCall.register"].text


async def test_a_method_is_tried_on_behalf_of_who_looks_and_really_carried_out(house: Any) -> None:
    maria = house.visitor(MARIA)

    who = await maria.post("/admin/methods/user.current", body="")
    made = await maria.post("/admin/methods/crm.lead.add", body='{"fields": {"TITLE": "Tried <b>"}}')
    found = await house.call("crm.lead.list", filter={"TITLE": "Tried <b>"}, select=["ID"])

    assert "&#34;ID&#34;: &#34;1&#34;" in who.text
    assert 'mark mark-talking ">200' in made.text or 'mark-talking">200' in made.text
    assert 1 == len(found)


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("{", "This is no JSON"),
        ("[1]", "Parameters are an object"),
        ("[" * 20_000, "This"),
        ("\ud800", "This is no JSON"),
    ],
)
async def test_a_body_that_is_no_object_is_refused_in_words_and_stays(house: Any, body: str, sentence: str) -> None:
    sent = body.encode("utf-8", "surrogatepass").decode("utf-8", "replace") if body == "\ud800" else body

    answer = await house.visitor(MARIA).post("/admin/methods/user.current", body=sent)

    assert 422 == answer.status_code
    assert sentence in answer.text


async def test_a_method_that_is_not_there_has_no_page(house: Any) -> None:
    maria = house.visitor(MARIA)

    answers = [await maria.get("/admin/methods/nothing.here"), await maria.post("/admin/methods/nothing.here")]

    assert [404, 404] == [answer.status_code for answer in answers]


async def test_a_request_stands_in_the_log_raw_and_without_its_secrets(house: Any) -> None:
    secret = house.webhook.split("/")[-2]
    await house.register(PHONE_NUMBER="+79160000001")
    await house.stranger.http.get("/rest/profile?auth=not-a-token")
    maria = house.visitor(MARIA)

    log = (await maria.get("/admin/requests")).text
    one = (await maria.get("/admin/requests/1")).text
    refused = (await maria.get("/admin/requests/2")).text

    assert log.index("<code>profile</code>") < log.index("<code>telephony.externalcall.register</code>")
    assert "Maria Stern" in log
    assert "POST /rest/1/•••/telephony.externalCall.register" in one
    assert "+79160000001" in one
    assert "CRM_CREATED_LEAD" in one
    assert "GET /rest/profile?auth=•••" in refused
    assert not any(word in page for page in (log, one, refused) for word in (secret, "not-a-token"))


async def test_a_request_for_tokens_is_logged_without_any_of_them(house: Any) -> None:
    now = micros(house.clock())
    app = house.portal.store.write_sync(lambda c: add_application(c, "Dialler", MARIA, now))
    keys = f"client_id={app['client_id']}&client_secret={app['client_secret']}&refresh_token={app['refresh_token']}"
    answer = await house.stranger.http.get(f"/oauth/token/?grant_type=refresh_token&{keys}")
    maria = house.visitor(MARIA)

    page = (await maria.get("/admin/requests/1")).text
    again = await maria.post("/admin/requests/1/replay")

    assert 200 == answer.status_code
    given = answer.json()
    secrets = (app["client_secret"], app["refresh_token"], given["access_token"], given["refresh_token"])
    assert "oauth/token" in page
    assert not [secret for secret in secrets if secret in page]
    assert "A request for tokens works once" in again.text


async def test_the_log_can_be_filtered_and_says_so_when_nothing_fits(house: Any) -> None:
    await house.call("server.time")
    await house.stranger.http.get(f"{house.webhook}nothing.here")
    maria = house.visitor(MARIA)

    def methods(page: Any) -> list[str]:
        return re.findall(r'<a href="/admin/requests/\d+"><code>([^<]+)</code>', page.text)

    assert ["nothing.here", "server.time"] == methods(await maria.get("/admin/requests"))
    assert ["nothing.here"] == methods(await maria.get("/admin/requests?outcome=failed"))
    assert ["server.time"] == methods(await maria.get("/admin/requests?outcome=ok"))
    assert ["server.time"] == methods(await maria.get("/admin/requests?method=TIME"))
    assert ["server.time"] == methods(await maria.get("/admin/requests?user=1"))
    assert ["server.time"] == methods(await maria.get("/admin/requests?by=w1"))
    assert [] == methods(await maria.get("/admin/requests?by=a1"))
    assert "No request fits" in (await maria.get("/admin/requests?method=zzz")).text


async def test_a_request_is_sent_again_as_it_was_and_by_whom_it_was(house: Any) -> None:
    made = await house.call("crm.lead.add", fields={"TITLE": "once"})
    maria = house.visitor(MARIA)

    answer = await maria.post("/admin/requests/1/replay")
    page = await maria.get(answer.headers["Location"])

    assert "/admin/requests/2" == answer.headers["Location"]
    assert "repeats #1" in page.text
    assert str(made + 1) in page.text
    leads = await house.call("crm.lead.list", filter={"TITLE": "once"}, select=["ID", "CREATED_BY_ID"])
    assert ["1", "1"] == [lead["CREATED_BY_ID"] for lead in leads]


async def test_where_https_is_required_a_method_can_still_be_tried_and_repeated(house: Any) -> None:
    await house.portal.set_switch("https_required", True)
    answer = await house.stranger.http.post(f"https://portal.example{house.webhook}server.time")
    maria = house.visitor(MARIA)
    maria.http.base_url = "https://portal.example"

    tried = await maria.post("/admin/methods/server.time", body="{}")
    again = await maria.get((await maria.post("/admin/requests/1/replay")).headers["Location"])

    assert 200 == answer.status_code
    assert "Https required." not in tried.text + again.text


async def test_a_request_of_a_webhook_that_was_revoked_cannot_be_sent_again(house: Any) -> None:
    await house.call("crm.lead.add", fields={"TITLE": "once"})
    maria = house.visitor(MARIA)
    await maria.post("/admin/webhooks/inbound/1/remove")

    answer = await maria.post("/admin/requests/1/replay")

    assert 422 == answer.status_code
    assert "Whoever sent it may not ask any more" in answer.text


async def test_a_long_body_is_kept_in_part_and_not_sent_again(house: Any) -> None:
    await house.stranger.http.post(f"{house.webhook}profile", json={"FILE": "x" * 70_000})
    maria = house.visitor(MARIA)

    page, again = await maria.get("/admin/requests/1"), await maria.post("/admin/requests/1/replay")

    assert "The beginning; the whole had 70,011 bytes." in page.text
    assert "Only the beginning of its body was kept" in again.text


async def test_the_line_above_the_log_says_how_many_came_since(house: Any) -> None:
    maria = house.visitor(MARIA)
    before = (await maria.get("/admin/requests/newer?after=0")).text
    await house.call("server.time")
    await house.call("server.time")

    after = (await maria.get("/admin/requests/newer?after=0")).text

    assert "more request" not in before
    assert "2 more requests: show them" in after


async def test_the_log_is_switched_off_and_emptied_by_page(house: Any) -> None:
    await house.call("server.time")
    maria = house.visitor(MARIA)

    await maria.post("/admin/requests/switch", on="0")
    await house.call("server.time")
    off = (await maria.get("/admin/requests")).text
    await maria.post("/admin/requests/clear")

    assert "The log is switched off" in off
    assert 1 == off.count("<code>server.time</code>")
    assert "Nothing was asked yet" in (await maria.get("/admin/requests")).text
    assert 404 == (await maria.get("/admin/requests/1")).status_code


async def test_a_fault_is_switched_on_by_page_told_on_every_page_and_strikes(house: Any) -> None:
    maria, boris = house.visitor(MARIA), house.visitor(BORIS)

    made = await maria.post("/admin/faults", kind="OVERLOAD_LIMIT", methods="server.*, crm.*", share="100", times="1")
    told = [(await visitor.get("/calls")).text for visitor in (maria, boris)]
    answer = await house.stranger.http.get(f"{house.webhook}server.time")
    over = (await boris.get("/calls")).text

    assert 303 == made.status_code
    assert all("1 fault is on: the REST answers wrongly on purpose." in page for page in told)
    assert ("/admin/faults" in told[0], "/admin/faults" in told[1]) == (True, False)
    assert (503, "OVERLOAD_LIMIT") == (answer.status_code, answer.json()["error"])
    assert "the REST answers wrongly" not in over


async def test_faults_are_switched_off_one_by_one_or_all(house: Any) -> None:
    maria = house.visitor(MARIA)
    for kind in ("cut", "slow", "lost"):
        await maria.post("/admin/faults", kind=kind, share="50", seconds="0,5")

    await maria.post("/admin/faults/1/remove")
    left = [(fault.kind, fault.seconds) for fault in house.portal.faults.active]
    await maria.post("/admin/faults/clear")

    assert [("slow", 0.5), ("lost", 0.0)] == left
    assert [] == house.portal.faults.active


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"kind": "thunder", "share": "100"}, "Choose what is to happen."),
        ({"kind": "cut", "share": "0"}, "A whole number of percent from 1 to 100."),
        ({"kind": "cut", "share": "²"}, "A whole number of percent from 1 to 100."),
        ({"kind": "cut", "share": "100", "times": "often"}, "A whole number, or nothing"),
        ({"kind": "slow", "share": "100", "seconds": "nan"}, "More than 0 and at most 300 seconds."),
    ],
)
async def test_a_fault_that_makes_no_sense_is_refused_in_words(
    house: Any, fields: dict[str, str], sentence: str
) -> None:
    answer = await house.visitor(MARIA).post("/admin/faults", **fields)

    assert 422 == answer.status_code
    assert sentence in answer.text
    assert [] == house.portal.faults.active


async def test_a_delivery_that_failed_is_shown_with_its_reason(house: Any) -> None:
    maria = house.visitor(MARIA)
    await maria.post("/admin/webhooks/outbound", address="http://127.0.0.1:9/events", **{"event.ONCRMLEADADD": "on"})
    await house.call("crm.lead.add", fields={"TITLE": "told"})
    waiting = (await maria.get("/admin/deliveries")).text
    sender = EventSender(house.portal)

    page = ""
    with capture_logs() as logged:
        await sender.start()
        for _ in range(50):
            page = (await maria.get("/admin/deliveries")).text
            if "will be tried again" in page and logged:
                break
            await asyncio.sleep(0.1)
        await sender.stop()

    assert "1 event waits" in waiting
    assert "<code>ONCRMLEADADD</code>" in page
    assert ["event handler failed"] == [line["event"] for line in logged]
    assert "will be tried again" in page


async def test_a_delivery_is_sent_again_as_long_as_somebody_is_bound_to_it(house: Any) -> None:
    maria = house.visitor(MARIA)
    await maria.post("/admin/webhooks/outbound", address="http://127.0.0.1:9/events", **{"event.ONCRMLEADADD": "on"})
    lead = await house.call("crm.lead.add", fields={"TITLE": "told"})
    [waits] = rows(house, event_outbox)
    gone = Attempt(None, "it cannot be reached (ClientConnectorError)", unreachable=True)
    house.portal.store.write_sync(lambda c: failed(c, waits, gone, 0, micros(house.clock())))
    page = (await maria.get("/admin/deliveries")).text

    again = await maria.post("/admin/deliveries/1/again")
    [repeated] = rows(house, event_outbox)
    await maria.post(f"/admin/webhooks/outbound/{waits.handler_id}/remove")
    refused = await maria.post("/admin/deliveries/1/again")

    assert "given up" in page
    assert "it cannot be reached" in page
    assert 303 == again.status_code
    same = ("handler", "event", "subject", "data", "application_token", "user_id", "base_url")
    assert [getattr(waits, name) for name in same] == [getattr(repeated, name) for name in same]
    assert str(lead) in repeated.data
    assert (422, "nobody is bound to this event there any more" in refused.text) == (refused.status_code, True)


def rows(house: Any, table: Any) -> list[Any]:
    return house.portal.store.read_sync(lambda c: c.execute(select(table)).all())
