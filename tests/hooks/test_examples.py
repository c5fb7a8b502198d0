"""The examples of docs/how-to/customizations, run as a site runs them: each does what its page says."""

import os
import re
import shutil
from pathlib import Path

import pytest
from aiohttp import web
from tests.hooks.calls import replayed
from tests.hooks.conftest import needs_php

pytestmark = pytest.mark.anyio

EXAMPLES = Path(__file__).parents[2] / "docs/how-to/customizations"


def call(capture="in-answered", stage="call_ended", **changes):
    """A captured call as `replay` prints it, with the facts of a portal."""
    full = next(full for name, full in replayed(capture) if name == stage)
    return {**full, **changes}


def ended(capture, **changes):
    return {"call_full": call(capture, **changes), "call_stage": "call_ended"}


def install(folder, name, env=None):
    """Put an example to use."""
    point = name.partition(".")[0]
    if name.endswith(".php"):
        folder.hook(point, php=str(EXAMPLES / name))
    elif os.access(EXAMPLES / name, os.X_OK):
        folder.hook(point, run=(str(EXAMPLES / name),), env=env or {})
    else:
        folder.hook(point, python=f"{EXAMPLES / name}:{point}")
    return point, folder.customizations()


async def answer_of(folder, name, payload, **env):
    point, made = install(folder, name, env)
    answer = await made.ask(point, payload, dry=False)
    assert answer.runs[0].reason == "", answer.runs
    return answer


def listed(number, extension="101"):
    full = call()
    for talk in full["conversations"].values():
        talk["channel"]["to"]["original"] = extension
    full["channel"]["trunk"]["original"] = number
    return {"call_full": full, "call_stage": "conversation_requested"}


@needs_php
@pytest.mark.parametrize(
    ("line", "extension", "needed"),
    [("74951000001", "101", True), ("74951000009", "101", False), ("74951000001", "105", False)],
)
async def test_black_and_white_lists_by_extension_and_line(folder, line, extension, needed):
    answer = await answer_of(folder, "need_registration.php", listed(line, extension))

    assert needed == answer.params.get("result", True)


@pytest.mark.parametrize(("black", "needed"), [("79161234567", False), ("79160000000", True)])
async def test_the_black_list_of_the_pbx_holds_for_the_crm_too(folder, tmp_path, black, needed):
    (tmp_path / "blacklist").write_text(f"79991112233\n{black}\n")

    answer = await answer_of(
        folder, "need_registration.sh", ended("in-answered"), BLACKLIST=str(tmp_path / "blacklist")
    )

    assert needed == answer.params["result"]


@pytest.mark.parametrize(("pbx", "crm"), [("5101", "101"), ("101", "101")])
async def test_the_crm_has_other_extensions_than_the_pbx(folder, pbx, crm):
    answer = await answer_of(folder, "process_user_phone.py", {"phone": pbx, **ended("in-answered")})

    assert crm == answer.params["phone"]


@pytest.mark.parametrize(("pbx", "crm"), [("+79161234567", "89161234567"), ("101", "101")])
async def test_the_crm_writes_numbers_in_another_way(folder, pbx, crm):
    answer = await answer_of(folder, "process_client_phone.sh", {"phone": pbx, **ended("in-answered")})

    assert crm == answer.params["phone"]


async def test_the_source_of_a_new_client_depends_on_the_line(folder):
    payload = {"LINE_NUMBER": "+74951000002", "USER_ID": 2, **ended("in-answered")}

    answer = await answer_of(folder, "process_registration_params.py", payload)

    assert {"LINE_NUMBER": "+74951000002", "USER_ID": 2, "CRM_SOURCE": "ADVERTISING"} == answer.params


@pytest.mark.parametrize(
    ("capture", "lead"),
    [("in-caller-gives-up", {"phone": "79161234567", "line": "74951000001", "is_ivr": False}), ("in-answered", None)],
)
async def test_a_lead_is_made_elsewhere_for_each_missed_call(folder, capture, lead):
    made = []

    async def take(request):
        made.append(await request.json())
        return web.json_response({})

    app = web.Application()
    app.router.add_post("/leads", take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/leads"

    answer = await answer_of(folder, "post_registration.js", ended(capture), LEADS_URL=url)

    await runner.cleanup()
    assert [lead] * bool(lead) == made
    assert {} == answer.params


@pytest.mark.parametrize(("away", "seen"), [("3\n", [2]), ("2\n3\n", None)])
async def test_no_card_for_those_who_are_away(folder, tmp_path, away, seen):
    (tmp_path / "away.txt").write_text(away)
    payload = {"CALL_ID": "call-1", "USER_ID": [2, 3], **ended("in-answered")}

    answer = await answer_of(folder, "customize_show_call_card.js", payload, AWAY=str(tmp_path / "away.txt"))

    assert (None if answer.cancelled else answer.params["USER_ID"]) == seen


@needs_php
@pytest.mark.parametrize(("status", "user"), [("304", 4), ("200", 2)])
async def test_a_missed_call_belongs_to_the_default_responsible_of_its_line(folder, status, user):
    payload = {"CALL_ID": "call-1", "USER_ID": 2, "STATUS_CODE": status, "call_full": call("in-caller-gives-up")}

    answer = await answer_of(folder, "process_final_params.php", payload)

    assert user == answer.params["USER_ID"]


async def test_recordings_get_names_that_people_understand(folder, tmp_path):
    shutil.copy(Path(__file__).parents[2] / "pyproject.toml", tmp_path / "in.gsm")
    params = {"call_id": "call-1", "from": "+79161234567", "to": "101", "path": str(tmp_path / "in.gsm")}

    answer = await answer_of(folder, "process_record_file_path.py", {"params": params, "call_full": call()})

    assert re.fullmatch(r".*/2026-11-21 23-37 \+79161234567 101\.gsm", answer.params["path"])
    assert 2 == os.stat(tmp_path / "in.gsm").st_nlink


async def test_the_recording_is_called_by_date_and_client_in_the_crm(folder):
    payload = {"CALL_ID": "call-1", "FILENAME": "1795304271.0.wav", "call_full": call()}

    answer = await answer_of(folder, "customize_attach_record_url.py", payload)

    assert "2026-11-21 79161234567.wav" == answer.params["FILENAME"]


@needs_php
@pytest.mark.parametrize(("is_ivr", "deadline"), [(False, "2026-11-21T18:00:00"), (True, None)])
async def test_tasks_of_missed_calls_last_until_the_evening_and_there_is_none_for_the_menu(folder, is_ivr, deadline):
    full = call("in-caller-gives-up", is_ivr=is_ivr)
    full["channel"]["start_time"] = "2026-11-21 10:00:00"

    answer = await answer_of(folder, "process_task_creation_params.php", {"TITLE": "Call back", "call_full": full})

    assert deadline == (None if answer.cancelled else answer.params["DEADLINE"])


def entity(**changes):
    known = {"id": "9", "is_new": True, "name": "", "phones": [], "raw": {"ID": "9"}, "responsible": None}
    return {**known, "responsible_id": "", "type": "lead", **changes}


@needs_php
@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({}, {"TITLE": "Call on 74951000001", "SOURCE_DESCRIPTION": "74951000001"}),
        ({"is_new": False}, {}),
        ({"type": "contact"}, {}),
    ],
)
async def test_a_lead_made_by_the_call_is_called_after_its_line(folder, changes, fields):
    payload = {"entity": entity(**changes), "call_full": call()}

    answer = await answer_of(folder, "customize_entity.php", payload)

    assert fields == answer.params


async def test_the_activity_tells_who_talked(folder):
    full = call("transfer-blind-refer")
    names = iter(["Ivan Orlov", "Olga Belova"])
    for talk in full["conversations"].values():
        if talk["channel"]["was_answered"]:
            talk["user"] = {"name": next(names)}

    answer = await answer_of(folder, "customize_activity.py", {"activity": entity(type="activity"), "call_full": full})

    assert {"DESCRIPTION": "Talked with Ivan Orlov, then Olga Belova"} == answer.params


@needs_php
@pytest.mark.parametrize(
    ("clicked", "dialled"), [("+7 (916) 123-45-67", "989161234567"), ("8 916 1234567", "989161234567"), ("101", "101")]
)
async def test_the_last_ten_digits_and_a_prefix_are_dialled(folder, clicked, dialled):
    payload = {"params": {"channel": "PJSIP/101", "context": "from-internal", "extension": clicked, "priority": "1"}}

    answer = await answer_of(folder, "process_originate_params.php", payload)

    assert (dialled, "PJSIP/101") == (answer.params["extension"], answer.params["channel"])


@pytest.mark.parametrize(("hour", "extension"), [("12", "101"), ("20", "")])
async def test_outside_working_hours_the_call_takes_the_default_route(folder, hour, extension):
    payload = {"phone": "79161234567", "trunk": "74951000001", "extension": "101", "entity_name": "Anna"}

    answer = await answer_of(folder, "customize_autodistribution.sh", payload, HOUR=hour)

    assert extension == answer.params["extension"]


def test_every_example_is_run_here_and_stands_on_the_page():
    names = {path.name for path in EXAMPLES.iterdir()}
    here = Path(__file__).read_text(encoding="utf-8")
    page = (EXAMPLES.parent / "write-a-customization.md").read_text(encoding="utf-8")

    assert names == {name for name in names if f'"{name}"' in here and f"customizations/{name})" in page}
