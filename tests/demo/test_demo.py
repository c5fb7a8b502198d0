"""`cordboard demo --once`: the whole system, as processes of its own, undisturbed and disturbed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

ONCE = ["demo", "--once", "--speed", "50", "--no-browser", "--port", "0"]


@contextmanager
def running(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "cordboard.cli.main", *arguments],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
        process.communicate(timeout=30)


def pids_of(process: subprocess.Popen[str]) -> dict[str, Any]:
    """The first JSON line on standard error."""
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("{"):
            return json.loads(line)
    raise AssertionError("the demo said nothing")


def summary_of(process: subprocess.Popen[str]) -> dict[str, Any]:
    out, err = process.communicate(timeout=110)
    assert out.strip(), err
    return json.loads(out.splitlines()[-1])


def assert_clean(summary: dict[str, Any]) -> None:
    assert summary["calls"] >= 20
    assert summary["registered"] == summary["finished"] >= 20
    assert (0, 0, 0, 0) == tuple(summary[key] for key in ("pending", "lost", "duplicates", "foreign"))


def test_every_played_call_is_in_the_portal_once() -> None:
    with running(*ONCE) as process:
        summary = summary_of(process)

    assert_clean(summary)
    assert 0 == summary["restarts"]
    assert 0 == process.returncode


@pytest.mark.parametrize("victim", ["connector_pid", "portal_pid"])
def test_a_killed_process_loses_and_doubles_nothing(victim: str) -> None:
    with running(*ONCE[:2], "--speed", "10", *ONCE[4:]) as process:
        pids = pids_of(process)
        time.sleep(2)
        os.kill(pids[victim], signal.SIGKILL)
        summary = summary_of(process)

    assert_clean(summary)
    assert 1 == summary["restarts"]
    assert 0 == process.returncode


def test_the_endless_demo_ends_cleanly_when_told(tmp_path: Any) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "cordboard.cli.main", "demo", "--no-browser", "--port", "0", "--speed", "20"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, "TMPDIR": str(tmp_path)},
    )  # fmt: skip
    pids_of(process)

    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=40)

    assert 0 == process.returncode, err
    assert "Stopped" in out
    assert "Traceback" not in err
    assert [] == list(tmp_path.iterdir())
