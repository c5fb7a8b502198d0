"""The missed-calls board: people still waiting, not attempts; gone when somebody talked to them."""

from typing import Any

import pytest

pytestmark = pytest.mark.anyio

ANNA, BORIS, CARLA, IVAN, MARIA = 2, 3, 4, 5, 1
NINA, KEY = "+79162000000", "79162000000"


async def missed(house: Any, number: str = NINA, user: int = BORIS, rang: int = 20, **state: Any) -> str:
    call = await house.register(USER_ID=user, PHONE_NUMBER=number, CRM_CREATE=0)
    if state:
        values = {"PBX": "main", "LINKEDID": call, "SEQ": 1, "CALL_ID": call, "PLACE": "ringing", **state}
        await house.call("cordboard.call.state", **values)
    house.clock.forward(seconds=rang)
    await house.finish(call, USER_ID=user, DURATION=0)
    return call


async def talk(house: Any, user: int, kind: int = 1, seconds: int = 60, number: str = NINA) -> None:
    house.clock.forward(minutes=10)
    call = await house.register(USER_ID=user, PHONE_NUMBER=number, TYPE=kind, CRM_CREATE=0)
    await house.finish(call, USER_ID=user, DURATION=seconds)


async def board(house: Any, user: int = BORIS, query: str = "") -> str:
    text = (await house.visitor(user).get(f"/missed{query}")).text
    return text.split('id="missed-board"')[1].split("</section>")[0]


async def count(house: Any, user: int = BORIS) -> str:
    text = (await house.visitor(user).get("/calls")).text
    return text.split('id="missed-count">')[1].split("<")[0]


async def test_three_calls_of_one_client_are_one_row(house: Any):
    for _ in range(3):
        await missed(house)
        house.clock.forward(minutes=5)

    text = await board(house)

    assert 1 == text.count("data-row")
    assert "×3" in text
    assert "Nina Berg" in text
    assert "1" == await count(house)


@pytest.mark.parametrize(
    ("kind", "words"), [(1, "Called back by Carla Diaz"), (2, "Called again, Carla Diaz answered")]
)
async def test_a_talk_of_anybody_takes_the_row_away_and_says_who_and_after_how_long(house: Any, kind: int, words: str):
    await missed(house)

    await talk(house, CARLA, kind)

    assert "Nobody waits" in await board(house)
    handled = await board(house, query="?tab=handled")
    assert words in handled
    assert "10:00 after the missed call" in handled
    assert "" == await count(house)


async def test_a_talk_of_a_few_seconds_is_none(house: Any):
    await missed(house)

    await talk(house, CARLA, seconds=4)

    text = await board(house)
    assert "Nina Berg" in text
    assert "called back 1 time in vain" in text


async def test_how_long_a_talk_must_be_is_a_switch(house: Any):
    await house.portal.set_switch("missed_talk", 30)
    await missed(house)

    await talk(house, CARLA, seconds=20)
    assert "Nina Berg" in await board(house)

    await talk(house, CARLA, seconds=31)
    assert "Nobody waits" in await board(house)


async def test_a_client_who_calls_again_after_a_talk_waits_with_one_attempt(house: Any):
    await missed(house)
    await talk(house, CARLA)
    house.clock.forward(hours=1)
    await missed(house)

    assert "×" not in await board(house)


async def test_a_call_that_was_over_within_five_seconds_is_short_and_can_be_left_out(house: Any):
    await missed(house, rang=3)

    assert "short" in await board(house)
    assert "Only short calls wait" in await board(house, query="?short=hide")


async def test_who_hung_up_in_the_menu_is_marked_and_nobody_was_rung(house: Any):
    await missed(house, MENU="sales or support", CONVERSATIONS=[])

    text = await board(house)

    assert "hung up in the menu" in text
    assert "Menu: sales or support" in text
    assert "Rang:" not in text


async def test_the_board_says_who_was_rung(house: Any):
    rung = [{"ID": str(user), "USER_ID": user, "STATE": "ended", "END": "no-answer"} for user in (BORIS, CARLA)]
    await missed(house, CONVERSATIONS=rung)

    assert "Rang: Boris Klein, Carla Diaz" in await board(house)


async def test_everybody_sees_who_calls_back(house: Any):
    await missed(house)

    answer = await house.visitor(BORIS).post("/missed/take", key=KEY)

    assert (200, "You call them back.") == (answer.status_code, answer.text)
    assert "You call them back" in await board(house, BORIS)
    assert "Boris Klein calls them back" in await board(house, ANNA)


async def test_a_caller_closed_by_hand_is_handled_with_the_reason_and_can_wait_again(house: Any):
    await missed(house)
    house.clock.forward(minutes=1)
    boris = house.visitor(BORIS)

    await boris.post("/missed/close", key=KEY, reason="wrote a <b>mail</b>")

    assert "Closed by Boris Klein: wrote a &lt;b&gt;mail&lt;/b&gt;" in await board(house, query="?tab=handled")
    await boris.post("/missed/reopen", key=KEY)
    assert "Nina Berg" in await board(house)


@pytest.mark.parametrize(("user", "rows"), [(BORIS, 1), (CARLA, 0), (ANNA, 1), (IVAN, 0), (MARIA, 1)])
async def test_the_board_and_the_number_in_the_menu_follow_the_rights(house: Any, user: int, rows: int):
    await missed(house, user=BORIS)

    text = await board(house, user)

    assert rows == text.count("data-row")
    assert (str(rows) if rows else "") == await count(house, user)


async def test_nobody_closes_what_they_may_not_see(house: Any):
    await missed(house, user=BORIS)

    answers = [(await house.visitor(CARLA).post(f"/missed/{what}", key=KEY)).status_code for what in ("take", "close")]

    assert [409, 409] == answers
    assert "Nina Berg" in await board(house)


async def test_a_client_with_an_open_deal_stands_above_one_who_waits_longer(house: Any):
    await missed(house, number="+79990000001")
    house.clock.forward(minutes=5)
    await missed(house)

    text = await board(house)

    assert text.index("Nina Berg") < text.index("Unknown number")
    assert "open deal" in text


async def test_two_callers_who_withhold_their_number_are_not_served_by_a_talk_with_a_third(house: Any):
    await missed(house, number="0")

    await talk(house, CARLA, kind=2, number="0")

    assert "Number withheld" in await board(house)
