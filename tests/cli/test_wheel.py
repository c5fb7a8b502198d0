"""A wheel built from a clone, in an empty environment without Node: the demo is clean, the pages have their assets."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import venv
from pathlib import Path
from urllib.request import urlopen

import pytest

ROOT = Path(__file__).parent.parent.parent
#: what a command of the new environment finds: nothing but that environment
COMMANDS = {"LANG": "C.UTF-8"}
#: of what npm brings, one of each kind
ASSETS = ("htmx.js", "hx-ws.js", "inter-latin.woff2", "icons/phone.svg", "htmx.LICENSE.txt")


def run(*command: str | Path, folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=110, check=False)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `bin` of an environment that holds the wheel and what it depends on."""
    folder = tmp_path_factory.mktemp("wheel")
    uv = Path(sys.executable).parent / "uv"
    run("git", "clone", "--quiet", ROOT, folder / "clone", folder=folder)
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", folder=folder / "clone")
    [wheel] = (folder / "clone" / "dist").iterdir()
    venv.create(folder / "env", with_pip=False)
    into = ("--quiet", "--python", folder / "env" / "bin" / "python")
    run(uv, "pip", "install", *into, "--require-hashes", "-r", "requirements.txt", folder=folder / "clone")
    run(uv, "pip", "install", *into, "--no-deps", wheel, folder=folder)
    return folder / "env" / "bin"


def test_the_demo_of_a_wheel_is_clean_without_node(installed: Path, tmp_path: Path) -> None:
    environment = {**COMMANDS, "PATH": str(installed), "HOME": str(tmp_path)}
    command = [installed / "cordboard", "demo", "--once", "--speed", "500", "--port", "0", "--no-browser"]

    done = subprocess.run(
        command, env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=100, check=False
    )

    assert 0 == done.returncode, done.stderr
    summary = json.loads(done.stdout.splitlines()[-1])
    assert (0, 0, 0) == (summary["pending"], summary["lost"], summary["duplicates"])
    assert summary["registered"] > 0


def test_the_pages_of_a_wheel_have_their_scripts_styles_and_fonts(installed: Path, tmp_path: Path) -> None:
    environment = {**COMMANDS, "PATH": str(installed), "HOME": str(tmp_path)}
    command = [installed / "cordboard", "portal", "--db", f"sqlite:///{tmp_path}/portal.db", "--port", "0", "--json"]
    with subprocess.Popen(command, env=environment, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as portal:
        assert portal.stdout is not None
        url = json.loads(portal.stdout.readline())["url"]

        with urlopen(f"{url}/login") as answer:
            [stamp] = set(re.findall(r'"/static/([^/"]+)/', answer.read().decode()))
        asked = {name: urlopen(f"{url}/static/{stamp}/npm/{name}").status for name in ASSETS}
        portal.terminate()

    assert dict.fromkeys(ASSETS, 200) == asked
