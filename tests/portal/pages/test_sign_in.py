"""Signing in: guesses cost time, also those sent together, and nobody is led to another site."""

import asyncio
from typing import Any

import pytest

from cordboard.portal.pages.site import safe_next
from cordboard.portal.pages.throttle import FREE, Throttle

pytestmark = pytest.mark.anyio

SECOND = 1_000_000
ELSEWHERE = (
    *("https://evil.example", "evil.example", "", "//evil.example", "/ /evil.example"),
    *("/\t/evil.example", "/\n/evil.example", "/\r\n/evil.example", "\t//evil.example"),
    *("/\\evil.example", "/x\\..\\evil", "/\x00/evil.example", "/\x7f/evil.example", "/\x85/evil"),
)


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
async def test_after_signing_in_nobody_lands_on_another_site(house: Any, elsewhere: str):
    form = {"login": "admin", "password": "secret-word", "next": elsewhere}
    answer = await house.stranger.post("/login", **form)

    assert (303, "/") == (answer.status_code, answer.headers["location"])


@pytest.mark.parametrize("own", ["/", "/calls?page=2", "/contact/7", "/%D0%96"])
def test_an_address_of_ours_is_kept(own: str):
    assert own == safe_next(own)


async def test_guesses_sent_together_are_counted_like_guesses_one_after_another(house: Any):
    guesses = [house.stranger.post("/login", login="admin", password=f"guess-{number}") for number in range(20)]

    answers = [answer.status_code for answer in await asyncio.gather(*guesses)]

    assert FREE == answers.count(401)
    assert 20 - FREE == answers.count(429)


async def test_signing_in_rightly_costs_those_behind_the_same_address_nothing(house: Any):
    answers = [await house.stranger.post("/login", login="admin", password="secret-word") for _ in range(FREE + 2)]

    assert {303} == {answer.status_code for answer in answers}


def test_a_guess_that_was_right_is_taken_back_and_those_before_it_stay():
    throttle = Throttle()
    for _ in range(FREE + 2):
        throttle.failed("from 192.0.2.1", 0)
    before = throttle.wait("from 192.0.2.1", 0)

    throttle.failed("from 192.0.2.1", 60 * SECOND)
    throttle.forgive("from 192.0.2.1")

    assert before == throttle.wait("from 192.0.2.1", 0)
    throttle.failed("from 192.0.2.1", 60 * SECOND)
    assert 8 == throttle.wait("from 192.0.2.1", 60 * SECOND)
