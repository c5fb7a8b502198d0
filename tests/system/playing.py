"""Playing: runs a program of exchange/ beside a real Asterisk, in a namespace of its own.

In:   the version of Asterisk, whose tree scripts/asterisk-tree made. Out: the folder that the program filled.
"""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
EXCHANGE = Path(__file__).parent / "exchange"

# Loopback is all there is in the namespace; the process namespace takes every child along when the play ends.
ALONE = ["unshare", "-n", "-m", "-p", "-f", "--kill-child", "sh", "-c", 'ip link set lo up && exec "$@"', "sh"]


@dataclass(frozen=True)
class Left:
    """What one run left behind."""

    folder: Path

    @property
    def capture(self) -> Path:
        return self.folder / "capture"

    def read(self, name: str) -> Any:
        return json.loads((self.folder / name).read_text(encoding="utf-8"))

    def rows_of(self, client: str) -> list[dict[str, Any]]:
        """What the portal's statistics say of a client, however the number is written there."""
        return [row for row in self.read("statistics.json") if row["PHONE_NUMBER"][-10:] == client[-10:]]


def run(program: str, version: str, folder: Path, *arguments: str) -> Left:
    """Run it to its end; the test is skipped where the tree cannot be had."""
    if os.geteuid() != 0:
        pytest.skip("needs root: chroot and namespaces")
    tree = ROOT / ".cache" / f"asterisk{version}"
    if not (tree / "usr/sbin/asterisk").exists() or not shutil.which("unshare") or not shutil.which("ip"):
        pytest.skip(f"needs the tree of Asterisk {version}; `make test` brings it, or scripts/asterisk-tree {version}")
    command = [*ALONE, sys.executable, str(EXCHANGE / program), str(tree), str(folder), *arguments]
    played = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=150, check=False)
    assert played.returncode == 0, f"{program} failed (see {folder}):\n{played.stdout}\n{played.stderr}"
    return Left(folder)
