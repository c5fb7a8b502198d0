"""A portal over HTTP: what a method's time means, and where a file goes."""

import asyncio
import time

import pytest
from aiohttp import web

from cordboard.crm.base import CrmUnreachable, MethodBusy, RequestRefused
from cordboard.crm.bitrix24 import rest
from cordboard.crm.bitrix24.rest import Rest
from cordboard.delivery.limits import Bucket

pytestmark = pytest.mark.anyio


class Portal:
    """Answers what it is told to, and keeps what it was asked."""

    def __init__(self):
        self.asked = []
        self.files = {}
        self.spent = set()
        self.reset_at = 0.0

    async def answer(self, request):
        method = request.match_info["method"]
        self.asked.append(method)
        if method in self.spent:
            body = {
                "error": "OPERATION_TIME_LIMIT",
                "error_description": "Method is blocked due to operation time limit.",
            }
            return web.json_response(body, status=429)
        return web.json_response({"result": True, "time": {"operating": 479.0, "operating_reset_at": self.reset_at}})

    async def upload(self, request):
        form = await request.post()
        if "file" not in form:
            body = {"error": "", "error_description": "Error: required parameter file is not found"}
            return web.json_response(body, status=400)
        self.files[form["file"].filename] = form["file"].file.read()
        return web.json_response({"result": {"FILE_ID": 7}})


@pytest.fixture
async def portal():
    portal = Portal()
    app = web.Application()
    app.router.add_post("/rest/1/secret/{method}", portal.answer)
    app.router.add_post("/upload", portal.upload)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    portal.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield portal
    await runner.cleanup()


@pytest.fixture
async def client(portal):
    client = Rest(f"{portal.url}/rest/1/secret/", Bucket(0.0, 0))
    yield client
    await client.close()


async def test_a_method_that_used_up_its_time_rests_until_the_portals_moment_and_others_go_on(
    portal, client, monkeypatch
):
    monkeypatch.setattr(rest, "SHORTEST_PAUSE", 0.1)
    portal.reset_at = time.time() + 0.6
    await client.post("user.get", {})
    portal.spent.add("user.get")

    with pytest.raises(MethodBusy) as refused:
        await client.post("user.get", {})
    with pytest.raises(MethodBusy):
        await client.post("user.get", {})
    await client.post("crm.lead.list", {})
    portal.spent.clear()
    await asyncio.sleep(refused.value.pause + 0.05)
    await client.post("user.get", {})

    assert 0.3 < refused.value.pause <= 0.6
    assert ["user.get", "user.get", "crm.lead.list", "user.get"] == portal.asked


async def test_a_portal_that_names_no_moment_gets_a_minute(portal, client):
    portal.spent.add("user.get")

    with pytest.raises(MethodBusy) as refused:
        await client.post("user.get", {})

    assert 59 < refused.value.pause <= 60


async def test_a_file_is_sent_under_its_name_to_the_address_that_was_given(portal, client):
    answer = await client.upload(f"{portal.url}/upload", "file", "in.mp3", b"sound")

    assert ({"FILE_ID": 7}, {"in.mp3": b"sound"}) == (answer, portal.files)
    with pytest.raises(RequestRefused, match="file is not found"):
        await client.upload(f"{portal.url}/upload", "other", "in.mp3", b"sound")


@pytest.mark.parametrize("address", ["http://127.0.0.1:9/upload", "no address"])
async def test_an_address_that_leads_nowhere_is_told_without_its_secret(client, address):
    with pytest.raises(CrmUnreachable) as error:
        await client.upload(address, "file", "in.mp3", b"sound")

    assert address not in str(error.value)
