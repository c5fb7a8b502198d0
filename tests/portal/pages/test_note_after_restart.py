"""What somebody typed on the card of an ended call is kept, though the portal was started anew meanwhile."""

from typing import Any

import pytest
from tests.portal.pages.conftest import House, Visitor

pytestmark = pytest.mark.anyio

BORIS, CARLA = 3, 4


def after_a_restart(house: House, visitor: Visitor) -> Visitor:
    """The same browser before a portal that remembers only what is in the database."""
    return Visitor(House(house.portal, house.clock).app, visitor.token, visitor.form_token)


async def test_a_note_on_an_ended_card_is_taken_after_a_restart(house: Any) -> None:
    boris = house.visitor(BORIS)
    call_id = await house.register(USER_ID=BORIS)
    activity = (await house.finish(call_id))["CRM_ACTIVITY_ID"]

    answer = await after_a_restart(house, boris).post(f"/cards/{call_id}/note", text="Wants 40 chairs")

    assert 204 == answer.status_code
    assert "Wants 40 chairs" == (await house.call("crm.activity.get", id=activity))["DESCRIPTION"]


async def test_who_was_rung_may_write_and_a_stranger_to_the_call_may_not(house: Any) -> None:
    state = {"PBX": "main", "LINKEDID": "1.1", "SEQ": 1, "PLACE": "ringing", "AT": "2026-08-14T09:30:00+00:00"}
    rung = [{"ID": "a", "USER_ID": CARLA, "STATE": "ringing"}]
    call_id = await house.register(USER_ID=BORIS)
    await house.call("cordboard.call.state", **state, CALL_ID=call_id, CONVERSATIONS=rung)
    await house.finish(call_id)
    carla, anna = (after_a_restart(house, house.visitor(user_id)) for user_id in (CARLA, 2))

    statuses = [(await one.post(f"/cards/{call_id}/note", text="x")).status_code for one in (carla, anna)]

    assert [204, 403] == statuses


async def test_three_hours_later_the_card_is_closed_for_good(house: Any) -> None:
    boris = house.visitor(BORIS)
    call_id = await house.register(USER_ID=BORIS)
    await house.finish(call_id)
    house.clock.forward(hours=3)

    assert 403 == (await after_a_restart(house, boris).post(f"/cards/{call_id}/note", text="x")).status_code
