"""Sources, stages and pipelines, as an administrator's forms change them and as programs read them afterwards."""

from typing import Any

import pytest

pytestmark = pytest.mark.anyio

MARIA = 1


async def items(house: Any, reference: str) -> list[tuple[str, str]]:
    """(id, name) of a list's items in their order, over REST."""
    found = await house.call("crm.status.list", filter={"ENTITY_ID": reference}, order={"SORT": "ASC"})
    return [(one["STATUS_ID"], one["NAME"]) for one in found]


async def number_of_row(house: Any, reference: str, name: str) -> str:
    found = await house.call("crm.status.list", filter={"ENTITY_ID": reference})
    return next(one["ID"] for one in found if one["NAME"] == name)


async def test_a_source_is_added_renamed_and_removed(house: Any) -> None:
    maria = house.visitor(MARIA)

    await maria.post("/admin/lists", list="SOURCE", name="Radio")
    row = await number_of_row(house, "SOURCE", "Radio")
    code, name = (await items(house, "SOURCE"))[-1]
    await maria.post("/admin/lists", list="SOURCE", item=row, name="Radio spot")
    renamed = (await items(house, "SOURCE"))[-1]
    await maria.post(f"/admin/lists/{row}/remove", list="SOURCE")

    assert (True, "Radio") == (code.startswith("UC_"), name)
    assert (code, "Radio spot") == renamed
    assert "Radio spot" not in [name for _, name in await items(house, "SOURCE")]


async def test_a_new_stage_stands_behind_those_in_work_and_moves_up(house: Any) -> None:
    maria = house.visitor(MARIA)

    await maria.post("/admin/lists", list="STATUS", name="Called twice", semantics="P")
    before = [name for _, name in await items(house, "STATUS")]
    row = await number_of_row(house, "STATUS", "Called twice")
    await maria.post(f"/admin/lists/{row}/up", list="STATUS")
    after = [name for _, name in await items(house, "STATUS")]

    assert ["New", "In work", "Processed", "Called twice", "Good lead", "Poor lead"] == before
    assert ["New", "In work", "Called twice", "Processed", "Good lead", "Poor lead"] == after


async def test_what_is_used_or_relied_on_stays(house: Any) -> None:
    maria = house.visitor(MARIA)
    await maria.post("/admin/lists", list="STATUS", name="Waits")
    row = await number_of_row(house, "STATUS", "Waits")
    code = next(code for code, name in await items(house, "STATUS") if name == "Waits")
    await house.call("crm.lead.add", fields={"TITLE": "One", "STATUS_ID": code})
    ours = await number_of_row(house, "STATUS", "New")

    used = await maria.post(f"/admin/lists/{row}/remove", list="STATUS")
    relied_on = await maria.post(f"/admin/lists/{ours}/remove", list="STATUS")

    assert (422, True) == (used.status_code, "Leads or deals have it. Move them first." in used.text)
    assert (422, True) == (relied_on.status_code, "Programs rely on this one" in relied_on.text)
    assert {"New", "Waits"} <= {name for _, name in await items(house, "STATUS")}


async def test_a_pipeline_begins_with_the_stages_of_the_first_and_takes_deals(house: Any) -> None:
    maria = house.visitor(MARIA)

    made = await maria.post("/admin/pipelines", pipeline="Service")
    pipelines = (await house.call("crm.category.list", entityTypeId=2))["categories"]
    number = pipelines[-1]["id"]
    deal = await house.call("crm.deal.add", fields={"TITLE": "Repair", "CATEGORY_ID": number})
    stage = (await house.call("crm.deal.get", id=deal))["STAGE_ID"]
    full = await maria.post(f"/admin/pipelines/{number}/remove")
    await house.call("crm.deal.delete", id=deal)
    gone = await maria.post(f"/admin/pipelines/{number}/remove")

    assert f"/admin/lists?list=DEAL_STAGE_{number}" == made.headers["Location"]
    assert "Service" == pipelines[-1]["name"]
    assert f"C{number}:NEW" == stage
    assert (422, 303) == (full.status_code, gone.status_code)
    assert [0] == [one["id"] for one in (await house.call("crm.category.list", entityTypeId=2))["categories"]]
    assert [] == await items(house, f"DEAL_STAGE_{number}")


async def test_without_a_name_nothing_is_added(house: Any) -> None:
    maria = house.visitor(MARIA)

    answers = [
        await maria.post("/admin/lists", list="SOURCE", name=" "),
        await maria.post("/admin/lists", list="NOWHERE", name="x"),
        await maria.post("/admin/pipelines", pipeline=""),
    ]

    assert [422, 422, 422] == [answer.status_code for answer in answers]
    assert all("Write a name." in answer.text for answer in answers)
