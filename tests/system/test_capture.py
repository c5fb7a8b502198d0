"""A new capture is made by one command, and tells itself: `make capture` with a story of exchange/stories."""

import os
import subprocess
import tomllib
from pathlib import Path

import pytest
from judge import SOURCES, played, truths, wrong_facts
from playing import ROOT


def capture(*arguments: str) -> subprocess.CompletedProcess[str]:
    if os.geteuid() != 0:
        pytest.skip("needs root: chroot and namespaces")
    command = [str(ROOT / "scripts/capture"), *arguments]
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False)


def test_a_story_is_kept_as_a_capture_that_any_scenario_test_can_take(tmp_path: Path) -> None:
    run = capture(str(tmp_path), "customer-joins-local-call")

    folder = tmp_path / "customer-joins-local-call"
    assert 0 == run.returncode, run.stderr
    assert str(folder) == run.stdout.splitlines()[-1]
    assert ["ami.log", "cel.csv", "endpoints.csv", "scenario.toml"] == sorted(path.name for path in folder.iterdir())
    assert "/run-of-cordboard/" not in (folder / "ami.log").read_text(encoding="utf-8")
    told = tomllib.loads((folder / "scenario.toml").read_text(encoding="utf-8"))
    local, incoming = told["call"]
    assert [incoming["linkedid"]] == local["absorbed"]
    calls = list(truths(folder))
    for source, lane in SOURCES:
        lines = played(folder, source, lane)
        assert [] == [fact for call in calls for fact in wrong_facts(call, lines)]


def test_a_story_that_is_none_is_told_with_the_names_of_all(tmp_path: Path) -> None:
    run = capture(str(tmp_path), "soap-opera")

    assert 1 == run.returncode
    assert "no story is called soap-opera" in run.stderr
    assert "transfer-returned" in run.stderr
