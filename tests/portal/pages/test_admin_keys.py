"""Webhooks, applications and keys: made, shown once, revoked at once; and the switches."""

import re
from typing import Any

import pytest
from sqlalchemy import func, select

from cordboard.portal.api_keys import find_key, note_use
from cordboard.portal.rest.moments import micros
from cordboard.portal.tables import api_key, application, event_handler, users, webhook

pytestmark = pytest.mark.anyio

MARIA, BORIS = 1, 3


def shown(page: Any) -> list[str]:
    """The secrets that a page shows."""
    return re.findall(r"<dd><code>([^<]+)</code>", page.text)


async def made(house: Any, path: str, **fields: str) -> list[str]:
    """Send a form; what the next page shows once."""
    maria = house.visitor(MARIA)
    answer = await maria.post(path, **fields)
    assert answer.status_code == 303, answer.text
    address = answer.headers["Location"]
    found, again = shown(await maria.get(address)), shown(await maria.get(address))
    assert [] == again
    return found


async def test_a_webhook_works_as_its_user_until_it_is_revoked(house: Any) -> None:
    [address] = await made(
        house, "/admin/webhooks/inbound", title="Dialler", user=str(BORIS), **{"scope.user": "on", "scope.crm": "on"}
    )
    asked = await house.stranger.http.get(f"{address}user.current")
    refused = await house.stranger.http.get(f"{address}telephony.externalLine.get")
    [row] = house.portal.store.read_sync(lambda c: c.execute(select(webhook).where(webhook.c.title == "Dialler")).all())
    await house.visitor(MARIA).post(f"/admin/webhooks/inbound/{row.id}/remove")

    revoked = await house.stranger.http.get(f"{address}user.current")

    assert address.startswith("http://portal.example/rest/3/")
    assert "3" == asked.json()["result"]["ID"]
    assert "insufficient_scope" == refused.json()["error"]
    assert (401, "INVALID_CREDENTIALS") == (revoked.status_code, revoked.json()["error"])
    assert address.split("/")[-2] not in str(row)


async def test_a_page_does_not_show_another_administrators_secret(house: Any) -> None:
    house.portal.store.write_sync(lambda c: c.execute(users.update().where(users.c.id == BORIS).values(is_admin=True)))
    answer = await house.visitor(MARIA).post("/admin/keys", title="mine", user="1")

    assert [] == shown(await house.visitor(BORIS).get(answer.headers["Location"]))


async def test_an_outbound_webhook_hears_of_all_its_events_and_goes_as_one(house: Any) -> None:
    events = {"event.ONCRMLEADADD": "on", "event.ONVOXIMPLANTCALLEND": "on"}
    [token] = await made(house, "/admin/webhooks/outbound", address="http://127.0.0.1:9/events", **events)

    rows = house.portal.store.read_sync(lambda c: c.execute(select(event_handler)).all())
    page = await house.visitor(MARIA).get("/admin/webhooks")
    await house.visitor(MARIA).post(f"/admin/webhooks/outbound/{rows[0].id}/remove")

    assert {token} == {row.application_token for row in rows}
    assert {"ONCRMLEADADD", "ONVOXIMPLANTCALLEND"} == {row.event for row in rows}
    assert 1 == page.text.count("<code>http://127.0.0.1:9/events</code>")
    assert token not in page.text
    assert 0 == house.portal.store.read_sync(lambda c: c.execute(select(func.count(event_handler.c.id))).scalar_one())


@pytest.mark.parametrize(
    ("path", "fields", "sentence"),
    [
        ("webhooks/inbound", {"user": "1"}, "Choose at least one scope"),
        ("webhooks/inbound", {"user": "99", "scope.crm": "on"}, "Choose somebody who works here."),
        ("webhooks/inbound", {"user": "1", "scope.everything": "on"}, "Choose at least one scope"),
        ("webhooks/outbound", {"address": "ftp://x", "event.ONCRMLEADADD": "on"}, "Write an address that begins"),
        ("webhooks/outbound", {"address": "http://x"}, "Choose at least one event."),
        ("applications", {"scope.crm": "on"}, "Write how people call it"),
        ("applications", {"name": "A", "redirect": "javascript:alert(1)", "scope.crm": "on"}, "Write an address that"),
        ("keys", {"user": "1"}, "Write what the key is for"),
    ],
)
async def test_what_makes_no_sense_is_said_and_nothing_is_made(
    house: Any, path: str, fields: dict[str, str], sentence: str
) -> None:
    answer = await house.visitor(MARIA).post(f"/admin/{path}", **fields)

    assert 422 == answer.status_code
    assert sentence in answer.text
    assert [] == shown(answer)


async def test_an_application_gets_tokens_that_die_with_it(house: Any) -> None:
    [client_id, secret, *_, access, refresh] = await made(
        house, "/admin/applications", name="Dialler <b>", redirect="https://example.org/back", **{"scope.user": "on"}
    )
    asked = await house.stranger.http.get(f"/rest/user.current?auth={access}")
    page = await house.visitor(MARIA).get("/admin/applications")
    [row] = house.portal.store.read_sync(lambda c: c.execute(select(application)).all())
    await house.visitor(MARIA).post(f"/admin/applications/{row.id}/remove")

    gone = await house.stranger.http.get(f"/rest/user.current?auth={access}")

    assert "1" == asked.json()["result"]["ID"]
    assert "Dialler &lt;b&gt;" in page.text
    assert not any(one in page.text for one in (secret, access, refresh))
    assert client_id in page.text
    assert "APPLICATION_NOT_FOUND" == gone.json()["error"]


async def test_a_key_acts_as_its_user_until_it_expires_or_is_revoked(house: Any) -> None:
    [key] = await made(house, "/admin/keys", title="Report", user=str(BORIS), days="30", write="on")
    store, now = house.portal.store, micros(house.clock())
    good = store.read_sync(lambda c: find_key(c, key, now))
    store.write_sync(lambda c: note_use(c, good.id, now))
    page = await house.visitor(MARIA).get("/admin/keys")

    expired = store.read_sync(lambda c: find_key(c, key, now + 30 * 86_400_000_000))
    await house.visitor(MARIA).post(f"/admin/keys/{good.id}/remove")
    revoked = store.read_sync(lambda c: find_key(c, key, now))

    assert (BORIS, True) == (good.user_id, good.may_write)
    assert key not in page.text
    assert "read and write" in page.text
    assert (None, None) == (expired, revoked)
    assert 0 == store.read_sync(lambda c: c.execute(select(func.count(api_key.c.id))).scalar_one())


async def test_a_key_of_somebody_dismissed_is_dead(house: Any) -> None:
    [key] = await made(house, "/admin/keys", title="Report", user=str(BORIS), days="0")
    await house.visitor(MARIA).post(f"/admin/users/{BORIS}/dismiss")

    now = micros(house.clock())
    assert house.portal.store.read_sync(lambda c: find_key(c, key, now)) is None


async def test_switches_are_kept_and_those_that_make_no_sense_refused(house: Any) -> None:
    maria = house.visitor(MARIA)
    page = (await maria.get("/admin/switches")).text
    names = re.findall(r'<input type="checkbox" id="(\w+)"[^>]* checked', page)
    fields = dict.fromkeys(names, "on") | dict(
        re.findall(r'<input class="input" id="(\w+)" name="\w+" value="([^"]*)"', page)
    )

    saved = await maria.post("/admin/switches", **(fields | {"crm_mode": "simple", "rate_limit": "2/50"}))
    wrong = await maria.post("/admin/switches", **(fields | {"crm_mode": "classic", "rate_limit": "often"}))

    assert 303 == saved.status_code
    assert ("simple", "2/50", True) == tuple(
        house.portal.switch(name) for name in ("crm_mode", "rate_limit", "repeat_leads")
    )
    assert 422 == wrong.status_code
    assert 'value="often"' in wrong.text
    assert "This value makes no sense here" in wrong.text


async def test_every_switch_says_what_it_does(house: Any) -> None:
    page = (await house.visitor(MARIA).get("/admin/switches")).text

    assert [] == re.findall(r'id="(\w+)-hint">\s*(?:At first|</p>)', page)
