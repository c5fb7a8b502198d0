"""Roles by page: a changed right counts at once, and nobody is locked out."""

from typing import Any

import pytest
from sqlalchemy import select

from cordboard.portal.tables import role

pytestmark = pytest.mark.anyio

MARIA, ANNA, BORIS = 1, 2, 3
MANAGER = "4"


async def test_a_changed_right_counts_at_once(house: Any) -> None:
    call = await house.register(USER_ID=ANNA, PHONE_NUMBER="+79160001122")
    await house.finish(call, USER_ID=ANNA)
    boris = house.visitor(BORIS)
    before = (await boris.get("/calls")).text

    fields = {"calls": "any", "records": "own", "clients": "any"}
    answer = await house.visitor(MARIA).post("/admin/roles", role=MANAGER, name="Manager", **fields)

    assert 303 == answer.status_code
    assert (False, True) == ("000-11-22" in before, "000-11-22" in (await boris.get("/calls")).text)


async def test_a_role_is_made_given_and_removed_only_when_nobody_has_it(house: Any) -> None:
    maria = house.visitor(MARIA)
    await maria.post("/admin/roles", name="Auditor", calls="any", records="any")
    [made] = house.portal.store.read_sync(lambda c: c.execute(select(role).where(role.c.name == "Auditor")).all())
    fields = {"login": "boris", "first_name": "Boris", "department.2": "on"}
    await maria.post(f"/admin/users/{BORIS}", **fields, **{f"role.{made.id}": "on"})

    taken = await maria.post(f"/admin/roles/{made.id}/remove")
    await maria.post(f"/admin/users/{BORIS}", **fields, **{"role.4": "on"})
    gone = await maria.post(f"/admin/roles/{made.id}/remove")

    nobody = dict.fromkeys(("delete_records", "clients", "delete_clients"), "none")
    assert {"calls": "any", "records": "any"} | nobody == made.rights
    assert (422, "People have this role." in taken.text) == (taken.status_code, True)
    assert 303 == gone.status_code


@pytest.mark.parametrize(
    ("path", "fields", "sentence"),
    [
        ("roles", {"role": "1", "name": "Administrator", "calls": "none"}, "An administrator may do everything"),
        ("roles", {"name": ""}, "Write a name."),
        ("roles", {"name": "Manager"}, "Another role has this name."),
        ("roles", {"name": "New", "calls": "some"}, "A right is one of"),
        ("roles/4/remove", {}, "Every portal has this role."),
        ("roles/1/remove", {}, "Every portal has this role."),
    ],
)
async def test_what_would_lock_people_out_or_makes_no_sense_is_refused(
    house: Any, path: str, fields: dict[str, str], sentence: str
) -> None:
    answer = await house.visitor(MARIA).post(f"/admin/{path}", **fields)

    assert 422 == answer.status_code
    assert sentence in answer.text
