"""What a stranger tells or types never makes a page fail."""

from typing import Any

import pytest

pytestmark = pytest.mark.anyio

MARIA, BORIS = 1, 3

ODD_CONVERSATIONS: dict[str, Any] = {
    "a digit that is no number": {"USER_ID": "²", "STATE": "talking", "ANSWERED_AT": "2026-08-14T09:30:00+00:00"},
    "an id longer than any": {"USER_ID": "9" * 5000, "STATE": "held"},
    "for ever": {"USER_ID": "3", "STATE": "talking", "ANSWERED_AT": "inf"},
    "a year no calendar has": {"USER_ID": "3", "STATE": "talking", "ANSWERED_AT": 1e17},
    "before the first year": {"USER_ID": "3", "STATE": "talking", "ANSWERED_AT": "0001-01-01T00:00:00+23:59"},
    "held since never": {"USER_ID": "3", "STATE": "held", "ANSWERED_AT": -1e12, "HELD_AT": "9999-12-31"},
    "no number": {"USER_ID": {"a": 1}, "STATE": ["talking"], "RANG_AT": "nan"},
}


@pytest.mark.parametrize("odd", ODD_CONVERSATIONS.values(), ids=ODD_CONVERSATIONS)
async def test_an_odd_state_of_a_call_is_shown_on_the_list_while_it_runs_and_after(house: Any, odd: Any):
    call_id = await house.register(USER_ID=BORIS)
    state = {"PBX": "main", "LINKEDID": "1.1", "SEQ": 1, "CALL_ID": call_id, "PLACE": "talking", "SINCE": "inf"}
    await house.call("cordboard.call.state", **state, CONVERSATIONS=[odd])
    visitors = [house.visitor(BORIS), house.visitor(MARIA)]

    running = [(await visitor.get("/calls")).status_code for visitor in visitors]
    await house.finish(call_id)
    finished = [(await visitor.get("/calls")).status_code for visitor in visitors]

    assert ([200, 200], [200, 200]) == (running, finished)


@pytest.mark.parametrize("page", ["²", "0", "-1", "x", "", "٣", "9" * 5000, "1e9", "999999999"])
async def test_a_number_of_a_page_that_is_none_is_a_page_all_the_same(house: Any, page: str):
    answer = await house.visitor(BORIS).http.get("/calls", params={"page": page})

    assert 200 == answer.status_code


@pytest.mark.parametrize("count", ["²", "-1", "", "00", "9" * 5000])
async def test_a_version_that_nobody_gave_means_everything_anew(house: Any, count: str):
    version = (await house.visitor(BORIS).get("/calls")).text.split('data-version="')[1].split(".")[0]

    async with house.visitor(BORIS).live("/calls", f"{version}.{count}") as page:
        heard = await page.heard()

    assert "#call-rows" in [one.get("target") for one in heard]


@pytest.mark.parametrize("path", ["/contact/²", "/contact/" + "9" * 5000, "/contact/", "/calls?page=²"])
async def test_a_live_page_of_an_odd_address_is_kept_open(house: Any, path: str):
    async with house.visitor(BORIS).live(path) as page:
        heard = await page.heard()

    assert "beat" == heard[-1].get("signal")
