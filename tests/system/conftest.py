"""One evening of real calls, played once for the whole ring (see exchange/README.md)."""

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
TREE = ROOT / ".cache" / "asterisk22"
PLAY = Path(__file__).parent / "exchange" / "play.py"

# Loopback is all there is in the namespace; the process namespace takes every child along when the play ends.
ALONE = ["unshare", "-n", "-m", "-p", "-f", "--kill-child", "sh", "-c", 'ip link set lo up && exec "$@"', "sh"]


@dataclass(frozen=True)
class Evening:
    """What one evening left behind."""

    folder: Path
    lived: list[dict[str, Any]]

    def read(self, name: str) -> Any:
        return json.loads((self.folder / name).read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def evening(tmp_path_factory: pytest.TempPathFactory) -> Evening:
    """The calls of exchange/evening.py on a real Asterisk, followed live by the real portal and connector."""
    if os.geteuid() != 0:
        pytest.skip("needs root: chroot and namespaces")
    if not (TREE / "usr/sbin/asterisk").exists() or not shutil.which("unshare") or not shutil.which("ip"):
        pytest.skip("needs the tree of Asterisk; `make test` brings it, or scripts/asterisk-tree 22")
    folder = tmp_path_factory.mktemp("evening")
    command = [*ALONE, sys.executable, str(PLAY), str(TREE), str(folder)]
    run = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=150, check=False)
    assert run.returncode == 0, f"the evening could not be played (see {folder}):\n{run.stdout}\n{run.stderr}"
    return Evening(folder, json.loads((folder / "lived.json").read_text(encoding="utf-8")))
