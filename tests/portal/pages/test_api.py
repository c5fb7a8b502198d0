"""Our own API: what the screens show, with the same rights, and a document that tells the truth."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from cordboard.portal.api_keys import add_key
from cordboard.portal.rest.moments import micros

pytestmark = pytest.mark.anyio

ANNA, BORIS, CARLA, IVAN, MARIA = 2, 3, 4, 5, 1
NINA = "+79162000000"
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


def key_of(house: Any, user: int, *, may_write: bool = True) -> dict[str, str]:
    now = micros(house.clock())
    key = house.portal.store.write_sync(lambda database: add_key(database, user, now, may_write=may_write))
    return {"Authorization": f"Bearer {key}"}


async def get(house: Any, path: str, user: int = MARIA) -> Any:
    return await house.stranger.http.get(f"/api/v1{path}", headers=key_of(house, user))


async def post(house: Any, path: str, user: int = BORIS, **body: Any) -> Any:
    return await house.stranger.http.post(f"/api/v1{path}", headers=key_of(house, user), json=body)


async def test_a_call_is_told_as_its_page_shows_it(house: Any):
    call = await house.register(USER_ID=BORIS, PHONE_NUMBER=NINA, CRM_CREATE=0)
    live = (await get(house, "/live")).json()
    await house.finish(call, USER_ID=BORIS, DURATION=61)

    told = (await get(house, f"/calls/{call}")).json()

    assert [(call, "incoming")] == [(one["call_id"], one["state"]) for one in live]
    assert ("ended", 61, {"kind": "contact", "id": 1, "name": "Nina Berg"}) == tuple(
        told["call"][name] for name in ("state", "length", "client")
    )
    assert [] == (await get(house, "/live")).json()


@pytest.mark.parametrize(("user", "sees"), [(MARIA, True), (ANNA, True), (BORIS, True), (CARLA, False), (IVAN, False)])
async def test_nobody_sees_another_persons_call_by_any_address(house: Any, user: int, sees: bool):
    """Walks every page and every API address of a call that is Boris's; heads see their department's."""
    call = await house.register(USER_ID=BORIS, PHONE_NUMBER="+79990000001", CRM_CREATE=0)
    running = await answers(house, call, user)
    await house.finish(call, USER_ID=BORIS, DURATION=0)

    finished = await answers(house, call, user)

    for path, text in {**running, **finished}.items():
        assert sees or (call not in text and "79990000001" not in text), path
    assert sees == any(call in text for text in finished.values())


async def answers(house: Any, call: str, user: int) -> dict[str, str]:
    pages = ("/calls", "/calls?page=1", "/missed", "/missed?tab=handled", f"/calls/{call}", "/search/list?q=0001")
    pages += (f"/search?q={call}", "/contacts", "/tasks", "/me")
    addresses = ("/calls", "/live", f"/calls/{call}", "/missed", "/tasks?whose=all", "/clients/lead")
    visitor = house.visitor(user)
    found = {path: seen_in((await visitor.get(path)).text, path) for path in pages}
    return found | {f"/api/v1{path}": (await get(house, path, user)).text for path in addresses}


def seen_in(html: str, path: str) -> str:
    """What a page tells of its own: not the text of the search itself."""
    return html.replace(path.split("q=")[1], "") if path.startswith("/search?q=") else html


@pytest.mark.parametrize(
    ("headers", "status"),
    [({}, 401), ({"Authorization": "Bearer cbk_guessed"}, 401), ({"Authorization": "Basic x"}, 401)],
)
async def test_a_stranger_gets_a_problem_document(house: Any, headers: dict[str, str], status: int):
    answer = await house.stranger.http.get("/api/v1/calls", headers=headers)

    assert (status, "application/problem+json") == (answer.status_code, answer.headers["content-type"])
    assert "unauthorized" == answer.json()["code"]


async def test_a_key_that_may_only_read_writes_nothing_and_a_form_of_another_site_neither(house: Any):
    reading = key_of(house, BORIS, may_write=False)
    boris = house.visitor(BORIS)

    answers = [
        await house.stranger.http.post("/api/v1/tasks", headers=reading, json={"title": "x"}),
        await boris.http.post("/api/v1/tasks", data={"title": "x"}),
        await boris.http.post("/api/v1/tasks", json={"title": "x"}, headers={"Origin": "http://evil.example"}),
        await boris.http.post("/api/v1/tasks", json={"title": "Send the offer"}),
    ]

    # a body that is no JSON is not even read
    assert [403, 400, 401, 201] == [answer.status_code for answer in answers]


async def test_each_write_of_the_screens_is_there(house: Any):
    call = await house.register(USER_ID=BORIS, PHONE_NUMBER=NINA, CRM_CREATE=0)
    await house.finish(call, USER_ID=BORIS, DURATION=0)
    made = (await post(house, "/clients/contact", name="Rosa", phone="+79165550001")).json()["id"]

    answers = [
        await post(house, f"/calls/{call}/note", text="Wants chairs"),
        await post(house, f"/calls/{call}/client", kind="contact", id=made),
        await post(house, "/missed/79162000000/take"),
        await post(house, f"/clients/contact/{made}/notes", text="Wrote"),
        await post(house, "/tasks", title="Send the offer"),
        await post(house, "/exclusions", value="+79990000009"),
    ]

    assert [200, 200, 200, 201, 201, 201] == [answer.status_code for answer in answers]
    told = (await get(house, f"/calls/{call}")).json()
    assert (["Wants chairs"], "Rosa") == (told["notes"], told["call"]["client"]["name"])
    assert "Boris Klein" == (await get(house, "/missed")).json()["waiting"][0]["taken_by"]


async def test_only_an_administrator_takes_something_off_the_list(house: Any):
    row = (await post(house, "/exclusions", value="+79990000009")).json()[0]["id"]
    path = f"/api/v1/exclusions/{row}"

    codes = [
        (await house.stranger.http.delete(path, headers=key_of(house, user))).status_code for user in (BORIS, MARIA)
    ]

    assert [403, 200] == codes


def test_no_request_however_odd_breaks_what_the_document_promises(house: Any):
    headers = key_of(house, MARIA)
    schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", answering(house.app))

    for result in schema.get_all_operations():
        fuzz(result.ok().as_strategy(), headers)


def answering(app: Any) -> Any:
    """The application without what it does beside: schemathesis would keep that running on a portal that is closed."""

    async def answer(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            await app(scope, receive, send)

    return answer


def fuzz(cases: Any, headers: dict[str, str]) -> None:
    @settings(max_examples=6, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(case=cases)
    def check(case: Any) -> None:
        case.call_and_validate(headers=headers, checks=CHECKS)

    check()
