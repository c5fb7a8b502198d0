"""How fast a portal is asked, and what leaves together."""

import asyncio

import pytest

from cordboard.crm.base import CrmUnreachable, RequestRefused
from cordboard.crm.bitrix24.rest import error_of
from cordboard.crm.bitrix24.turns import Turns
from cordboard.delivery.limits import Bucket

pytestmark = pytest.mark.anyio


class Portal:
    """A portal that answers every command with its own words."""

    def __init__(self):
        self.asked = []
        self.fails = False

    async def post(self, method, params):
        self.asked.append((method, len(params.get("cmd", ())) or 1))
        if self.fails:
            raise CrmUnreachable
        if method != "batch":
            return {"result": method}
        results, refused = {}, {}
        for key, command in params["cmd"].items():
            if command.startswith("wrong"):
                refused[key] = {"error": "", "error_description": "User is not found or is not active"}
            else:
                results[key] = command
        times = {key: {"operating": 0.1} for key in results}
        body = {"result": results or [], "result_error": refused or [], "result_next": {"q0": 50}, "result_time": times}
        return {"result": body}


@pytest.fixture
def portal():
    return Portal()


def turns_of(portal, *, rate=50.0, size=3):
    return Turns(portal.post, error_of, Bucket(rate, size), lambda: asyncio.get_running_loop().time())


async def test_while_there_is_room_each_request_leaves_alone(portal):
    turns = turns_of(portal, rate=0.0)

    await asyncio.gather(*(turns.post(f"m{x}", {}) for x in range(20)))

    assert [(f"m{x}", 1) for x in range(20)] == portal.asked


async def test_who_has_to_wait_leaves_with_the_others_and_gets_their_own_answer(portal):
    turns = turns_of(portal)

    answers = await asyncio.gather(*(turns.post("m", {"N": x}) for x in range(20)))

    assert ["m"] * 2 == [answer["result"] for answer in answers[:2]]
    assert [f"m?N={x}" for x in range(2, 20)] == [answer["result"] for answer in answers[2:]]
    assert [("m", 1), ("m", 1), ("batch", 18)] == portal.asked


async def test_what_stands_beside_an_answer_stands_beside_it_in_a_batch_too(portal):
    turns = turns_of(portal)

    answers = await asyncio.gather(*(turns.post("m", {}) for _ in range(4)))

    assert {"result": "m", "next": 50, "time": {"operating": 0.1}} == answers[2]
    assert {"result": "m", "time": {"operating": 0.1}} == answers[3]


async def test_one_refusal_in_a_batch_is_nobody_elses(portal):
    turns = turns_of(portal)

    answers = await asyncio.gather(
        *(turns.post(method, {}) for method in ("m", "m", "wrong", "m")), return_exceptions=True
    )

    assert [dict, dict, RequestRefused, dict] == [type(answer) for answer in answers]
    assert "User is not found or is not active" == str(answers[2])


async def test_a_batch_that_fails_fails_for_all_of_them(portal):
    turns = turns_of(portal)
    await asyncio.gather(*(turns.post("m", {}) for _ in range(2)))
    portal.fails = True

    answers = await asyncio.gather(*(turns.post("m", {}) for _ in range(3)), return_exceptions=True)

    assert [CrmUnreachable] * 3 == [type(answer) for answer in answers]


@pytest.mark.parametrize("value", ["x" * 9_000, "$result[q0][ID]"], ids=["a file", "a reference"])
async def test_what_a_batch_would_not_carry_as_it_is_leaves_alone(portal, value):
    turns = turns_of(portal)

    await asyncio.gather(*(turns.post("attach", {"FILE_CONTENT": value}) for _ in range(4)))

    assert [("attach", 1)] * 4 == portal.asked


async def test_who_gives_up_waiting_leaves_no_command_behind(portal):
    turns = turns_of(portal, rate=10.0)
    await asyncio.gather(*(turns.post("m", {}) for _ in range(2)))
    waiting = [asyncio.create_task(turns.post(f"m{x}", {})) for x in range(3)]
    await asyncio.sleep(0)
    waiting[1].cancel()

    await asyncio.gather(*waiting, return_exceptions=True)

    assert ("batch", 2) == portal.asked[-1]
