"""A portal as its users start it: a child process, asked by clients that other people wrote for Bitrix24."""

from __future__ import annotations

import base64
import io
import json
import os
import shutil
import subprocess
import sys
import wave
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import trustme

from cordboard.testing import running_portal

HERE = Path(__file__).parent
ROOT = HERE.parent.parent


@pytest.fixture
def authority(tmp_path: Path) -> dict[str, Path]:
    """Files of a throw-away certificate authority: `cert` and `key` of localhost, `ca` for clients."""
    ca = trustme.CA()
    certificate = ca.issue_cert("localhost", "127.0.0.1")
    files = {name: tmp_path / f"{name}.pem" for name in ("cert", "key", "ca")}
    certificate.cert_chain_pems[0].write_to_path(files["cert"])
    certificate.private_key_pem.write_to_path(files["key"])
    ca.cert_pem.write_to_path(files["ca"])
    return files


@pytest.fixture(scope="session")
def node_modules() -> Path:
    """The folder in which Node finds the clients that come by npm; nothing is fetched when they are there."""
    told = subprocess.run(
        ["scripts/npm-packages", "tests/foreign/js"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert told.returncode == 0, told.stderr
    return Path(told.stdout.strip())


@contextmanager
def secure_portal(folder: Path, authority: dict[str, Path]) -> Generator[dict[str, Any]]:
    """A portal that serves HTTPS; gives its ready line."""
    options = ["--tls-cert", str(authority["cert"]), "--tls-key", str(authority["key"])]
    with running_portal(folder, *options) as portal:
        yield portal.ready


def run_python(name: str, ready: dict[str, Any], **environment: str) -> Any:
    """What a client of this folder tells of the portal with this ready line."""
    return run([sys.executable, str(HERE / name)], ready, environment)


def run_node(name: str, ready: dict[str, Any], modules: Path, **environment: str) -> Any:
    """The same by Node, which looks for modules beside the client: it is run from there."""
    script = shutil.copy(HERE / "js" / name, modules / name)
    return run(["node", str(script)], ready, environment)


def run(command: list[str], ready: dict[str, Any], environment: dict[str, str]) -> Any:
    """Run a client as a child with its own environment; answers the JSON it prints last."""
    told = json.dumps({**ready, "record": record()})
    done = subprocess.run(
        [*command, told], env={**os.environ, **environment}, capture_output=True, text=True, timeout=100, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def record() -> str:
    """A tenth of a second of silence as WAV, in base64."""
    file = io.BytesIO()
    with wave.open(file, "wb") as written:
        written.setnchannels(1)
        written.setsampwidth(2)
        written.setframerate(8000)
        written.writeframes(bytes(1600))
    return base64.b64encode(file.getvalue()).decode()
