"""A full disk: refused in Bitrix24's form, told by /readyz, and work goes on when there is room again.

The portal runs in a mount namespace of its own, where its folder is a file system of a few megabytes.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from cordboard.testing import portal_command

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="needs root: a small file system is mounted")


def on_a_small_disk(folder: Path, kilobytes: int) -> list[str]:
    """The command of a portal whose folder has this much room, of which 400 KB are taken by a file `ballast`."""
    mount = f"mount -t tmpfs -o size={kilobytes}k none {folder}"
    ballast = f"head -c {min(400, kilobytes)}K /dev/zero >{folder}/ballast"
    command = " ".join(portal_command(folder / "portal.db"))
    return ["unshare", "--mount", "sh", "-c", f"{mount} && {ballast}; exec {command}"]


@contextmanager
def running(command: list[str]) -> Generator[tuple[int, dict[str, Any]]]:
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.pid, json.loads(process.stdout.readline())
        finally:
            process.terminate()


def ask(address: str, params: dict[str, Any] | None = None) -> tuple[int, Any]:
    request = Request(address, json.dumps(params or {}).encode(), {"Content-Type": "application/json"})
    try:
        with urlopen(request if params else address) as answer:
            return answer.status, answer.read()
    except HTTPError as error:
        return error.code, error.read()


def test_a_disk_that_fills_refuses_writes_until_there_is_room(tmp_path: Path) -> None:
    contact = {"fields": {"NAME": "Nina", "COMMENTS": "x" * 20_000}}
    with running(on_a_small_disk(tmp_path, 4096)) as (pid, ready):
        add = ready["webhook"] + "crm.contact.add"
        answers = [ask(add, contact)]
        while answers[-1][0] == 200 and len(answers) < 1000:
            answers.append(ask(add, contact))
        listed = json.loads(ask(ready["webhook"] + "crm.contact.list")[1])["total"]
        unready = ask(ready["url"] + "/readyz")
        alive = ask(ready["url"] + "/healthz")
        Path(f"/proc/{pid}/root{tmp_path}/ballast").unlink()
        after = ask(add, contact)
        again = ask(ready["url"] + "/readyz")

    assert (500, {"error": "ERROR_CORE", "error_description": "SQL query error!"}) == (
        answers[-1][0],
        json.loads(answers[-1][1]),
    )
    assert len(answers) - 1 == listed
    assert (503, 200) == (unready[0], alive[0])
    assert (200, 200) == (after[0], again[0])


@pytest.mark.parametrize(
    ("kilobytes", "words"),
    [
        (100, "portal.db-lock cannot be written: No space left on device"),
        (600, "portal.db could not be written: database or disk is full; free some space on the disk"),
    ],
)
def test_a_disk_that_is_full_at_the_start_is_told_in_one_sentence(tmp_path: Path, kilobytes: int, words: str) -> None:
    command = on_a_small_disk(tmp_path, kilobytes)

    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    assert 4 == done.returncode, done.stderr
    assert words in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr
