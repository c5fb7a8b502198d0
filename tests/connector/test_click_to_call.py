"""A click in the portal becomes one call of the exchange, and is finished there whatever becomes of it."""

import asyncio
import sys

import pytest
from clicking import ANNA, CLIENT, ClickingOffice

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(90)]


@pytest.fixture
async def office(tmp_path):
    office = ClickingOffice(tmp_path)
    await office.gateway.start()
    await office.pbx.start()
    office.start_portal()
    yield office
    await office.close()


async def opened(office, **configured):
    office.configure(**configured)
    office.start_connector()
    if configured.get("ami", True):
        await office.until_listening()
    await office.until_greeted()


async def test_a_click_is_one_outgoing_call_that_only_needs_to_be_finished(office):
    office.exchange_makes("click-to-call")
    await opened(office)

    call_id = await office.click()
    row = await office.until_finished(call_id)
    await asyncio.sleep(0.5)

    [originate] = office.originates
    sent = {key: originate.get(key) for key in ("Channel", "Exten", "Context", "CallerID", "Async", "Variable")}
    assert {
        "Channel": "PJSIP/101",
        "Exten": "79161234567",
        "Context": "from-internal",
        "CallerID": "79161234567 <101>",
        "Async": "true",
        "Variable": f"CRM_CALL_ID={call_id}",
    } == sent
    assert 8 <= len(originate.get("ChannelId")) <= 20
    assert ("1", str(ANNA), "200") == (row["CALL_TYPE"], row["PORTAL_USER_ID"], row["CALL_FAILED_CODE"])
    assert int(row["CALL_DURATION"]) > 0
    assert [] == await office.finished()  # no second call under an id of the exchange
    assert "register" not in office.gateway.requests
    assert 1 == office.gateway.requests.count("finish")


async def test_a_call_that_never_reaches_the_client_is_finished_with_the_reason(office):
    await opened(office)

    office.exchange_makes("click-to-call-ignored", picked_up=False, linkedid="1795303970.0")
    ignored = await office.until_finished(await office.click())
    office.exchange_fails()
    no_telephone = await office.until_finished(await office.click())
    office.pbx.actions.clear()
    refused = await office.until_finished(await office.click())
    nobodys = await office.until_finished(await office.click(user=1))

    rows = [ignored, no_telephone, refused, nobodys]
    assert ["603-S", "603-S", "503", "603-S"] == [row["CALL_FAILED_CODE"] for row in rows]
    assert ["0"] * 4 == [row["CALL_DURATION"] for row in rows]
    assert {"asked": 4, "originated": 2, "not_made": 3} == {
        name: (await office.status())["clicks"][name] for name in ("asked", "originated", "not_made")
    }
    assert [str(ANNA)] * 3 + ["1"] == [row["PORTAL_USER_ID"] for row in rows]
    assert 4 == office.gateway.requests.count("finish")
    assert [] == await office.finished()


def event_of(token, call_id="externalCall.1", **data):
    data = {"PHONE_NUMBER": CLIENT, "USER_ID": str(ANNA), "CALL_ID": call_id, **data}
    form = {f"data[{key}]": value for key, value in data.items()}
    return {"event": "ONEXTERNALCALLSTART", "auth[application_token]": token, **form}


async def test_an_event_is_taken_with_the_right_token_alone_and_once(office):
    office.exchange_makes("click-to-call")
    await opened(office, more='application_token = "the-right-one"\n')
    call_id = (
        await office.ask(
            "telephony.externalCall.register", USER_ID=ANNA, PHONE_NUMBER=CLIENT, TYPE=1, CRM_CREATE=0, SHOW=0
        )
    )["CALL_ID"]

    wrong = [await office.send_event(event_of(token, call_id)) for token in ("the-wrong-one", "")]
    elsewhere = await office.send_event(event_of("the-right-one", call_id), connection="other")
    unclear = await office.send_event({**event_of("the-right-one"), "data[CALL_ID]": ""})
    right = [await office.send_event(event_of("the-right-one", call_id)) for _ in range(3)]
    row = await office.until_finished(call_id)
    late = await office.send_event(event_of("the-right-one", call_id))
    await asyncio.sleep(1)

    assert ([403, 403], 404, 400, [200] * 3, 200) == (wrong, elsewhere, unclear, right, late)
    assert "200" == row["CALL_FAILED_CODE"]
    assert 1 == len(office.originates)
    assert "an event was not accepted" in office.logged()
    assert not [word for word in ("the-right-one", "the-wrong-one") if word in office.logged()]


async def test_a_click_where_no_exchange_takes_actions_is_finished_too(office):
    await opened(office, ami=False, more='application_token = "t"\n')
    asked = {"USER_ID": ANNA, "PHONE_NUMBER": CLIENT, "TYPE": 1, "CRM_CREATE": 0, "SHOW": 0}
    call_id = (await office.ask("telephony.externalCall.register", **asked))["CALL_ID"]

    status = await office.send_event(event_of("t", call_id))
    row = await office.until_finished(call_id)

    assert (200, "503") == (status, row["CALL_FAILED_CODE"])


#: the employee has a second to pick up
QUICK = "[pbx.originate]\ntimeout = 1\n"


@pytest.mark.parametrize("lanes", ["both", "live"])
async def test_a_click_taken_before_a_kill_is_asked_for_once_and_finished(office, lanes):
    # the exchange never begins the call, nor says that it failed: only time can tell
    async def swallow(action):
        office.originates.append(action)

    office.pbx.actions["originate"] = swallow
    await opened(office, cel=lanes == "both", more=QUICK)
    call_id = await office.click()
    async with asyncio.timeout(10):
        while not office.originates:
            await asyncio.sleep(0.02)

    office.connector.kill()
    office.start_connector()
    row = await office.until_finished(call_id, within=50)

    assert 1 == len(office.originates)
    assert "603-S" == row["CALL_FAILED_CODE"]
    assert 1 == office.gateway.requests.count("finish")


async def test_a_call_that_goes_on_while_we_are_killed_is_finished_as_it_went(office):
    office.exchange_makes("click-to-call", speed=1.0)
    await opened(office)
    call_id = await office.click()
    async with asyncio.timeout(10):
        while not office.originates:
            await asyncio.sleep(0.02)
    await asyncio.sleep(2.5)

    office.connector.kill()
    office.start_connector()
    row = await office.until_finished(call_id)

    assert ("200", str(ANNA)) == (row["CALL_FAILED_CODE"], row["PORTAL_USER_ID"])
    assert 1 == len(office.originates)
    assert "register" not in office.gateway.requests


async def test_somebody_who_asks_to_be_called_back_is_called_by_whoever_is_responsible_for_them(office):
    office.exchange_makes("click-to-call")
    await opened(office, more='application_token = "t"\n')
    phone = [{"VALUE": CLIENT, "VALUE_TYPE": "WORK"}]
    await office.ask("crm.contact.add", fields={"NAME": "Ada", "ASSIGNED_BY_ID": ANNA, "PHONE": phone})
    data = {"PHONE_NUMBER": CLIENT, "LINE_NUMBER": "74951000001", "TEXT": "Call me"}
    form = {f"data[{key}]": value for key, value in data.items()} | {"event": "ONEXTERNALCALLBACKSTART", "ts": "1"}

    whose = await office.responsible(CLIENT)
    statuses = [await office.send_event({**form, "auth[application_token]": "t"}) for _ in range(2)]
    rows = await office.until_in_portal(len, "voximplant.statistic.get", FILTER={"CALL_TYPE": 4})

    assert "101;Ada" == whose
    assert [200, 200] == statuses
    assert ["PJSIP/101"] == [action.get("Channel") for action in office.originates]
    assert [("4", "200", "CONTACT", str(ANNA))] == [
        (row["CALL_TYPE"], row["CALL_FAILED_CODE"], row["CRM_ENTITY_TYPE"], row["PORTAL_USER_ID"]) for row in rows
    ]


#: nobody calls a number that ends with 0; others are dialled with a 9
RULE = """#!{python}
import json, sys
for line in sys.stdin:
    question = json.loads(line)
    number = question["payload"]["params"]["extension"]
    data = {{}} if number.endswith("0") else {{"extension": "9" + number}}
    print(json.dumps({{"id": question["id"], "data": data, "state": "success"}}), flush=True)
"""


async def test_a_customization_changes_what_is_dialled_or_forbids_the_call(office):
    office.exchange_makes("click-to-call")
    rule = office.folder / "rule"
    rule.write_text(RULE.format(python=sys.executable))
    rule.chmod(0o755)
    hook = f'[hooks]\nfolder = "{office.folder}"\n[[hook]]\npoint = "process_originate_params"\nrun = ["rule"]\n'
    await opened(office, more=hook)

    changed = await office.until_finished(await office.click())
    forbidden = await office.until_finished(await office.click("+79161234560"))

    assert ["979161234567"] == [action.get("Exten") for action in office.originates]
    assert ["200", "603-S"] == [changed["CALL_FAILED_CODE"], forbidden["CALL_FAILED_CODE"]]
    assert "cancelled by customization, process_originate_params" in office.logged()
