"""Outgoing events from a real portal process to a real little receiver: what is sent, to whom, what if it is away."""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from cordboard.b24wire.params import decode_form
from cordboard.testing import RunningPortal, running_portal

pytestmark = pytest.mark.anyio


@dataclass
class Receiver:
    """A handler of events; answers with the statuses of `answers`, then 200."""

    url: str = ""
    answers: list[int] = field(default_factory=list[int])
    received: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    types: list[str] = field(default_factory=list[str])

    async def take(self, request: web.Request) -> web.Response:
        self.types.append(request.headers["Content-Type"])
        self.received.append(decode_form(await request.read()))
        return web.Response(status=self.answers.pop(0) if self.answers else 200)

    def names(self) -> list[str]:
        return [event["event"] for event in self.received]

    async def wait_for(self, event: str, within: float = 15) -> dict[str, Any]:
        until = time.monotonic() + within
        while time.monotonic() < until:
            for each in self.received:
                if each["event"] == event:
                    return each
            await asyncio.sleep(0.05)
        raise AssertionError(f"no {event} among {self.names()}")


@asynccontextmanager
async def receiver(port: int = 0) -> AsyncGenerator[Receiver]:
    made = Receiver()
    app = web.Application()
    app.router.add_post("/events/{secret}", made.take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port)
    await site.start()
    address: Any = runner.addresses[0]
    made.url = f"http://127.0.0.1:{address[1]}/events/very-secret"
    try:
        yield made
    finally:
        await runner.cleanup()


async def call(portal: RunningPortal, method: str, *, by: str = "application", **params: Any) -> Any:
    """A REST call by the printed application, or `by` webhook."""
    own = {"auth": portal.ready["application"]["access_token"]} if by == "application" else {}
    address = f"{portal.url}/rest/{method}" if own else portal.webhook + method
    async with aiohttp.ClientSession() as http, http.post(address, json={**params, **own}) as answer:
        return await answer.json()


async def whole_call(portal: RunningPortal) -> str:
    asked: dict[str, Any] = {"USER_ID": 2, "PHONE_NUMBER": "+79161230001", "TYPE": 2, "SHOW": 0, "CRM_CREATE": 1}
    begun = await call(portal, "telephony.externalCall.register", **asked)
    call_id = begun["result"]["CALL_ID"]
    ended = await call(portal, "telephony.externalCall.finish", USER_ID=2, CALL_ID=call_id, DURATION=12, COST=1.5)
    assert call_id == ended["result"]["CALL_ID"]
    return call_id


async def test_an_application_hears_of_a_call_with_a_token_that_works(tmp_path: Path) -> None:
    with running_portal(tmp_path) as portal:
        async with receiver() as handler:
            for event in ("OnVoximplantCallInit", "OnVoximplantCallStart", "OnVoximplantCallEnd"):
                assert (await call(portal, "event.bind", event=event, handler=handler.url))["result"] is True

            call_id = await whole_call(portal)

            end = await handler.wait_for("ONVOXIMPLANTCALLEND")
            init = await handler.wait_for("ONVOXIMPLANTCALLINIT")
            start = await handler.wait_for("ONVOXIMPLANTCALLSTART")
            async with (
                aiohttp.ClientSession() as http,
                http.get(f"{end['auth']['client_endpoint']}profile?auth={end['auth']['access_token']}") as answer,
            ):
                profile = await answer.json()

    assert {"application/x-www-form-urlencoded"} == set(handler.types)
    assert {"CALL_ID": call_id, "CALL_TYPE": "2", "CALLER_ID": "+79161230001"} == {
        name: init["data"][name] for name in ("CALL_ID", "CALL_TYPE", "CALLER_ID")
    }
    assert {"CALL_ID": call_id, "USER_ID": "2"} == start["data"]
    assert ["12", "2", "1.5000", "200"] == [
        end["data"][name] for name in ("CALL_DURATION", "PORTAL_USER_ID", "COST", "CALL_FAILED_CODE")
    ]
    assert "T" in end["data"]["CALL_START_DATE"]
    auth = end["auth"]
    assert portal.ready["application"]["application_token"] == auth["application_token"]
    assert (portal.url.removeprefix("http://"), 32, "1") == (auth["domain"], len(auth["member_id"]), auth["user_id"])
    assert "refresh_token" not in auth
    assert "1" == profile["result"]["ID"]


async def test_a_client_tells_its_id_when_it_is_made_changed_and_deleted(tmp_path: Path) -> None:
    with running_portal(tmp_path) as portal:
        async with receiver() as handler:
            for event in ("ONCRMCONTACTADD", "ONCRMCONTACTUPDATE", "ONCRMCONTACTDELETE"):
                await call(portal, "event.bind", event=event, handler=handler.url)

            made = (await call(portal, "crm.contact.add", by="webhook", fields={"NAME": "Olga"}))["result"]
            await call(portal, "crm.contact.update", by="webhook", id=made, fields={"NAME": "Оля"})
            await call(portal, "crm.contact.delete", by="webhook", id=made)

            await handler.wait_for("ONCRMCONTACTDELETE")

    assert ["ONCRMCONTACTADD", "ONCRMCONTACTUPDATE", "ONCRMCONTACTDELETE"] == handler.names()
    assert [{"FIELDS": {"ID": str(made)}}] * 3 == [event["data"] for event in handler.received]


async def test_nothing_is_sent_after_unbind(tmp_path: Path) -> None:
    with running_portal(tmp_path) as portal:
        async with receiver() as handler:
            for event in ("ONCRMLEADADD", "ONCRMLEADUPDATE"):
                await call(portal, "event.bind", event=event, handler=handler.url)
            bound = (await call(portal, "event.get"))["result"]

            unbound = await call(portal, "event.unbind", event="OnCrmLeadAdd", handler=handler.url)

            lead = (await call(portal, "crm.lead.add", fields={"TITLE": "One"}))["result"]
            await call(portal, "crm.lead.update", id=lead, fields={"TITLE": "Two"})
            await handler.wait_for("ONCRMLEADUPDATE")

    assert {"event": "ONCRMLEADADD", "handler": handler.url, "auth_type": "0", "offline": 0} == bound[0]
    assert {"count": 1} == unbound["result"]
    assert ["ONCRMLEADUPDATE"] == handler.names()


async def test_a_handler_that_fails_once_gets_the_event_again(tmp_path: Path) -> None:
    with running_portal(tmp_path) as portal:
        async with receiver() as handler:
            handler.answers = [500]
            await call(portal, "event.bind", event="ONCRMDEALADD", handler=handler.url)

            await call(portal, "crm.deal.add", fields={"TITLE": "Deal"})

            until = time.monotonic() + 15
            while len(handler.received) < 2 and time.monotonic() < until:
                await asyncio.sleep(0.1)

    assert ["ONCRMDEALADD"] * 2 == handler.names()
    assert handler.received[0]["data"] == handler.received[1]["data"]


async def test_an_event_outlives_the_portal_that_could_not_deliver_it(tmp_path: Path) -> None:
    async with receiver() as away:
        url = away.url
    with running_portal(tmp_path) as portal:
        made = outbound(tmp_path, url, "OnCrmCompanyAdd")

        began = time.monotonic()
        await call(portal, "crm.company.add", by="webhook", fields={"TITLE": "Works"})
        took = time.monotonic() - began
        await asyncio.sleep(0.5)
        portal.process.kill()
        portal.process.wait(10)

    with running_portal(tmp_path):
        async with receiver(int(url.split(":")[2].split("/")[0])) as handler:
            event = await handler.wait_for("ONCRMCOMPANYADD")

    assert took < 2
    assert made == event["auth"]["application_token"]
    assert {"domain", "client_endpoint", "server_endpoint", "member_id", "application_token"} == set(event["auth"])


def outbound(folder: Path, url: str, event: str) -> str:
    """An outbound webhook made by command, beside the running portal; out: its token."""
    command = [sys.executable, "-m", "cordboard.cli.main", "webhook", "add", "--db", f"sqlite:///{folder}/portal.db"]
    done = run(*command, "--outbound", url, "--event", event)
    assert 0 == done.returncode, done.stderr
    return done.stdout.strip()


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


async def test_an_application_is_installed_with_its_events_by_command(tmp_path: Path) -> None:
    with running_portal(tmp_path) as portal:
        async with receiver() as handler:
            command = [sys.executable, "-m", "cordboard.cli.main", "app", "add", "Ear", "--json"]
            options = ["--db", f"sqlite:///{tmp_path}/portal.db", "--bind", f"OnCrmActivityAdd={handler.url}"]
            nothing = [*options[:2], "--bind", "OnNothing=http://127.0.0.1/"]
            wrong = run(*command, *nothing)
            done = run(*command, *options)
            assert 0 == done.returncode, done.stderr

            await whole_call(portal)

            event = await handler.wait_for("ONCRMACTIVITYADD")

    assert 2 == wrong.returncode
    assert "there is no event OnNothing" in wrong.stderr
    assert event["auth"]["application_token"] in done.stdout
    assert event["auth"]["access_token"]


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"event": "OnNothing", "handler": "http://127.0.0.1/"}, "ERROR_EVENT_NOT_FOUND"),
        ({"event": "ONCRMLEADADD", "handler": ""}, "ERROR_ARGUMENT"),
        ({"event": "", "handler": "http://127.0.0.1/"}, "ERROR_ARGUMENT"),
        ({"event": "ONCRMLEADADD", "handler": "events.php"}, "ERROR_CORE"),
        ({"event": "ONEXTERNALCALLSTART", "handler": "", "event_type": "offline"}, "ERROR_EVENT_NOT_FOUND"),
    ],
)
async def test_a_binding_that_cannot_work_is_refused(
    shared_portal: RunningPortal, params: dict[str, Any], code: str
) -> None:
    assert code == (await call(shared_portal, "event.bind", **params))["error"]


async def test_a_webhook_cannot_bind_and_a_binding_cannot_be_repeated(shared_portal: RunningPortal) -> None:
    binding = {"event": "ONCRMLEADADD", "handler": "http://127.0.0.1:9/repeated"}

    refused = await call(shared_portal, "event.bind", by="webhook", **binding)
    first = await call(shared_portal, "event.bind", **binding)
    second = await call(shared_portal, "event.bind", **binding)

    assert "WRONG_AUTH_TYPE" == refused["error"]
    assert first["result"] is True
    assert ("ERROR_CORE", "Unable to set event handler: Handler already binded") == (
        second["error"],
        second["error_description"],
    )


@pytest.fixture(scope="module")
def shared_portal(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with running_portal(tmp_path_factory.mktemp("refusals")) as portal:
        yield portal


async def test_an_application_without_pages_gets_its_tokens_by_the_event_of_its_installation(tmp_path: Path) -> None:
    with running_portal(tmp_path) as portal:
        async with receiver() as handler:
            command = [sys.executable, "-m", "cordboard.cli.main", "app", "add", "Silent", "--json"]
            database = ["--db", f"sqlite:///{tmp_path}/portal.db"]
            bindings = [f"OnAppInstall={handler.url}", f"OnAppUninstall={handler.url}"]
            made = run(*command, *database, "--bind", bindings[0], "--bind", bindings[1])
            given = json.loads(made.stdout)
            installed = await handler.wait_for("ONAPPINSTALL")
            address = f"{portal.url}/oauth/token/?grant_type=refresh_token&client_id={given['client_id']}"
            address += f"&client_secret={given['client_secret']}&refresh_token={installed['auth']['refresh_token']}"
            async with aiohttp.ClientSession() as http, http.get(address) as answer:
                renewed = await answer.json()

            run(*command[:3], "app", "remove", given["client_id"], *database)

            gone = await handler.wait_for("ONAPPUNINSTALL")

    assert {"VERSION": "1", "ACTIVE": "Y", "INSTALLED": "Y", "LANGUAGE_ID": "en"} == installed["data"]
    assert given["application_token"] == installed["auth"]["application_token"] == gone["auth"]["application_token"]
    assert portal.url.removeprefix("http://") == installed["auth"]["domain"]
    assert renewed["access_token"]
    assert "access_token" not in gone["auth"]
