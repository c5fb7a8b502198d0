"""The desk of a card: make or choose the client, the next step, what the exchange is asked."""

from typing import Any

import pytest
from sqlalchemy import select

from cordboard.portal.tables import event_outbox, exclusion, task

pytestmark = pytest.mark.anyio

BORIS, CARLA, MARIA = 3, 4, 1
NINA = "+79162000000"


async def ring(house: Any, **params: Any) -> str:
    return await house.register(USER_ID=BORIS, CRM_CREATE=0, LINE_NUMBER="74951000009", **params)


async def tell(house: Any, call: str, user: int = BORIS, state: str = "talking", **more: Any) -> None:
    talk = {"ID": "c1", "USER_ID": user, "STATE": state, "RANG_AT": 1, "ANSWERED_AT": 2}
    values = {"PBX": "main", "LINKEDID": call, "SEQ": 5, "AT": "", "CALL_ID": call, "PLACE": "talking"}
    await house.call("cordboard.call.state", **values, CONVERSATIONS=[talk], **more)


async def hello(house: Any, *actions: str) -> None:
    address = "http://connector.example/events/portal"
    await house.call("cordboard.connector.hello", PBX=["main"], ACTIONS=list(actions), EVENTS_URL=address)


async def test_an_unknown_caller_becomes_a_contact_that_the_call_belongs_to(house: Any):
    boris, call = house.visitor(BORIS), await ring(house)

    answer = await boris.post(f"/cards/{call}/do/contact", name="Rosa Lind Berg")
    await house.finish(call)

    assert (200, "New contact: Rosa Lind Berg") == (answer.status_code, answer.text)
    found = (await house.call("crm.contact.list", filter={"NAME": "Rosa"}, select=["*", "PHONE"]))[0]
    assert ("Lind Berg", str(BORIS)) == (found["LAST_NAME"], found["ASSIGNED_BY_ID"])
    assert "+79161230000" == found["PHONE"][0]["VALUE"]
    record = (await house.call("voximplant.statistic.get", FILTER={"CALL_ID": call}))[0]
    assert ("CONTACT", found["ID"]) == (record["CRM_ENTITY_TYPE"], str(record["CRM_ENTITY_ID"]))


async def test_a_lead_that_the_call_made_by_itself_only_gets_its_name(house: Any):
    boris = house.visitor(BORIS)
    call = await house.register(USER_ID=BORIS)
    before = len(await house.call("crm.lead.list"))

    answer = await boris.post(f"/cards/{call}/do/lead", name="Rosa Lind")

    assert "The lead has a name now: Rosa Lind" == answer.text
    leads = await house.call("crm.lead.list", order={"ID": "DESC"})
    assert (before, "Rosa") == (len(leads), leads[0]["NAME"])


async def test_a_form_without_a_name_comes_back_and_says_which_field(house: Any):
    boris, call = house.visitor(BORIS), await ring(house)

    answer = await boris.post(f"/cards/{call}/do/contact", name=" ")

    assert 422 == answer.status_code
    assert "Write a name." in answer.text
    assert 'aria-invalid="true"' in answer.text


async def test_a_number_that_somebody_has_is_said_before_it_is_made_twice(house: Any):
    boris, call = house.visitor(BORIS), await ring(house, PHONE_NUMBER=NINA)

    form = (await boris.get(f"/cards/{call}/desk/contact")).text

    assert "This number is known already" in form
    assert "Nina Berg" in form


async def test_a_call_without_a_client_that_is_linked_after_its_end_gets_its_activity(house: Any):
    boris, call = house.visitor(BORIS), await ring(house, PHONE_NUMBER="+79990000001")
    await house.finish(call)

    answer = await boris.post(f"/cards/{call}/do/link", kind="CONTACT", id="1")

    assert 200 == answer.status_code
    record = (await house.call("voximplant.statistic.get", FILTER={"CALL_ID": call}))[0]
    assert ("CONTACT", "1") == (record["CRM_ENTITY_TYPE"], str(record["CRM_ENTITY_ID"]))
    activity = await house.call("crm.activity.get", id=record["CRM_ACTIVITY_ID"])
    assert ("DEAL" if activity["OWNER_TYPE_ID"] == "2" else "CONTACT") in ("DEAL", "CONTACT")
    assert call in (await boris.get("/contact/1")).text or "Incoming from" in (await boris.get("/contact/1")).text


async def test_linking_to_a_client_that_is_gone_changes_nothing(house: Any):
    boris, call = house.visitor(BORIS), await ring(house)

    answer = await boris.post(f"/cards/{call}/do/link", kind="CONTACT", id="999999")

    assert (409, "This client is not there any more.") == (answer.status_code, answer.text)


@pytest.mark.parametrize(("when", "hours"), [("hour", 1), ("week", 168)])
async def test_a_next_step_is_a_task_of_who_pressed_about_the_client(house: Any, when: str, hours: int):
    boris, call = house.visitor(BORIS), await ring(house, PHONE_NUMBER=NINA)

    await boris.post(f"/cards/{call}/do/task", title="Send the offer", when=when)

    row = house.portal.store.read_sync(lambda c: c.execute(select(task).order_by(task.c.id.desc())).first())
    assert ("Send the offer", BORIS, ["C_1"]) == (row.title, row.responsible_id, row.crm)
    assert row.deadline == round(house.clock().timestamp() + hours * 3600) * 1_000_000


async def test_a_next_step_without_a_readable_day_is_refused_and_the_title_stays(house: Any):
    boris, call = house.visitor(BORIS), await ring(house)

    answer = await boris.post(f"/cards/{call}/do/task", title="Send the offer", when="own", own="soon")

    assert 422 == answer.status_code
    assert "Send the offer" in answer.text
    assert "Choose a day and an hour." in answer.text


async def test_spam_goes_onto_the_exclusion_list_once(house: Any):
    boris, call = house.visitor(BORIS), await ring(house, PHONE_NUMBER="+79990000001")

    answers = [(await boris.post(f"/cards/{call}/do/spam")).status_code for _ in range(2)]

    rows = house.portal.store.read_sync(lambda c: c.execute(select(exclusion)).all())
    assert [200, 409] == answers
    assert ["79990000001"] == [row.key for row in rows]


async def test_only_an_administrator_takes_a_lead_back(house: Any):
    maria, boris = house.visitor(MARIA), house.visitor(BORIS)
    call = await house.register(USER_ID=BORIS)
    await house.call("telephony.externalCall.show", CALL_ID=call, USER_ID=MARIA)
    before = len(await house.call("crm.lead.list"))

    answers = [(await who.post(f"/cards/{call}/do/undo")).status_code for who in (boris, maria)]

    assert [409, 200] == answers
    assert before - 1 == len(await house.call("crm.lead.list"))


async def test_somebody_elses_card_is_nobodys_desk(house: Any):
    carla, call = house.visitor(CARLA), await ring(house)

    for path in (f"/cards/{call}/do/contact", f"/cards/{call}/do/hangup"):
        assert 409 == (await carla.post(path, name="x")).status_code
    assert 409 == (await carla.get(f"/cards/{call}/desk/contact")).status_code


async def test_a_form_of_another_site_does_nothing(house: Any):
    boris, call = house.visitor(BORIS), await ring(house)
    boris.form_token = "guessed"

    assert 403 == (await boris.post(f"/cards/{call}/do/contact", name="x")).status_code


async def test_a_button_of_the_card_is_an_event_to_the_connector_that_follows_the_call(house: Any):
    boris, call = house.visitor(BORIS), await ring(house)
    await hello(house, "hangup", "transfer")
    await tell(house, call)

    answer = await boris.post(f"/cards/{call}/do/transfer", to="105 Eva Smith", note="wants a refund")

    assert (200, "The call goes to 105.") == (answer.status_code, answer.text)
    row = house.portal.store.read_sync(
        lambda c: c.execute(select(event_outbox).where(event_outbox.c.event == "ONCORDBOARDCALLCOMMAND")).one()
    )
    for told in ('"COMMAND":"transfer"', '"TO":"105"', '"NOTE":"wants a refund"', '"CONVERSATION":"c1"', call):
        assert told in row.data


async def test_a_button_that_the_exchange_does_not_know_is_not_shown_and_not_sent(house: Any):
    boris, call = house.visitor(BORIS), await ring(house)
    await hello(house, "hangup")
    await tell(house, call)

    answer = await boris.post(f"/cards/{call}/do/park")

    page = (await boris.get("/calls")).text
    assert 409 == answer.status_code
    assert 'data-do="hangup"' in page
    assert 'data-do="park"' not in page


async def test_who_pressed_is_told_why_the_exchange_could_not(house: Any):
    boris, carla, call = house.visitor(BORIS), house.visitor(CARLA), await ring(house)
    await hello(house, "hangup")
    await tell(house, call)
    async with boris.live("/calls") as his, carla.live("/calls") as hers:
        await his.heard()
        await hers.heard()
        await boris.post(f"/cards/{call}/do/hangup")
        command = next(iter(house.portal.live._commands))

        await house.call("cordboard.command.failed", COMMAND_ID=command, REASON="the channel is gone")

        told = [one["text"] for one in await his.heard() if one.get("signal") == "notice"]
        other = [one for one in await hers.heard() if one.get("signal") == "notice"]
    assert ["The exchange could not do it: the channel is gone"] == told
    assert [] == other
