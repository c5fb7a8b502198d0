"""Every kind of runner, by one suite: it answers, and whatever it does wrong, the call goes on within the limit."""

import asyncio
import os
import time
from pathlib import Path

import pytest
from tests.hooks.conftest import (
    FUNCTION,
    NODE_WORKER,
    PHP_FILE,
    PYTHON_WORKER,
    SHELL_ONE_SHOT,
    needs_php,
    needs_root,
)

pytestmark = pytest.mark.anyio

POINT = "process_registration_params"
ASKED = {"USER_ID": 6, "LINE_NUMBER": "1", "call_full": None, "call_stage": "conversation_requested"}

KINDS = {
    "python worker": lambda folder: folder.program(f"{POINT}.py", PYTHON_WORKER),
    "shell one-shot": lambda folder: folder.program(POINT, SHELL_ONE_SHOT),
    "node worker": lambda folder: folder.program(f"{POINT}.js", NODE_WORKER),
    "php file": lambda folder: folder.file(f"{POINT}.php", PHP_FILE),
    "python function": lambda folder: (
        folder.file("rules.py", FUNCTION),
        folder.hook(POINT, python="rules.py:source"),
    ),
}
each_kind = pytest.mark.parametrize("kind", [pytest.param(k, marks=needs_php if "php" in k else ()) for k in KINDS])


async def ask(made, **params):
    return await made.ask(POINT, {**ASKED, **params}, linkedid="1700000000.1")


def alive(text):
    """Processes whose command line holds a text."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                words = (entry / "cmdline").read_bytes()
                state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
            except OSError:
                continue
            if text.encode() in words and state != "Z":
                found.append(int(entry.name))
    return found


@each_kind
async def test_each_kind_answers_and_goes_on_answering(folder, kind):
    KINDS[kind](folder)
    made = folder.customizations()

    answers = [await ask(made, LINE_NUMBER=line) for line in ("1", "2", "1", "1")]

    assert ["WEB", "CALL", "WEB", "WEB"] == [answer.params.get("CRM_SOURCE") for answer in answers]
    assert ["changed"] * 4 == [answer.runs[0].outcome for answer in answers]


async def test_a_worker_is_started_once_and_a_one_shot_for_each_question(folder):
    folder.program("worker.py", PYTHON_WORKER)
    folder.program("shot.sh", SHELL_ONE_SHOT)
    folder.hook(POINT, run=("worker.py",))
    folder.hook(POINT, run=("shot.sh",))
    made = folder.customizations()

    for _ in range(4):
        await ask(made)
        await asyncio.sleep(0.05)

    worker, shot = (entry.runner.starts for entry in made.entries)
    # one that is asked, and one that waits ready beside it
    assert worker == 2
    assert shot == 4


BAD = {
    "garbage": ("print('hello')", "no JSON"),
    "two lines": ('print(\'{"state": "success"}\\n{}\')', "more than one line"),
    "an empty line": ("print()", "an empty line"),
    "not UTF-8": ('sys.stdout.buffer.write(b\'{"state": "\\xff\\xfe"}\\n\')', "no JSON"),
    "a crash": ("raise SystemExit(3)", "ended with 3"),
    "a signal": ("os.kill(os.getpid(), 11)", "SIGSEGV"),
    "nothing": ("raise SystemExit(0)", "ended with 0"),
    "a closed pipe": ("os.close(1); time.sleep(60)", "closed its standard output"),
    "another id": ('print(\'{"id": "99", "state": "success"}\')', "another question"),
    "huge output": ("sys.stdout.write('x' * (9 << 20)); sys.stdout.flush()", "more than 4 MiB"),
    "deep nesting": ("print('[' * 100000)", "no JSON"),
    "no envelope": ("print('[]')", "expected an object"),
    "too much memory": ("x = bytearray(700 << 20)", "ended with 1"),
    "an endless loop": ("\nwhile True: pass", "no answer within 0.5 s"),
    "a flood of errors": ("\nwhile True: sys.stderr.write('x' * 65536)", "no answer within 0.5 s"),
    "never reading": None,
}


@pytest.mark.parametrize("case", BAD)
async def test_a_program_that_misbehaves_leaves_the_parameters_as_they_were(folder, case):
    what, reason = BAD[case] or ("time.sleep(60)", "no answer within 0.5 s")
    read = "" if BAD[case] is None else "line = sys.stdin.readline()\n"
    folder.program(f"{POINT}.py", f"#!/usr/bin/env python3\nimport sys, os, time\n{read}{what}\n")
    made = folder.customizations(timeout=0.5 if "within" in reason else 5.0)
    began = time.monotonic()

    answer = await ask(made, DESCRIPTION="long " * 50_000)

    assert reason in answer.runs[0].reason
    assert not answer.cancelled
    assert {"USER_ID": 6, "LINE_NUMBER": "1", "DESCRIPTION": "long " * 50_000} == answer.params
    assert time.monotonic() - began < 5
    assert len(answer.runs[0].log) < 70_000


@each_kind
async def test_a_customization_that_hangs_is_stopped_at_its_limit_with_everything_it_started(folder, kind):
    mark = f"61.{os.getpid()}"
    hanging = {
        "python worker": lambda: folder.program(
            f"{POINT}.py",
            f"#!/usr/bin/env python3\nimport subprocess\nsubprocess.run(['sleep', '{mark}'])",
        ),
        "shell one-shot": lambda: folder.program(POINT, f"#!/bin/sh\nsleep {mark} & sleep {mark}"),
        "node worker": lambda: folder.program(
            f"{POINT}.js", f"#!/usr/bin/env node\nrequire('child_process').execSync('sleep {mark}')"
        ),
        "php file": lambda: folder.file(f"{POINT}.php", f"<?php system('sleep {mark}');"),
        "python function": lambda: (
            folder.file("rules.py", "import time\ndef source(payload):\n    time.sleep(2)"),
            folder.hook(POINT, python="rules.py:source"),
        ),
    }
    hanging[kind]()
    made = folder.customizations(timeout=0.5)
    began = time.monotonic()

    answer = await ask(made)

    assert ("timeout", {"USER_ID": 6, "LINE_NUMBER": "1"}) == (answer.runs[0].outcome, answer.params)
    assert time.monotonic() - began < 1.5
    await asyncio.sleep(0.05)
    assert not alive(f"sleep\0{mark}")


@needs_php
@pytest.mark.parametrize(
    ("text", "outcome", "log"),
    [
        ("<?php echo json_encode(['data' => ['CRM_SOURCE' => 'WEB'], 'state' => 'success']);", "changed", ""),
        ("<?php return json_encode(['data' => [], 'state' => 'success']);", "cancelled", ""),
        ("<?php echo 'debug'; return ['data' => ['CRM_SOURCE' => 'WEB'], 'state' => 'success'];", "changed", "debug"),
        ('<?php echo \'{"data": {"CRM_SOURCE": "WEB"}, "state": "success"}\'; exit(1);', "changed", ""),
        ("<?php throw new RuntimeException('no table');", "failed", "no table"),
        ("<?php this is no php", "failed", "syntax error"),
        ("<?php strlen();", "failed", "ArgumentCountError"),
        ("<?php return ['data' => ['CRM_SOURCE' => \"\\xff\"], 'state' => 'success'];", "failed", "no JSON"),
        ("<?php $x = str_repeat('a', 700 << 20); return [];", "failed", "Allowed memory size"),
        ("<?php function twice() {} return ['state' => 'success'];", "unchanged", ""),
    ],
)
async def test_a_php_file_of_the_documented_form_does_what_it_does_there(folder, text, outcome, log):
    folder.file(f"{POINT}.php", text)
    made = folder.customizations()

    first, second = await ask(made), await ask(made)

    assert [outcome, outcome] == [first.runs[0].outcome, second.runs[0].outcome]
    assert log in first.runs[0].log + second.runs[0].log


async def test_a_program_knows_nothing_of_ours(folder, monkeypatch):
    monkeypatch.setenv("CORDBOARD_CRM__0__URL", "https://portal/rest/1/secret/")
    text = """#!/usr/bin/env python3
import json, os, sys
for line in sys.stdin:
    seen = {"env": dict(os.environ), "home": os.listdir(os.environ["HOME"]), "cwd": os.getcwd()}
    print(json.dumps({"data": {"SEEN": seen}, "state": "success"}), flush=True)
"""
    folder.program("spy.py", text)
    folder.hook(POINT, run=("spy.py",), env={"KEY": "value"})
    made = folder.customizations()

    seen = (await ask(made)).params["SEEN"]

    assert {"PATH", "LANG", "HOME", "CORDBOARD_POINT", "KEY"} == seen["env"].keys() - {"TZ", "LC_CTYPE", "PWD"}
    assert (POINT, "C.UTF-8", "value") == tuple(seen["env"][name] for name in ("CORDBOARD_POINT", "LANG", "KEY"))
    assert ([], str(folder.path)) == (seen["home"], seen["cwd"])


@needs_root
async def test_a_program_runs_under_the_account_of_the_settings(folder):
    folder.path.chmod(0o755)
    for parent in list(folder.path.parents)[:4]:
        parent.chmod(parent.stat().st_mode | 0o055)
    text = """#!/bin/sh
read -r question
printf '{"data": {"UID": "%s", "GROUPS": "%s"}, "state": "success"}' "$(id -u)" "$(id -G)"
"""
    folder.program(POINT, text).chmod(0o755)
    made = folder.customizations(user="nobody")

    answer = await ask(made)

    assert ("65534", "65534") == (answer.params["UID"], answer.params["GROUPS"]), answer.runs


async def test_what_a_program_writes_to_standard_error_is_kept_with_the_run(folder):
    text = "#!/bin/sh\nread -r question\necho 'no table' >&2\nsleep 0.05\necho '{\"state\": \"success\"}'\n"
    folder.program(POINT, text)

    answer = await ask(folder.customizations())

    assert ("unchanged", "no table\n") == (answer.runs[0].outcome, answer.runs[0].log)


async def test_a_worker_that_hangs_holds_up_no_other_call(folder):
    hanging = PYTHON_WORKER.replace(
        "    params =",
        "    if question['payload']['LINE_NUMBER'] == 'hang':\n        import time; time.sleep(60)\n    params =",
    )
    folder.program(f"{POINT}.py", hanging)
    made = folder.customizations(timeout=2.0)
    await ask(made)
    await ask(made)
    await asyncio.sleep(0.3)

    hung = [asyncio.create_task(ask(made, LINE_NUMBER="hang"))]
    await asyncio.sleep(0.2)
    began = time.monotonic()
    answers = [await ask(made) for _ in range(10)]
    taken = time.monotonic() - began

    assert ["WEB"] * 10 == [answer.params["CRM_SOURCE"] for answer in answers]
    assert taken < 0.5
    assert ["timeout"] == [answer.runs[0].outcome for answer in await asyncio.gather(*hung)]


async def test_programs_that_linger_after_their_answer_keep_nobody_waiting(folder):
    folder.program(POINT, SHELL_ONE_SHOT.replace("}' ", "}\\n' ") + "\nsleep 60\n")
    made = folder.customizations()
    began = time.monotonic()

    answers = await asyncio.gather(*(ask(made) for _ in range(20)))

    assert ["WEB"] * 20 == [answer.params["CRM_SOURCE"] for answer in answers]
    assert time.monotonic() - began < 2


async def test_a_question_given_up_while_its_program_starts_leaves_no_program(folder):
    mark = f"63.{os.getpid()}"
    folder.program(POINT, f"#!/bin/sh\nread -r question\nexec sleep {mark}\n")
    made = folder.customizations()

    for pause in (0, 0.0005, 0.001, 0.002, 0.005, 0.02):
        asked = asyncio.create_task(ask(made))
        await asyncio.sleep(pause)
        asked.cancel()
        await asyncio.gather(asked, return_exceptions=True)

    await made.close()
    await asyncio.sleep(0.3)
    assert not alive(str(folder.path))
    assert not alive(mark)


async def test_a_program_that_fails_again_and_again_is_left_alone_for_a_while(folder):
    folder.program(POINT, "#!/bin/sh\nexit 1\n")
    made = folder.customizations()

    for _ in range(6):
        last = await ask(made)
        if "too often" in last.runs[0].reason:
            break

    assert "too often" in last.runs[0].reason
    began = time.monotonic()
    await ask(made)
    assert time.monotonic() - began < 0.1


async def test_a_function_that_never_comes_back_is_asked_no_more_after_eight_times(folder):
    folder.file("rules.py", "import time\ndef source(payload):\n    time.sleep(3)")
    folder.hook(POINT, python="rules.py:source", timeout=0.05)
    made = folder.customizations()

    answers = [await ask(made) for _ in range(9)]

    assert "left behind" in answers[7].runs[0].reason
    assert "stuck" in answers[8].runs[0].reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("def source(payload): raise ValueError('no')", "ValueError: no"),
        ("def source(payload): raise SystemExit(1)", "SystemExit: 1"),
        ("def source(payload): return object()", "no JSON"),
        ("def source(payload): return 5", "expected an object"),
        ("import nothing_of_this_name", "cannot be loaded"),
        ("def other(payload): pass", "cannot be loaded"),
    ],
)
async def test_a_function_that_fails_changes_nothing_and_says_why(folder, text, reason):
    folder.file("rules.py", text)
    folder.hook(POINT, python="rules.py:source")

    answer = await ask(folder.customizations())

    assert ("failed", {"USER_ID": 6, "LINE_NUMBER": "1"}) == (answer.runs[0].outcome, answer.params)
    assert reason in answer.runs[0].reason


async def test_a_fault_of_the_machine_or_of_ours_costs_no_call(folder):
    folder.program(POINT, SHELL_ONE_SHOT)
    made = folder.customizations()
    elsewhere = made.entries[0].runner.command.__class__(("true",), folder.path / "gone", {})
    made.entries[0].runner.command = elsewhere
    made.entries.append(made.entries[0].__class__("broken", made.entries[0].point, object()))

    answer = await ask(made)
    made.entries.pop()

    assert {"USER_ID": 6, "LINE_NUMBER": "1"} == answer.params
    assert ["failed", "failed"] == [run.outcome for run in answer.runs]
    assert "No such file" in answer.runs[0].reason
    assert "AttributeError" in answer.runs[1].reason


async def test_an_end_of_the_connector_ends_every_program(folder):
    mark = f"62.{os.getpid()}"
    folder.program("worker.py", PYTHON_WORKER)
    folder.program("hang.sh", f"#!/bin/sh\nsleep {mark}")
    folder.hook(POINT, run=("worker.py", mark))
    folder.hook(POINT, run=("hang.sh",), order=200, timeout=30.0)
    made = folder.customizations()
    under_way = asyncio.create_task(ask(made))
    await asyncio.sleep(0.5)

    under_way.cancel()
    await asyncio.gather(under_way, return_exceptions=True)
    await made.close()

    await asyncio.sleep(0.05)
    assert not alive(mark)
