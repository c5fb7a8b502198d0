"""Clients: fields changed in place, notes, tasks, new ones, and contacts from a file."""

from typing import Any

import pytest

pytestmark = pytest.mark.anyio

ANNA, BORIS = 2, 3


async def phone_row(house: Any, contact: int = 1) -> str:
    return (await house.call("crm.contact.get", id=contact))["PHONE"][0]["ID"]


async def test_a_field_is_changed_by_the_very_method_that_programs_use(house: Any):
    boris = house.visitor(BORIS)

    answer = await boris.post("/client/CONTACT/1/edit/POST", before="Buyer", value="Head <b>of</b> buying")

    contact = await house.call("crm.contact.get", id=1)
    assert (200, "Saved") == (answer.status_code, answer.text)
    assert ("Head <b>of</b> buying", str(BORIS)) == (contact["POST"], contact["MODIFY_BY_ID"])
    assert "Head &lt;b&gt;of&lt;/b&gt; buying" in (await boris.get("/contact/1")).text


async def test_who_was_slower_sees_the_others_value_and_writes_over_it_only_knowingly(house: Any):
    boris = house.visitor(BORIS)
    await house.call("crm.contact.update", id=1, fields={"POST": "Director"})

    first = await boris.post("/client/CONTACT/1/edit/POST", before="Buyer", value="Clerk")
    unchanged = (await house.call("crm.contact.get", id=1))["POST"]
    second = await boris.post("/client/CONTACT/1/edit/POST", before="Director", value="Clerk")

    assert 422 == first.status_code
    assert "Meanwhile this became “Director”" in first.text
    assert 'name="before" value="Director"' in first.text
    assert 'value="Clerk"' in first.text
    assert "Director" == unchanged
    assert (200, "Clerk") == (second.status_code, (await house.call("crm.contact.get", id=1))["POST"])


async def test_a_number_is_changed_added_and_removed(house: Any):
    boris = house.visitor(BORIS)
    row = await phone_row(house)
    await boris.post(f"/client/CONTACT/1/edit/PHONE:{row}", before="+79162000000", value="+79162000099")
    await boris.post("/client/CONTACT/1/edit/PHONE:", before="", value="+79165550001")

    numbers = [one["VALUE"] for one in (await house.call("crm.contact.get", id=1))["PHONE"]]
    await boris.post(f"/client/CONTACT/1/edit/PHONE:{row}", before="+79162000099", value="")
    left = [one["VALUE"] for one in (await house.call("crm.contact.get", id=1))["PHONE"]]

    assert ["+79162000099", "+79165550001"] == numbers
    assert ["+79165550001"] == left


@pytest.mark.parametrize(
    "path", ["/client/CONTACT/1/edit/ID", "/client/NOBODY/1/edit/NAME", "/client/LEAD/999/edit/NAME"]
)
async def test_what_is_no_field_of_a_page_has_no_editor(house: Any, path: str):
    boris = house.visitor(BORIS)

    assert [404, 404] == [(await boris.get(path)).status_code, (await boris.post(path, value="x")).status_code]


async def test_a_stage_is_chosen_from_the_list_of_its_kind(house: Any):
    boris = house.visitor(BORIS)

    editor = (await boris.get("/client/DEAL/1/edit/STAGE_ID")).text

    assert "Deal won" in editor
    before = (await house.call("crm.deal.get", id=1))["STAGE_ID"]
    await boris.post("/client/DEAL/1/edit/STAGE_ID", before=before, value="WON")
    deal = await house.call("crm.deal.get", id=1)
    assert ("WON", "Y") == (deal["STAGE_ID"], deal["CLOSED"])


async def test_a_note_and_a_task_stand_on_the_page_of_their_client(house: Any):
    boris = house.visitor(BORIS)
    await boris.post("/client/CONTACT/1/note", text="Wants <i>chairs</i>")
    await boris.post("/client/CONTACT/1/task", title="Send the offer", when="tomorrow")

    page = (await boris.get("/contact/1")).text
    only_calls = (await boris.get("/contact/1?show=calls")).text

    assert "Wants &lt;i&gt;chairs&lt;/i&gt;" in page
    assert "Send the offer" in page
    assert "chairs" not in only_calls


async def test_a_task_is_done_and_open_again(house: Any):
    boris = house.visitor(BORIS)
    await boris.post("/tasks/new", title="Send the offer", when="hour")
    number = (await boris.get("/tasks")).text.split('data-tick="')[1].split('"')[0]

    await boris.post(f"/tasks/{number}/done")
    done = [("Send the offer" in (await boris.get(path)).text) for path in ("/tasks", "/tasks?show=done")]
    await boris.post(f"/tasks/{number}/open")

    assert [False, True] == done
    assert "Send the offer" in (await boris.get("/tasks")).text


async def test_tasks_are_mine_unless_everybodys_are_asked_for(house: Any):
    await house.visitor(ANNA).post("/tasks/new", title="Hers", when="hour")
    boris = house.visitor(BORIS)

    assert [False, True] == ["Hers" in (await boris.get(path)).text for path in ("/tasks", "/tasks?whose=all")]


async def test_a_new_contact_without_a_name_comes_back_with_what_was_typed(house: Any):
    boris = house.visitor(BORIS)

    answer = await boris.post("/contact/new", NAME="", PHONE="+79165550001")

    assert 422 == answer.status_code
    assert "Write a name." in answer.text
    assert 'value="+79165550001"' in answer.text


async def test_a_new_contact_whose_number_is_known_is_asked_about_once(house: Any):
    boris = house.visitor(BORIS)
    form = {"NAME": "Nina", "PHONE": "8 (916) 200-00-00"}

    first = await boris.post("/contact/new", **form)
    second = await boris.post("/contact/new", anyway="1", **form)

    assert (422, 303) == (first.status_code, second.status_code)
    assert "This number is known already" in first.text


async def test_contacts_come_from_a_file_once_however_often_it_is_brought_in(house: Any):
    boris = house.visitor(BORIS)
    text = "ФИО;Телефон;Город\nРоза Линд;+7 916 555-00-01;Москва\n;+79165550002;x\nNina Berg;89162000000;y\n"
    results = []
    for _ in range(2):
        files = {"file": ("contacts.csv", text.encode("cp1251"), "text/csv")}
        looked = await boris.http.post("/contacts/import", data={"form_token": boris.form_token}, files=files)
        assert "Роза Линд" in looked.text
        token = looked.text.split('name="token" value="')[1].split('"')[0]
        columns = {"column-0": "FULL_NAME", "column-1": "PHONE", "column-2": ""}
        results.append((await boris.post("/contacts/import/go", token=token, **columns)).text)

    assert "1 new contact" in results[0]
    assert "1 row was known already" in results[0]
    assert "lines 3" in results[0]
    assert "0 new contacts" in results[1]
    found = (await house.call("crm.contact.list", filter={"NAME": "Роза"}, select=["LAST_NAME", "PHONE"]))[0]
    assert ("Линд", "+7 916 555-00-01") == (found["LAST_NAME"], found["PHONE"][0]["VALUE"])


async def test_a_file_that_is_no_table_and_a_file_of_somebody_else_are_refused_in_words(house: Any):
    boris, anna = house.visitor(BORIS), house.visitor(ANNA)
    files = {"file": ("x.csv", b"", "text/csv")}
    empty = await boris.http.post("/contacts/import", data={"form_token": boris.form_token}, files=files)
    files = {"file": ("x.csv", b"Name\nNina\n", "text/csv")}
    looked = await boris.http.post("/contacts/import", data={"form_token": boris.form_token}, files=files)
    token = looked.text.split('name="token" value="')[1].split('"')[0]

    other = await anna.post("/contacts/import/go", token=token, **{"column-0": "NAME"})

    assert (422, 422) == (empty.status_code, other.status_code)
    assert "The file is empty." in empty.text
    assert "This file is forgotten already." in other.text


async def test_a_click_on_a_number_without_a_line_says_what_to_do(house: Any):
    answer = await house.visitor(BORIS).post("/click", number="+79162000000", kind="CONTACT", id="1")

    assert (409, "There is no line to call out by. Choose one in your settings.") == (answer.status_code, answer.text)


async def test_a_click_on_a_number_rings_through_the_line_of_the_user(house: Any):
    await house.call("user.update", ID=BORIS, UF_VI_BACKPHONE="74951000009")

    answer = await house.visitor(BORIS).post("/click", number="+79162000000", kind="CONTACT", id="1")

    assert (200, "Pick up your phone, then the other one rings.") == (answer.status_code, answer.text)
    assert "Calling…" in (await house.visitor(BORIS).get("/calls")).text
