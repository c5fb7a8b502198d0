"""What systemd is told, by a socket; and its own opinion of our units, where it is there."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

UNITS = sorted((Path(__file__).parents[2] / "packaging/systemd").glob("*.service"))
CORDBOARD = [sys.executable, "-m", "cordboard.cli.main"]


@pytest.mark.parametrize("program", ["portal", "connector"])
def test_a_manager_hears_when_it_is_ready_that_it_lives_and_when_it_stops(tmp_path: Path, program: str) -> None:
    config = tmp_path / "cordboard.toml"
    config.write_text(f'[connector]\nport = 0\n[store]\nurl = "sqlite:///{tmp_path}/connector.db"\n', encoding="utf-8")
    options = {
        "portal": ["--db", f"sqlite:///{tmp_path}/portal.db", "--port", "0"],
        "connector": ["--config", str(config)],
    }
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(60)
        process = subprocess.Popen(
            [*CORDBOARD, program, *options[program]],
            env={**os.environ, "NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "200000"},
            stdout=subprocess.DEVNULL,
        )
        heard = [manager.recv(1000).decode() for _ in range(3)]
        process.send_signal(signal.SIGTERM)
        while heard[-1] != "STOPPING=1":
            heard.append(manager.recv(1000).decode())
        code = process.wait(30)

    assert ["READY=1\nSTATUS=running", "WATCHDOG=1", "WATCHDOG=1"] == heard[:3]
    assert 0 == code


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not here")
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_systemd_finds_no_fault_in_a_unit_and_little_exposed(tmp_path: Path, unit: Path) -> None:
    here = tmp_path / unit.name
    text = unit.read_text(encoding="utf-8")
    here.write_text(text.replace("/opt/cordboard/.venv/bin/cordboard", sys.executable), encoding="utf-8")

    verified = subprocess.run(["systemd-analyze", "verify", here], capture_output=True, text=True, check=False)
    rated = subprocess.run(
        ["systemd-analyze", "security", "--offline=yes", "--threshold=25", here],
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert (0, "") == (verified.returncode, verified.stderr)
    # 25 is 2.5 of 10; "OK" ends at 4.9
    assert 0 == rated.returncode, rated.stdout.splitlines()[-1]


def test_there_is_a_unit_for_both_programs_and_for_each() -> None:
    assert ["cordboard", "cordboard-connector", "cordboard-portal"] == sorted(unit.stem for unit in UNITS)
