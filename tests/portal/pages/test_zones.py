"""Each viewer sees a call on the day it was for them, and programs get an offset."""

from typing import Any

import pytest

from cordboard.portal.api_keys import add_key
from cordboard.portal.rest.moments import micros

pytestmark = pytest.mark.anyio

MARIA, ANNA = 1, 2


@pytest.mark.parametrize(("zone", "shown"), [("Europe/Moscow", "23:59"), ("Asia/Tokyo", "05:59"), ("UTC", "20:59")])
async def test_a_call_just_before_midnight_stands_on_the_viewers_own_day(house: Any, zone: str, shown: str):
    await house.call("user.update", ID=ANNA, TIME_ZONE=zone)
    anna = house.visitor(ANNA)
    await anna.post("/me/work", timezone=zone)
    await house.register(USER_ID=ANNA, CALL_START_DATE="2026-08-13T23:59:00+03:00", CRM_CREATE=0)

    page = (await anna.get("/calls")).text
    row = page.split('<tr id="call-externalCall')[1].split("</tr>")[0]

    assert shown in row
    # the clock of the test stands on 14 August, 09:30 UTC
    assert ("Today" if zone == "Asia/Tokyo" else "Yesterday") in row


async def test_the_api_tells_moments_with_their_offset(house: Any):
    await house.register(USER_ID=ANNA, CALL_START_DATE="2026-08-13T23:59:00+03:00", CRM_CREATE=0)
    now = micros(house.clock())
    key = house.portal.store.write_sync(lambda database: add_key(database, MARIA, now))

    answer = await house.stranger.http.get("/api/v1/calls", headers={"Authorization": f"Bearer {key}"})

    assert "2026-08-13T20:59:00+00:00" == answer.json()["items"][0]["started_at"]


async def test_a_page_that_cannot_be_read_says_so_in_words_and_shows_no_trace(house: Any, monkeypatch: Any):
    anna = house.visitor(ANNA)

    async def broken(*_: Any) -> None:
        raise RuntimeError("database is locked: /secret/path")

    monkeypatch.setattr(house.portal.store, "read", broken)
    answer = await anna.get("/calls")

    assert 500 == answer.status_code
    assert "This page cannot be shown now" in answer.text
    assert "locked" not in answer.text
    assert "Traceback" not in answer.text
