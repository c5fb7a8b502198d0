"""Acceptance 34: a click on a number in a running portal, its event at a real handler, and the end of the call."""

import asyncio
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from tests.portal.rest.acceptance import acceptance

from cordboard.b24wire.params import decode_form
from cordboard.portal.api_keys import add_key
from cordboard.portal.portal import MIGRATIONS
from cordboard.portal.rest.moments import micros
from cordboard.store import Store
from cordboard.testing import RunningPortal, running_portal

pytestmark = pytest.mark.anyio


def key_of(portal_folder: Path, *, may_write: bool = True) -> str:
    """A key of the portal's own API for user 2, made beside the running portal."""
    store = Store.open(f"sqlite:///{portal_folder}/portal.db", migrations=MIGRATIONS, exclusive=False)
    try:
        return store.write_sync(lambda c: add_key(c, 2, micros(datetime.now(UTC)), may_write=may_write))
    finally:
        store.close_sync()


async def ask(portal: RunningPortal, method: str, **params: Any) -> Any:
    """By the printed application."""
    sent = {"auth": portal.ready["application"]["access_token"], **params}
    async with aiohttp.ClientSession() as http, http.post(f"{portal.url}/rest/{method}", json=sent) as answer:
        return (await answer.json())["result"]


async def post(address: str, *, key: str = "", data: Any = None, json: Any = None) -> tuple[int, Any]:
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    async with aiohttp.ClientSession(headers=headers) as http, http.post(address, data=data, json=json) as answer:
        return answer.status, await answer.json()


@acceptance(34)
async def test_a_click_reaches_the_application_of_the_users_line_and_its_finish_ends_the_call(tmp_path: Path) -> None:
    received: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    async def handle(request: web.Request) -> web.Response:
        received.put_nowait(decode_form(await request.read()))
        return web.Response()

    app = web.Application()
    app.router.add_post("/", handle)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    address: Any = runner.addresses[0]
    handler = f"http://127.0.0.1:{address[1]}/"
    try:
        with running_portal(tmp_path) as portal:
            key = key_of(tmp_path)
            await ask(portal, "telephony.externalLine.add", NUMBER="74950001122")
            for event in ("OnExternalCallStart", "OnExternalCallBackStart"):
                await ask(portal, "event.bind", event=event, handler=handler)
            await ask(portal, "user.update", ID=2, UF_VI_BACKPHONE="74950001122")

            began = time.monotonic()
            status, clicked = await post(f"{portal.url}/api/v1/clicks", key=key, json={"number": "+7 900 555-44-33"})
            event = await asyncio.wait_for(received.get(), 10)
            took = time.monotonic() - began
            finished = await ask(
                portal, "telephony.externalCall.finish", CALL_ID=event["data"]["CALL_ID"], USER_ID=2, DURATION=7
            )
            wish = {"phone": "8 900 555-44-33", "name": "Ada", "text": "Call me"}
            form = await post(f"{portal.url}/forms/callback/74950001122", data=wish)
            callback = await asyncio.wait_for(received.get(), 10)

            refusals = [
                await post(f"{portal.url}/api/v1/clicks", json={"number": "1"}),
                await post(f"{portal.url}/api/v1/clicks", key=key_of(tmp_path, may_write=False), json={"number": "1"}),
                await post(f"{portal.url}/api/v1/clicks", key=key, json={"phone": "1"}),
                await post(f"{portal.url}/api/v1/clicks", key=key, json={"number": "Ada"}),
                await post(f"{portal.url}/forms/callback/other", data=wish),
            ]
    finally:
        await runner.cleanup()

    assert (200, event["data"]["CALL_ID"]) == (status, clicked["call_id"])
    assert took < 5
    assert ("ONEXTERNALCALLSTART", "2", "74950001122") == (
        event["event"],
        event["data"]["USER_ID"],
        event["data"]["LINE_NUMBER"],
    )
    assert portal.ready["application"]["application_token"] == event["auth"]["application_token"]
    assert (clicked["call_id"], "200") == (finished["CALL_ID"], finished["CALL_FAILED_CODE"])
    assert (200, {"ok": True}) == form
    assert ("ONEXTERNALCALLBACKSTART", "89005554433") == (callback["event"], callback["data"]["PHONE_NUMBER"])
    assert "access_token" not in callback["auth"]
    assert [401, 403, 400, 400, 404] == [status for status, _ in refusals]
