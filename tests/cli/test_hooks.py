"""`cordboard hooks`: what is installed, a beginning of a new one, and trying it on a call of yesterday."""

import asyncio
import contextlib
import io
import json
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
from tests.hooks.calls import CAPTURES
from tests.hooks.conftest import needs_php

from cordboard.asterisk.cel_csv import CsvRows
from cordboard.calls.tracker import CallTracker
from cordboard.cli.main import build_app
from cordboard.connector import bootstrap
from cordboard.connector.ends import ended_of
from cordboard.connector.journal import StoreJournal
from cordboard.connector.rows import OpenRows
from cordboard.crm.bitrix24.mapping import Terms
from cordboard.delivery.ledger import RunKey, StoredRun
from cordboard.flow.journal import Record, encode_answer, encode_question
from cordboard.flow.questions import FindUsers, NextStages
from cordboard.flow.situation import News, situation_of
from cordboard.numbers.plan import NumberingPlan
from cordboard.settings import load

CAPTURE = CAPTURES / "in-answered/cel.csv"
LINKEDID = "1795304271.0"

SOURCE = """#!/usr/bin/env python3
import json, sys
for line in sys.stdin:
    question = json.loads(line)
    print("dry" if question["dry"] else "for good", file=sys.stderr, flush=True)
    print(json.dumps({"data": {"CRM_SOURCE": "WEB", "SHOW": None}, "state": "success"}), flush=True)
"""


@pytest.fixture
def site(tmp_path):
    """A folder of customizations and settings that name it."""
    folder = tmp_path / "hooks.d"
    folder.mkdir()
    text = f"""
[hooks]
folder = "{folder}"
[numbers]
prefixes = ["+7", "7", "8"]
internal = ["^\\\\d{{3}}$"]
[store]
url = "sqlite:///{tmp_path}/connector.db"
[[pbx]]
name = "main"
timezone = "UTC"
trunks = ["^trunk-"]
[[crm]]
name = "portal"
kind = "bitrix24"
url = "https://portal.example/rest/1/secret/"
"""
    (tmp_path / "cordboard.toml").write_text(text)
    return tmp_path


def write(site, name, text=SOURCE):
    path = site / "hooks.d" / name
    path.write_text(text.replace("#!/usr/bin/env python3", f"#!{sys.executable}"))
    path.chmod(0o755)


class Ran(NamedTuple):
    """How the command ended, and what it said."""

    returncode: int
    stdout: str
    stderr: str


def hooks(site, *arguments):
    """Run it in this process: a new one would spend its time with imports."""
    out, err, code = io.StringIO(), io.StringIO(), 0
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            build_app()(["hooks", *map(str, arguments), "--config", str(site / "cordboard.toml")])
        except SystemExit as end:
            code = end.code or 0
    return Ran(code, out.getvalue(), err.getvalue())


def test_the_list_shows_what_is_asked_in_order_and_what_cannot_be_used(site):
    write(site, "need_registration.py")
    write(site, "need_registraton.sh")
    (site / "hooks.d/process_final_params.py").write_text("")
    (site / "hooks.d/notes.txt").write_text("not ours")

    run = hooks(site, "list")
    as_json = json.loads(hooks(site, "list", "--json").stdout)

    assert 1 == run.returncode
    assert "need_registration.py" in run.stdout
    assert "did you mean need_registration?" in run.stderr
    assert "chmod +x" in run.stderr
    assert "notes" not in run.stderr
    assert ["need_registration.py"] == [row["name"] for row in as_json["customizations"]]


LANGUAGES = ["python", "node", "shell", pytest.param("php", marks=needs_php)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_new_customization_answers_at_once_and_changes_nothing(site, language):
    made = hooks(site, "new", "need_registration", "--language", language)

    tried = hooks(site, "test", "need_registration", "--capture", CAPTURE, "--json")

    assert (0, 0) == (made.returncode, tried.returncode), made.stderr + tried.stderr
    trials = json.loads(tried.stdout)
    stages = ["conversation_requested", "conversation_accepted", "conversation_ended", "call_ended"]
    assert stages == [trial["payload"]["call_stage"] for trial in trials]
    assert {"unchanged"} == {run["outcome"] for trial in trials for run in trial["runs"]}


def test_a_file_that_is_there_is_not_written_over(site):
    write(site, "need_registration.py", "mine")

    run = hooks(site, "new", "need_registration", "--language", "python")

    assert (2, "mine") == (run.returncode, (site / "hooks.d/need_registration.py").read_text())
    assert "is there already" in run.stderr


def test_a_captured_call_is_tried_dry_with_payload_log_milliseconds_and_difference(site):
    write(site, "process_registration_params.py")

    run = hooks(site, "test", "process_registration_params", "--capture", CAPTURE)

    assert 0 == run.returncode, run.stderr
    for part in (
        f'"id": "{LINKEDID}"',
        "changed, ",
        " ms",
        "standard error: dry",
        'CRM_SOURCE: null → "WEB"',
        "SHOW: 1 → null",
    ):
        assert part in run.stdout


@pytest.mark.parametrize(
    ("point", "capture", "more"),
    [
        ("process_task_creation_params", "in-caller-gives-up", ""),
        ("customize_entity", "in-answered", ""),
        ("customize_activity", "in-answered", ""),
        ("process_record_file_path", "in-answered", '[records]\nfolders = ["/var/spool/asterisk/monitor"]\n'),
        ("customize_attach_record_url", "in-answered", '[records]\nfolders = ["/var/spool/asterisk/monitor"]\n'),
        ("post_registration", "in-ivr-missed", ""),
    ],
)
def test_points_at_the_end_of_a_call_are_tried_too(site, point, capture, more):
    with (site / "cordboard.toml").open("a") as file:
        file.write(more)

    run = hooks(site, "test", point, "--capture", CAPTURES / capture / "cel.csv")

    assert 0 == run.returncode, run.stderr
    assert "no customization is installed here" in run.stdout


async def store_the_call(site, *, with_rows=True):
    """As the connector would: rows, the end, and what the CRM said of it; without rows what the flow was told."""
    settings = load(site / "cordboard.toml")
    store = bootstrap.open_store(settings)
    journal = StoreJournal(store, bootstrap.now_micros, Terms)
    plan = NumberingPlan(settings.numbers.prefixes, settings.numbers.internal, ("^trunk-",))
    tracker, rows, kept = CallTracker(plan, timezone="UTC"), CsvRows(timezone="UTC"), OpenRows()
    records = []
    for event in [*rows.feed(CAPTURE.read_text()), *rows.finish()]:
        step = tracker.feed(event)
        kept.row(LINKEDID, event)
        for stage in step.stages:
            if stage.name == "call_ended":
                ended = ended_of("ledger", stage, kept.end(LINKEDID) if with_rows else None)
                await journal.settle("main", [ended], ["portal"], None)
            else:
                situation = situation_of(LINKEDID, stage.at, stage.call_full(), stage.facts())
                news = News(situation, (stage.name,), call_full=stage.call_full())
                records.append(Record(*encode_question(NextStages()), answer=encode_answer(news)))
    records.append(Record(*encode_question(FindUsers(("101",))), answer=encode_answer({"101": 17})))
    stored = StoredRun(RunKey("main", LINKEDID, "portal"), terms=Terms("main", "portal"))
    await journal.append(stored, records)
    await store.close()


def test_a_call_without_rows_is_tried_at_the_stages_its_flow_was_told(site):
    write(site, "need_registration.sh", '#!/bin/sh\nread -r x\necho \'{"state": "success"}\'\n')
    asyncio.run(store_the_call(site, with_rows=False))

    run = hooks(site, "test", "need_registration", "--call", LINKEDID, "--json")

    stages = ["conversation_requested", "conversation_accepted", "conversation_ended", "call_ended"]
    assert stages == [trial["payload"]["call_stage"] for trial in json.loads(run.stdout)]


def test_a_stored_call_is_tried_with_what_the_crm_said_then(site):
    write(site, "process_registration_params.py")
    asyncio.run(store_the_call(site))

    run = hooks(site, "test", "process_registration_params", "--call", LINKEDID, "--json")

    assert 0 == run.returncode, run.stderr
    [trial] = json.loads(run.stdout)
    assert (17, "79161234567") == (trial["payload"]["USER_ID"], trial["payload"]["PHONE_NUMBER"])
    assert {"before": None, "after": "WEB"} == trial["difference"]["CRM_SOURCE"]


def test_a_stored_call_is_tried_while_a_connector_runs_on_the_journal(site):
    write(site, "process_registration_params.py")
    asyncio.run(store_the_call(site))
    running = bootstrap.open_store(load(site / "cordboard.toml"))

    run = hooks(site, "test", "process_registration_params", "--call", LINKEDID, "--json")
    running.close_sync()

    assert (0, 1) == (run.returncode, len(json.loads(run.stdout))), run.stderr


def test_a_kept_test_passes_until_the_customization_says_something_else(site):
    write(site, "process_registration_params.py")
    hooks(site, "test", "process_registration_params", "--capture", CAPTURE, "--keep", "yesterday")

    same = hooks(site, "test", "--kept")
    write(site, "process_registration_params.py", SOURCE.replace("WEB", "PARTNER"))
    other = hooks(site, "test", "--kept")

    assert (0, "1 passed, 0 failed") == (same.returncode, same.stdout.splitlines()[-1])
    assert (1, "0 passed, 1 failed") == (other.returncode, other.stdout.splitlines()[-1])
    assert "params.CRM_SOURCE: expected 'WEB', got 'PARTNER'" in other.stdout


def test_a_payload_of_ones_own_is_tried_and_a_wrong_shape_is_told_by_its_path(site, tmp_path):
    write(
        site, "process_client_phone.sh", '#!/bin/sh\nread -r x\necho \'{"data": {"phone": 5}, "state": "success"}\'\n'
    )
    (tmp_path / "payload.json").write_text('{"phone": "+79161234567", "call_full": {}, "call_stage": "call_ended"}')

    run = hooks(site, "test", "process_client_phone", "--payload", tmp_path / "payload.json")

    assert 1 == run.returncode
    assert "data.phone: expected text, got 5" in run.stdout


WRONG = [
    (["test", "need_registraton", "--capture", CAPTURE], 2, "did you mean need_registration?"),
    (["test", "need_registration"], 2, "--call, --capture and --payload"),
    (["test"], 2, "name a point"),
    (["test", "need_registration", "--call", "1.1"], 2, "no ended call 1.1"),
    (["test", "need_registration", "--capture", "nothing.csv"], 4, "cannot be read"),
    (["test", "need_registration", "--capture", CAPTURES / "in-answered/scenario.toml"], 2, "no Channel Event Logging"),
    (["test", "need_registration", "--payload", CAPTURE], 2, "is no payload"),
    (["test", "need_registration", "--capture", CAPTURE, "--crm", "other"], 2, "there is portal"),
    (
        ["test", "customize_autodistribution", "--capture", CAPTURE],
        1,
        "is asked before there is a call: give --payload",
    ),
    (["test", "post_registration", "--capture", CAPTURE, "--stage", "call_ended"], 1, "not asked about this call at"),
    (["test", "need_registration", "--capture", CAPTURE, "--keep", "../x"], 2, "no name of a test"),
]


@pytest.mark.parametrize(("arguments", "code", "words"), WRONG)
def test_a_wrong_command_says_what_is_wrong(site, arguments, code, words):
    run = hooks(site, *arguments)

    assert code == run.returncode
    assert words in run.stderr
    assert "Traceback" not in run.stderr


def test_a_kept_test_that_cannot_be_read_is_told(site):
    (site / "hooks.d/tests").mkdir()
    Path(site / "hooks.d/tests/broken.json").write_text("{}")

    run = hooks(site, "test", "--kept")

    assert 2 == run.returncode
    assert "broken.json: is no kept test" in run.stderr
