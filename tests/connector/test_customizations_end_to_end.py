"""Customizations in a running connector, judged by what stands in the portal, in the journal and on the status page."""

import asyncio
import sqlite3
import sys
import time

import msgspec
import pytest
from tests.hooks.calls import bare, replayed_rows

from cordboard.flow.questions import RunHook
from cordboard.hooks.answers import Customized

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(120)]

#: by the point it is asked at: what it answers; it notes what it was asked
RULES = """#!{python}
import json, os, sys, time
ANSWERS = {answers}
point = os.environ["CORDBOARD_POINT"]
for line in sys.stdin:
    question = json.loads(line)
    with open("asked.txt", "a") as file:
        print(point, question["payload"].get("call_stage", ""), *["dry"] * question["dry"], file=file)
    if ANSWERS[point] == "hang":
        time.sleep(60)
    print(json.dumps({{"id": question["id"], "data": ANSWERS[point], "state": "success"}}), flush=True)
"""


async def open_with(office, answers, *, ami=True):
    """Start the connector with customizations that give these answers, by point."""
    folder = office.folder / "hooks.d"
    folder.mkdir()
    program = folder / "rules"
    program.write_text(RULES.format(python=sys.executable, answers=answers))
    program.chmod(0o755)
    points = ", ".join(f'"{point}"' for point in answers)
    hooks = f'[hooks]\nfolder = "{folder}"\noff = []\n[[hook]]\npoint = [{points}]\nrun = ["rules"]\ntimeout = 1.0\n'
    office.configure(more=hooks, ami=ami)
    office.start_connector()
    await office.until_listening()


def asked(office):
    return (office.folder / "hooks.d/asked.txt").read_text().split("\n")[:-1]


def runs(office):
    """Every run of a customization in the journal: point, and how each went."""
    with sqlite3.connect(office.folder / "connector.db") as database:
        rows = database.execute(
            "select question, answer from entry where kind = ? order by run_id, number", ["RunHook"]
        )
        return [
            (msgspec.json.decode(question, type=RunHook), msgspec.json.decode(answer, type=Customized))
            for question, answer in rows
        ]


async def test_what_customizations_change_stands_in_the_portal_and_every_run_in_the_journal(office):
    answers = {
        "process_registration_params": {"CRM_SOURCE": "WEB"},
        "customize_show_call_card": {"USER_ID": [3]},
        "process_final_params": {"USER_ID": 4, "ADD_TO_CHAT": None},
        "customize_entity": {"TITLE": "Called"},
        "customize_activity": {"SUBJECT": "Told by a rule"},
        "post_registration": {},
    }
    await open_with(office, answers)

    await office.play("in-answered", exchange={"79161234567": "79265550001"})
    status = await office.until_delivered(1)

    [row] = await office.finished()
    assert "4" == row["PORTAL_USER_ID"]
    lead = await office.ask("crm.lead.get", id=row["CRM_ENTITY_ID"])
    assert ("Called", "WEB") == (lead["TITLE"], lead["SOURCE_ID"])
    activity = await office.ask("crm.activity.get", id=row["CRM_ACTIVITY_ID"])
    assert "Told by a rule" == activity["SUBJECT"]
    # the card came by a request of its own, to whom the rule named
    assert ["register", "show"] == office.gateway.about_calls[:2] or "show" in office.gateway.requests
    assert {"changed", "unchanged"} == {run.outcome for _, answer in runs(office) for run in answer.runs}
    for question, answer in runs(office):
        assert answer.runs[0].milliseconds > 0
        assert question.payload["call_full"]["channel"]["id"] == row["EXTERNAL_CALL_ID"].removeprefix("main-")
    last = next(question for question, _ in runs(office) if question.point == "customize_activity")
    full = last.payload["call_full"]
    assert ("lead", row["CRM_ENTITY_ID"]) == (full["entity"]["type"], full["entity"]["id"])
    assert row["CRM_ACTIVITY_ID"] == full["registration"]["activity_id"] == last.payload["activity"]["id"]
    [talk] = full["conversations"].values()
    assert "2" == talk["user"]["raw"]["ID"]
    counted = {entry["point"]: entry["runs"] for entry in status["hooks"]}
    assert counted["process_final_params"] == 1


async def test_a_registration_cancelled_by_a_customization_leaves_nothing_in_the_portal_and_says_so(office):
    await open_with(office, {"process_registration_params": {}})

    await office.play("in-answered")
    await office.until(lambda status: status["connections"]["portal"]["cancelled"] == 1)

    assert [] == await office.finished()
    assert not {"register", "finish", "show"} & set(office.gateway.requests)
    assert "cancelled by customization" in office.logged()
    with sqlite3.connect(office.folder / "connector.db") as database:
        [[outcome]] = database.execute("select outcome from run").fetchall()
    assert b"cancelled by customization, process_registration_params" in outcome


async def test_a_customization_that_hangs_lets_the_call_be_told_with_its_own_values_after_the_time_limit(office):
    await open_with(office, {"process_registration_params": "hang", "process_final_params": {"USER_ID": 4}})
    began = time.monotonic()

    await office.play("in-answered")
    status = await office.until_delivered(1)

    assert time.monotonic() - began < 20
    [row] = await office.finished()
    assert ("4", "200") == (row["PORTAL_USER_ID"], row["CALL_FAILED_CODE"])
    failed = {entry["point"]: (entry["failed"], entry["last_failure"]) for entry in status["hooks"]}
    assert (1, "no answer within 1 s") == failed["process_registration_params"]


async def test_what_a_customization_did_outside_is_not_done_again_after_a_restart(office):
    await open_with(office, {"post_registration": {}})

    playing = asyncio.create_task(office.play("in-answered", speed=2.0))
    await office.until(lambda status: status["connections"]["portal"]["registered"] == 1)
    await asyncio.sleep(0.3)
    office.connector.kill()
    office.start_connector()
    await playing
    await office.until_delivered(1)

    assert ["post_registration conversation_requested"] == asked(office)
    assert 1 == len(await office.finished())


async def test_call_full_in_a_running_connector_is_the_object_that_replay_prints_at_that_stage(office):
    await open_with(office, {"need_registration": {"result": True}, "process_final_params": {}}, ami=False)

    await office.play("in-group-answered")
    await office.until(lambda status: status["connections"]["portal"]["cancelled"] == 1)

    printed = [(stage, bare(full)) for stage, full in replayed_rows(office.pbx.csv_path, office.config)]
    payloads = [question.payload for question, _ in runs(office)]
    assert "call_ended" in {payload.get("call_stage") for payload in payloads}
    for payload in payloads:
        assert (payload.get("call_stage", "call_ended"), bare(payload["call_full"])) in printed


async def test_a_connection_that_observes_asks_customizations_dry(office, monkeypatch):
    monkeypatch.setenv("CORDBOARD_CRM__0__MODE", "observe")
    await open_with(office, {"process_registration_params": {"CRM_SOURCE": "WEB"}})

    await office.play("in-answered")
    await office.until_delivered(1)

    assert ["process_registration_params conversation_requested dry"] == asked(office)
    assert [] == await office.finished()


async def test_our_own_rules_hold_in_a_running_connector(office):
    office.configure(
        more='[[numbers.replace]]\npattern = "^7(\\\\d{10})$"\nsubstitution = "8$1"\n'
        '[register]\nskip_clients = ["9265550009$"]\n'
        '[[line]]\nnumber = "74951000001"\nsource = "WEB"\n'
    )
    office.start_connector()
    await office.until_listening()

    await office.play("in-answered", exchange={"79161234567": "79265550009"})
    await office.play("in-answered", exchange={"79161234567": "79265550001"})
    await office.until_delivered(2)

    [row] = await office.finished()
    assert "89265550001" == row["PHONE_NUMBER"]
    lead = await office.ask("crm.lead.get", id=row["CRM_ENTITY_ID"])
    assert "WEB" == lead["SOURCE_ID"]
