"""A portal as its users start it: a child process, asked by clients that other people wrote for Bitrix24."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme

Ready = dict[str, Any]


@pytest.fixture
def start_portal(tmp_path: Path) -> Iterator[Callable[..., Ready]]:
    """Start `cordboard portal --seed demo --json` with more options; answers its ready line."""
    processes: list[subprocess.Popen[str]] = []

    def start(*options: str) -> Ready:
        command = [sys.executable, "-m", "cordboard.cli.main", "portal", "--db", f"sqlite:///{tmp_path}/portal.db"]
        command += ["--port", "0", "--seed", "demo", "--json", *options]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=tmp_path)
        processes.append(process)
        assert process.stdout
        return json.loads(process.stdout.readline())

    yield start
    for process in processes:
        process.terminate()
        process.wait(timeout=20)


@pytest.fixture
def authority(tmp_path: Path) -> dict[str, str]:
    """Files of a throw-away certificate authority: `cert` and `key` of localhost, `ca` for clients."""
    ca = trustme.CA()
    certificate = ca.issue_cert("localhost", "127.0.0.1")
    files = {name: str(tmp_path / f"{name}.pem") for name in ("cert", "key", "ca")}
    certificate.cert_chain_pems[0].write_to_path(files["cert"])
    certificate.private_key_pem.write_to_path(files["key"])
    ca.cert_pem.write_to_path(files["ca"])
    return files


def run_client(script: Path, *arguments: str, **environment: str) -> Any:
    """Run a client as a child with its own environment; answers the JSON it prints last."""
    done = subprocess.run(
        [sys.executable, str(script), *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])
