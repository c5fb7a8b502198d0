"""Open pages stay true: a call that changes hands, a note written late, a user who is dismissed."""

from typing import Any

import pytest
from sqlalchemy import delete

from cordboard.portal.pages import live as live_page
from cordboard.portal.pages.live import SIGNED_OUT
from cordboard.portal.tables import web_session

pytestmark = pytest.mark.anyio

BORIS, CARLA, MARIA = 3, 4, 1


async def version_of(visitor: Any, page: str) -> str:
    return (await visitor.get(page)).text.split('data-version="')[1].split('"')[0]


def row(call_id: str) -> str:
    return "call-" + "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in call_id)


async def test_a_call_that_ends_with_another_user_leaves_one_list_and_comes_into_the_other(house: Any):
    boris, carla = house.visitor(BORIS), house.visitor(CARLA)
    call_id = await house.register(USER_ID=BORIS)
    async with (
        boris.live("/calls", await version_of(boris, "/calls")) as his,
        carla.live("/calls", await version_of(carla, "/calls")) as hers,
        boris.live("/calls?page=2", await version_of(boris, "/calls?page=2")) as older,
    ):
        for page in (his, hers, older):
            await page.heard()

        await house.finish(call_id, USER_ID=CARLA)

        lists = [
            [one["content"] for one in await page.heard() if one.get("target") == "#call-rows"] for page in (his, hers)
        ]
        gone = [one["target"] for one in await older.heard() if one.get("swap") == "delete"]
    assert [1, 1] == [len(sent) for sent in lists]
    assert [False, True] == [f'id="{row(call_id)}"' in sent[0] for sent in lists]
    assert f"#{row(call_id)}" in gone


async def test_who_sees_every_call_is_sent_the_row_alone(house: Any):
    maria = house.visitor(MARIA)
    call_id = await house.register(USER_ID=BORIS)
    async with maria.live("/calls", await version_of(maria, "/calls")) as page:
        await page.heard()

        await house.finish(call_id, USER_ID=CARLA)
        targets = [one.get("target") for one in await page.heard()]

    assert f"#{row(call_id)}" in targets
    assert "#call-rows" not in targets


async def test_a_note_written_after_the_end_goes_into_the_statistics_the_activity_and_the_timeline(house: Any):
    boris = house.visitor(BORIS)
    call_id = await house.register(USER_ID=BORIS)
    lead = (await house.call("crm.lead.list", order={"ID": "DESC"}))[0]["ID"]
    activity = (await house.finish(call_id))["CRM_ACTIVITY_ID"]
    async with boris.live(f"/lead/{lead}", await version_of(boris, f"/lead/{lead}")) as page:
        await page.heard()

        answer = await boris.post(f"/cards/{call_id}/note", text="Wants 40 chairs")
        heard = await page.heard()

    assert 204 == answer.status_code
    assert "Wants 40 chairs" in next(one["content"] for one in heard if one.get("target") == "#timeline")
    assert "Wants 40 chairs" == (await house.call("crm.activity.get", id=activity))["DESCRIPTION"]
    record = (await house.call("voximplant.statistic.get", FILTER={"CALL_ID": call_id}))[0]
    assert "Wants 40 chairs" == record["COMMENT"]


async def test_a_note_that_is_erased_after_the_end_is_gone(house: Any):
    boris = house.visitor(BORIS)
    call_id = await house.register(USER_ID=BORIS)
    await boris.post(f"/cards/{call_id}/note", text="Nonsense")
    activity = (await house.finish(call_id))["CRM_ACTIVITY_ID"]

    await boris.post(f"/cards/{call_id}/note", text="")

    assert "" == (await house.call("crm.activity.get", id=activity))["DESCRIPTION"]
    assert (await house.call("voximplant.statistic.get", FILTER={"CALL_ID": call_id}))[0]["COMMENT"] is None


async def test_a_note_written_while_the_call_runs_waits_for_its_end(house: Any):
    boris = house.visitor(BORIS)
    call_id = await house.register(USER_ID=BORIS)

    await boris.post(f"/cards/{call_id}/note", text="Wants 40 chairs")

    assert "Wants 40 chairs" == (await house.finish(call_id))["COMMENT"]


async def test_the_live_page_of_a_dismissed_user_is_closed_before_it_hears_of_another_call(house: Any):
    boris = house.visitor(BORIS)
    async with boris.live("/calls", await version_of(boris, "/calls")) as page:
        await page.heard()

        await house.call("user.update", ID=BORIS, ACTIVE=False)
        heard = await page.heard()
        while "code" not in heard[-1]:
            heard += await page.heard()

    assert SIGNED_OUT == heard[-1]["code"]
    assert [] == [one for one in heard if "content" in one]


async def test_a_user_who_changes_and_may_stay_is_drawn_anew(house: Any):
    boris = house.visitor(BORIS)
    async with boris.live("/calls", await version_of(boris, "/calls")) as page:
        await page.heard()

        await house.call("user.update", ID=BORIS, WORK_POSITION="Head of sales")
        heard = await page.heard()

    assert "#call-rows" in [one.get("target") for one in heard]


async def test_nobody_else_is_disturbed_by_a_dismissal(house: Any):
    carla = house.visitor(CARLA)
    async with carla.live("/calls", await version_of(carla, "/calls")) as page:
        await page.heard()

        await house.call("user.update", ID=BORIS, ACTIVE=False)
        heard = await page.heard()

    assert {"beat"} == {one.get("signal") for one in heard}


async def test_a_session_closed_behind_the_pages_back_ends_its_live_connection(
    house: Any, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(live_page, "DOUBT", 0.05)
    boris = house.visitor(BORIS)
    async with boris.live("/calls", await version_of(boris, "/calls")) as page:
        await page.heard()

        await house.portal.store.write(lambda database: database.execute(delete(web_session)))
        heard = await page.heard()
        while "code" not in heard[-1]:
            heard += await page.heard()

    assert SIGNED_OUT == heard[-1]["code"]
