"""Users, departments, lines and the exclusion list, as an administrator's forms change them."""

from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from cordboard.portal.passwords import password_fits
from cordboard.portal.tables import department, event_outbox, exclusion, line, user_department, user_role, users

pytestmark = pytest.mark.anyio

MARIA, ANNA, BORIS = 1, 2, 3
NEW = {
    "login": "olga",
    "first_name": "Olga",
    "last_name": "Nowak",
    "extension": "107",
    "department.2": "on",
    "role.4": "on",
}


def rows(house: Any, table: Any, *where: Any) -> list[Any]:
    return house.portal.store.read_sync(lambda c: c.execute(select(table).where(*where).order_by(table.c[0])).all())


async def test_a_new_user_is_found_by_calls_at_once_and_the_password_is_shown_once(house: Any) -> None:
    maria = house.visitor(MARIA)

    made = await maria.post("/admin/users/new", **NEW)
    shown = await maria.get(made.headers["Location"])
    again = await maria.get(made.headers["Location"])

    [olga] = rows(house, users, users.c.login == "olga")
    password = shown.text.split("<dd><code>")[1].split("</code>")[0]
    assert password_fits(password, olga.password_hash)
    assert "<dd><code>" not in again.text
    assert [2] == [row.department_id for row in rows(house, user_department, user_department.c.user_id == olga.id)]
    called = await house.register(USER_PHONE_INNER="107", USER_ID="")
    assert called.startswith("externalCall.")


async def test_programs_hear_of_a_new_user(house: Any) -> None:
    maria = house.visitor(MARIA)
    await maria.post("/admin/webhooks/outbound", address="http://127.0.0.1:9/events", **{"event.ONUSERADD": "on"})

    await maria.post("/admin/users/new", **NEW)

    [waiting] = rows(house, event_outbox)
    assert ("ONUSERADD", "Olga") == (waiting.event, msgspec.json.decode(waiting.data)["NAME"])


@pytest.mark.parametrize(
    ("wrong", "field", "sentence"),
    [
        ({"login": ""}, "login", "A login has at least one character and no spaces."),
        ({"login": "anna"}, "login", "Another user has this login."),
        ({"extension": "101"}, "extension", "This extension belongs to another user."),
        ({"extension": "12345"}, "extension", "An extension has one to four digits."),
        ({"extension": "١٢"}, "extension", "An extension has one to four digits."),
        ({"first_name": "", "last_name": ""}, "name", "Write a name or a last name."),
        ({"email": "nowhere"}, "email", "This is no e-mail address."),
        ({"email": "ANNA@example.org"}, "email", "Another user has this e-mail address."),
    ],
)
async def test_what_cannot_be_is_said_beside_its_field_and_what_was_typed_stays(
    house: Any, wrong: dict[str, str], field: str, sentence: str
) -> None:
    answer = await house.visitor(MARIA).post("/admin/users/new", **(NEW | wrong))

    assert 422 == answer.status_code
    assert sentence in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert field in answer.text
    assert [] == rows(house, users, users.c.login == "olga")
    assert "checked> Sales</label>" in answer.text


async def test_without_a_department_or_a_role_nobody_is_added(house: Any) -> None:
    answer = await house.visitor(MARIA).post("/admin/users/new", login="olga", first_name="Olga")

    assert 422 == answer.status_code
    assert "Choose at least one department." in answer.text
    assert "Choose at least one role; without any nothing can be seen." in answer.text


async def test_a_new_role_counts_at_once(house: Any) -> None:
    boris = house.visitor(BORIS)
    before = (await boris.get("/admin")).status_code

    fields = {"login": "boris", "first_name": "Boris", "last_name": "Klein", "extension": "102"}
    await house.visitor(MARIA).post(f"/admin/users/{BORIS}", **fields, **{"department.2": "on", "role.1": "on"})

    assert (403, 200) == (before, (await boris.get("/admin")).status_code)
    assert [1] == [row.role_id for row in rows(house, user_role, user_role.c.user_id == BORIS)]


async def test_the_last_administrator_stays_one(house: Any) -> None:
    maria = house.visitor(MARIA)
    fields = {"login": "admin", "first_name": "Maria", "department.1": "on", "role.4": "on"}

    answers = [await maria.post("/admin/users/1", **fields), await maria.post("/admin/users/1/dismiss")]

    assert [422, 422] == [answer.status_code for answer in answers]
    assert all("This is the last administrator." in answer.text for answer in answers)
    assert rows(house, users, users.c.id == MARIA)[0].is_admin


async def test_a_dismissed_user_is_out_at_once_and_can_be_taken_back(house: Any) -> None:
    maria, boris = house.visitor(MARIA), house.visitor(BORIS)

    await maria.post(f"/admin/users/{BORIS}/dismiss")
    out = (await boris.get("/calls")).status_code
    await maria.post(f"/admin/users/{BORIS}/take-back")

    assert (303, 200) == (out, (await boris.get("/calls")).status_code)


async def test_an_extension_that_was_given_away_is_told_when_its_first_owner_comes_back(house: Any) -> None:
    maria = house.visitor(MARIA)
    await maria.post(f"/admin/users/{BORIS}/dismiss")
    fields = {"login": "anna", "first_name": "Anna", "department.2": "on", "role.4": "on", "extension": "102"}
    taken = await maria.post(f"/admin/users/{ANNA}", **fields)

    assert 422 == taken.status_code
    assert "This extension belongs to another user." in taken.text


async def test_a_department_is_made_changed_and_removed_only_when_it_is_empty(house: Any) -> None:
    maria = house.visitor(MARIA)

    await maria.post("/admin/departments", name="Night shift", parent="2", head=str(BORIS))
    [made] = rows(house, department, department.c.name == "Night shift")
    loop = await maria.post("/admin/departments", department="2", name="Sales", parent=str(made.id))
    full = await maria.post("/admin/departments/2/remove")
    gone = await maria.post(f"/admin/departments/{made.id}/remove")

    assert (2, BORIS) == (made.parent, made.head)
    assert (422, "A department cannot lie below itself." in loop.text) == (loop.status_code, True)
    assert (422, "People belong to this department." in full.text) == (full.status_code, True)
    assert 303 == gone.status_code
    assert [] == rows(house, department, department.c.name == "Night shift")


async def test_a_line_is_added_renamed_and_taken_away(house: Any) -> None:
    maria = house.visitor(MARIA)

    await maria.post("/admin/lines", number="74959999999", name="Test line", source="WEB", create="on")
    [made] = rows(house, line, line.c.number == "74959999999")
    twice = await maria.post("/admin/lines", number="74959999999")
    await maria.post("/admin/lines", line=str(made.id), name="Renamed", source="nonsense")
    [renamed] = rows(house, line, line.c.id == made.id)
    await maria.post(f"/admin/lines/{made.id}/remove")

    assert ("Test line", "WEB", True) == (made.name, made.source_id, made.crm_auto_create)
    assert (422, "This line exists already." in twice.text) == (twice.status_code, True)
    assert ("Renamed", "", False) == (renamed.name, renamed.source_id, renamed.crm_auto_create)
    assert [] == rows(house, line, line.c.id == made.id)


async def test_a_number_on_the_exclusion_list_makes_no_client_in_any_writing(house: Any) -> None:
    maria = house.visitor(MARIA)

    await maria.post("/admin/exclusions", value="8 (916) 555-00-99", comment="advertising")
    again = await maria.post("/admin/exclusions", value="+79165550099")
    answer = await house.call(
        "telephony.externalCall.register", USER_ID=3, PHONE_NUMBER="+7 916 555 00 99", TYPE=2, CRM_CREATE=1
    )

    assert (422, "It is on the list already." in again.text) == (again.status_code, True)
    assert not answer.get("CRM_CREATED_LEAD")
    [one] = rows(house, exclusion)
    await maria.post(f"/admin/exclusions/{one.id}/remove")
    assert [] == rows(house, exclusion)


@pytest.mark.parametrize("value", ["", "   ", "...", "x" * 300 + "@y"])
async def test_nonsense_does_not_come_onto_the_exclusion_list(house: Any, value: str) -> None:
    answer = await house.visitor(MARIA).post("/admin/exclusions", value=value)

    assert 422 == answer.status_code
    assert [] == rows(house, exclusion)


@pytest.mark.parametrize("path", ["/admin/users/99", "/admin/users/99999999999999999999", "/admin/users/0"])
async def test_a_user_who_is_not_there_is_a_page_that_is_not_there(house: Any, path: str) -> None:
    assert 404 == (await house.visitor(MARIA).get(path)).status_code
