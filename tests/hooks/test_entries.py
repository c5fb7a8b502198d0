"""Which customizations there are: from tables, from the folder, from packages; and what is told of the others."""

import sys

import pytest
from tests.hooks.conftest import SHELL_ONE_SHOT, needs_php

from cordboard.hooks.programs import Program
from cordboard.settings import SettingsError, load

pytestmark = pytest.mark.anyio

POINT = "process_registration_params"
ASKED = {"USER_ID": 6, "LINE_NUMBER": "1", "call_full": None, "call_stage": "conversation_requested"}


async def test_the_folder_is_read_by_name_and_leftovers_are_left_alone(folder):
    for name in (POINT, f"{POINT}.sh", f"{POINT}.py~", f".{POINT}.swp", f"{POINT}.bak", "#need_registration#"):
        folder.program(name, SHELL_ONE_SHOT)
    folder.file("process_final_params.php", "<?php return ['state' => 'success'];")
    (folder.path / "lib").mkdir()
    folder.program("lib/need_registration", SHELL_ONE_SHOT)

    made = folder.customizations()

    assert ["process_final_params.php", POINT, f"{POINT}.sh"] == [entry.name for entry in made.entries]
    assert () == made.troubles


async def test_tables_come_before_files_of_the_same_order_and_a_lower_order_before_both(folder):
    folder.program(POINT, SHELL_ONE_SHOT)
    folder.program("late.sh", SHELL_ONE_SHOT)
    folder.hook(POINT, run=("late.sh",))
    folder.hook([POINT, "process_final_params"], run=("late.sh",), order=50)
    folder.hook(POINT, run=("late.sh",), enabled=False)

    made = folder.customizations()

    own = [entry.name for entry in made.entries if entry.point.name == POINT]
    assert ["hook[1] late.sh", "hook[0] late.sh", POINT] == own
    assert {POINT, "process_final_params"} == made.points_of("portal")


TROUBLES = [
    (
        {"point": "need_registraton", "run": ("x",)},
        "hook[0].point: there is no point 'need_registraton'; did you mean need_registration?",
    ),
    ({"point": POINT, "run": ("no-such-program",)}, "there is no program no-such-program"),
    ({"point": POINT, "php": "no.php"}, "there is no file"),
    ({"point": POINT, "python": "no.py:rule"}, "there is no file"),
    ({"point": POINT, "python": "rule"}, "write module:function"),
]


@needs_php
@pytest.mark.parametrize(("table", "words"), TROUBLES)
async def test_what_cannot_be_used_is_told_and_the_call_goes_on(folder, table, words):
    folder.hook(**table)

    made = folder.customizations()
    answer = await made.ask(POINT, ASKED)

    [trouble] = made.troubles
    assert words in trouble
    assert {"USER_ID": 6, "LINE_NUMBER": "1"} == answer.params


async def test_a_program_of_an_account_that_is_not_there_fails_and_says_so(folder):
    folder.program(POINT, SHELL_ONE_SHOT)

    answer = await folder.customizations(user="nobody-of-this-name").ask(POINT, ASKED)

    reason = answer.runs[0].reason
    assert "there is no account" in reason or not reason  # only root can change the account


async def test_an_entry_point_of_a_package_is_a_customization(folder, tmp_path, monkeypatch):
    site = tmp_path / "site"
    (site / "rules-1.0.dist-info").mkdir(parents=True)
    (site / "rules-1.0.dist-info/METADATA").write_text("Name: rules\nVersion: 1.0\n")
    entry_points = f"[cordboard.hooks]\n{POINT} = packaged_rules:source\nneed_regs = packaged_rules:source\n"
    (site / "rules-1.0.dist-info/entry_points.txt").write_text(entry_points)
    (site / "packaged_rules.py").write_text(
        "def source(payload):\n    return {'data': {'CRM_SOURCE': 'WEB'}, 'state': 'success'}\n"
    )
    monkeypatch.syspath_prepend(site)

    made = folder.customizations()
    answer = await made.ask(POINT, ASKED)

    assert "WEB" == answer.params["CRM_SOURCE"]
    assert "need_regs" in made.troubles[0]
    sys.modules.pop("packaged_rules")


@needs_php
async def test_a_php_without_pcntl_has_a_process_for_each_run(folder):
    folder.file(
        f"{POINT}.php", "<?php function once() {} return ['data' => ['PID' => getmypid()], 'state' => 'success'];"
    )
    made = folder.customizations()
    runner = made.entries[0].runner
    words = list(runner.command.words)
    words[1:1] = ["-d", "disable_functions=pcntl_fork"]
    made.entries[0].runner = Program(type(runner.command)(words, runner.command.cwd, runner.command.environ))

    answers = [await made.ask(POINT, ASKED) for _ in range(3)]

    assert 3 == len({answer.params["PID"] for answer in answers})
    await made.close()


async def test_a_worker_that_ends_between_two_questions_is_started_again(folder):
    folder.program(
        POINT, SHELL_ONE_SHOT.replace("read -r question\n", "read -r question\ntrap 'exit 3' TERM\n") + "\nkill $$\n"
    )
    made = folder.customizations()

    answers = [await made.ask(POINT, ASKED) for _ in range(3)]

    assert ["WEB"] * 3 == [answer.params.get("CRM_SOURCE") for answer in answers]


async def test_a_question_above_four_mebibytes_is_not_asked(folder):
    folder.program(POINT, SHELL_ONE_SHOT)

    answer = await folder.customizations().ask(POINT, {**ASKED, "COMMENT": "x" * (4 << 20)})

    assert "larger than 4 MiB" in answer.runs[0].reason


FAULTS = [
    ('[[hook]]\npoint = "need_registration"\n', "hook[0]: expected one of run, php and python, got none"),
    ('[[hook]]\npoint = "need_registration"\nphp = "x.php"\nrun = ["x"]\n', "got run and php"),
    ('[[hook]]\npoint = "need_registration"\nphp = "x.php"\ncrm = "other"\n', "hook[0].crm: there is no [[crm]] named"),
    ('[[hook]]\npoint = "need_registration"\nphp = "x.php"\ntimeout = 0\n', "hook[0].timeout"),
    (
        '[[numbers.replace]]\npattern = "("\nsubstitution = ""\n',
        "numbers.replace[0].pattern: '(' is no regular expression",
    ),
    ('[[numbers.replace]]\npattern = "^8"\nsubstitution = "$2"\n', "there is no group 2 in the pattern '^8'"),
    ('[register]\nskip_clients = ["["]\n', "register.skip_clients[0]: '[' is no regular expression"),
]


@pytest.mark.parametrize(("text", "words"), FAULTS)
def test_a_fault_of_the_settings_is_told_by_its_path(tmp_path, text, words):
    (tmp_path / "cordboard.toml").write_text(text)

    with pytest.raises(SettingsError) as raised:
        load(tmp_path / "cordboard.toml", {})

    assert words in str(raised.value)
