"""Who is rung for a caller: the dial plan has its answer in time, whatever the CRM does."""

import asyncio
import time

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from cordboard.calls.snapshot import UserFull
from cordboard.connector import responsible
from cordboard.connector.responsible import Responsible, responsible_route
from cordboard.crm.base import ClientOf, CrmUnreachable
from cordboard.hooks.answers import Customized

pytestmark = pytest.mark.anyio

ADA = ClientOf("Ada; Lovelace", 2, "")


class Crm:
    """A CRM with one client, or with a trouble."""

    name = "portal"

    def __init__(self, client=ADA, trouble=None, takes=0.0):
        self.client, self.trouble, self.takes = client, trouble, takes
        self.asked = []

    async def whose_client(self, phone):
        self.asked.append(phone)
        await asyncio.sleep(self.takes)
        if self.trouble:
            raise self.trouble
        return self.client


class Users:
    def __init__(self, extension="101"):
        self.extension = extension

    def extension_now(self, user):
        return self.extension if user == 2 else ""

    async def details(self, ids):
        return {"2": UserFull(email="", id="2", name="Anna", phones=["101"], position="", raw={})}


class Hooks:
    """Customizations that change nothing, or say something else, or cancel."""

    def __init__(self, answer=None, cancelled=False):
        self.answer, self.cancelled = answer, cancelled
        self.asked = []

    async def ask(self, point, payload, *, crm=None, linkedid="", dry=False):
        self.asked.append((point, payload))
        return Customized({**payload, **(self.answer or {})}, cancelled=self.cancelled)


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


async def get(asked, phone="79161234567", headers=None):
    params = {"phone": phone, "trunk": "74951000001"}
    async with AsyncTestClient(Litestar([responsible_route(asked)])) as client:
        answer = await client.get("/pbx/responsible", params=params, headers=headers)
    assert answer.status_code == 200
    return answer


def asking(crm=None, users=None, hooks=None, clock=None):
    return Responsible([(crm or Crm(), users or Users())], hooks or Hooks(), clock or Clock())


async def test_the_responsible_persons_extension_and_the_clients_name_are_answered_as_text_and_as_json():
    text = await get(asking())
    answer = await get(asking(), headers={"Accept": "application/json"})

    assert ("101;Ada, Lovelace", "text/plain") == (text.text, text.headers["content-type"].partition(";")[0])
    assert {"extension": "101", "name": "Ada; Lovelace"} == answer.json()


@pytest.mark.parametrize(
    "asked",
    [
        lambda: asking(Crm(client=None)),
        lambda: asking(users=Users("")),
        lambda: asking(Crm(trouble=CrmUnreachable())),
        lambda: asking(Crm(trouble=KeyError("x"))),
        lambda: asking(hooks=Hooks(cancelled=True)),
        lambda: Responsible([], Hooks(), Clock()),
    ],
    ids=["nobody's number", "no extension", "the CRM is away", "a defect", "cancelled", "no CRM"],
)
async def test_whatever_goes_wrong_is_an_empty_answer(asked):
    assert "" == (await get(asked())).text


async def test_a_number_is_wanted():
    assert "" == (await get(asking(), phone="")).text


async def test_a_crm_that_takes_long_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(responsible, "LIMIT", 0.2)
    began = time.monotonic()

    answer = await get(asking(Crm(takes=5)))

    assert "" == answer.text
    assert time.monotonic() - began < 1.5


async def test_an_answer_is_remembered_for_a_minute_and_a_trouble_is_not():
    crm, clock = Crm(), Clock()
    asked = asking(crm, clock=clock)

    for now in (0.0, 59.0, 61.0):
        clock.now = now
        await get(asked)
    crm.trouble = CrmUnreachable()
    for now in (122.0, 123.0):
        clock.now = now
        await get(asked)

    assert 4 == len(crm.asked)


async def test_a_customization_knows_who_calls_and_where_and_may_choose_somebody_else():
    hooks = Hooks({"extension": "102", "entity_name": "VIP"})

    answer = await get(asking(hooks=hooks))

    [(point, payload)] = hooks.asked
    assert "102;VIP" == answer.text
    assert ("customize_autodistribution", "79161234567", "74951000001", "101") == (
        point,
        payload["phone"],
        payload["trunk"],
        payload["extension"],
    )
