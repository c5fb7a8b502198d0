"""`cordboard db`: thousands of clients at once, a portal as a file, and what is said when it cannot be."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from tests.databases import PostgreSql, Sqlite

from cordboard.testing import running_portal


def cordboard(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "cordboard.cli.main", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def ask(webhook: str, method: str) -> Any:
    with urlopen(webhook + method) as answer:
        return json.load(answer)


@pytest.fixture
def url(databases: Sqlite | PostgreSql) -> Any:
    made = databases.new()
    yield made
    databases.drop(made)


def test_clients_and_calls_by_the_thousand_are_found_by_their_numbers(url: str, tmp_path: Path) -> None:
    done = cordboard("db", "seed", "--contacts", "3000", "--calls", "1000", "--db", url, "--json")
    more = cordboard("db", "seed", "--contacts", "10", "--db", url, "--json")

    assert (0, 0) == (done.returncode, more.returncode), done.stderr + more.stderr
    told = json.loads(done.stdout)
    assert (3000, 1000, "admin") == (told["contacts"], told["calls"], told["login"])
    with running_portal(tmp_path, db=url, seed=False) as portal:
        search = "telephony.externalCall.searchCrmEntities?PHONE_NUMBER=%2B79000003007"
        assert [3007] == [one["CRM_ENTITY_ID"] for one in ask(portal.webhook, search)["result"]]
        assert 1000 == ask(portal.webhook, "voximplant.statistic.get")["total"]
        assert 3011 == ask(portal.webhook, "crm.contact.add?fields[NAME]=Next")["result"]
        of_client = "crm.activity.list?filter[OWNER_TYPE_ID]=3&filter[OWNER_ID]=1"
        assert 1 == ask(portal.webhook, of_client)["total"]


def test_a_portal_that_runs_can_be_exported_but_not_seeded(tmp_path: Path) -> None:
    with running_portal(tmp_path) as portal:
        url = f"sqlite:///{tmp_path}/portal.db"
        seeded = cordboard("db", "seed", "--contacts", "10", "--db", url)
        exported = cordboard("db", "export", "--fixture", "--db", url)

    assert 3 == seeded.returncode
    assert f"in use by process {portal.process.pid}" in seeded.stderr
    assert 0 == exported.returncode
    assert "[[contact]]" in exported.stdout


def test_a_file_is_loaded_into_an_emptied_portal(url: str, tmp_path: Path) -> None:
    file = tmp_path / "fixture.toml"
    file.write_text('[[contact]]\nname = "Nina"\n', encoding="utf-8")
    with running_portal(tmp_path, db=url) as portal:
        before = ask(portal.webhook, "crm.contact.list")["total"]

    with running_portal(tmp_path, "--seed", str(file), "--reset", seed=False, db=url) as portal:
        after = ask(portal.webhook, "crm.contact.list")["result"]

    assert 40 == before
    assert ["Nina"] == [one["NAME"] for one in after]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("seed",), 2, "--contacts or --calls must say how many"),
        (("seed", "--contacts", "-1"), 2, "--contacts or --calls must say how many"),
        (("seed", "--contacts", "1", "--db", "sqlite:////no/such/folder/p.db"), 4, "does not exist"),
        (("export",), 2, "--fixture is the one form there is"),
        (("export", "--fixture", "--db", "mysql://host/db"), 4, "mysql is not supported"),
    ],
)
def test_what_cannot_be_done_is_told_in_one_sentence(arguments: tuple[str, ...], code: int, words: str) -> None:
    done = cordboard("db", *arguments)

    assert code == done.returncode
    assert words in done.stderr
    assert 1 == len(done.stderr.splitlines())
