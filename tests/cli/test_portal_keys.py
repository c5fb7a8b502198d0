"""`cordboard webhook` and `cordboard app`: keys made and taken beside a portal that owns the database."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cordboard.portal import basics
from cordboard.portal.portal import Portal


@pytest.fixture
def running(tmp_path: Path) -> Iterator[str]:
    """The URL of a database that a portal owns."""
    url = f"sqlite:///{tmp_path}/portal.db"
    portal = Portal.open(db=url)
    person = {"name": "Maria", "last_name": "Stern"}
    portal.store.write_sync(lambda c: basics.install(c, 0, login="admin", password="secret-word", **person))
    yield url
    portal.store.close_sync()


def cordboard(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "cordboard.cli.main", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


def test_a_webhook_is_made_listed_and_removed_while_the_portal_runs(running: str) -> None:
    made = cordboard("webhook", "add", "--db", running, "--scope", "crm", "--json")

    path = json.loads(made.stdout)["webhook"]
    assert path.startswith("/rest/1/")
    listed = cordboard("webhook", "list", "--db", running).stdout
    assert "crm" in listed
    assert path.split("/")[3] not in listed
    assert 0 == cordboard("webhook", "remove", "1", "--db", running).returncode
    again = cordboard("webhook", "remove", "1", "--db", running)
    assert (2, "there is no webhook 1; `cordboard webhook list` shows them\n") == (again.returncode, again.stderr)


def test_an_application_is_installed_and_removed_while_the_portal_runs(running: str) -> None:
    made = json.loads(cordboard("app", "add", "Dialler", "--db", running, "--json").stdout)

    expected = {"client_id", "client_secret", "application_token", "access_token", "refresh_token", "expires_in"}
    assert expected <= made.keys()
    assert made["client_id"] in cordboard("app", "list", "--db", running).stdout
    assert 0 == cordboard("app", "remove", made["client_id"], "--db", running).returncode
    assert "" == cordboard("app", "list", "--db", running).stdout


def test_an_unknown_user_and_a_missing_database_are_told_in_a_sentence(running: str, tmp_path: Path) -> None:
    nobody = cordboard("webhook", "add", "--db", running, "--user", "nobody")
    nothing = cordboard("webhook", "list", "--db", f"sqlite:///{tmp_path}/no/where.db")

    assert (2, "there is no active user with the login nobody\n") == (nobody.returncode, nobody.stderr)
    assert 4 == nothing.returncode
    assert "does not exist" in nothing.stderr
