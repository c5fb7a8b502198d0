"""The real portal as a process of its own, for tests that kill it, or start it with options of the command line.

In:   a folder for its database, options of `cordboard portal`. Out: its ready line; killed or stopped at the end.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["RunningPortal", "portal_command", "running_portal"]


@dataclass(slots=True)
class RunningPortal:
    """A portal that answers."""

    process: subprocess.Popen[str]
    #: DESIGN 3: url, login, password, webhook, application …
    ready: dict[str, Any]

    @property
    def url(self) -> str:
        return str(self.ready["url"])

    @property
    def webhook(self) -> str:
        return str(self.ready["webhook"])


def portal_command(db: Path | str, *options: str, port: int = 0) -> list[str]:
    """The command line of a portal on a free port of this machine; `db` is a file, or the URL of a database."""
    url = db if isinstance(db, str) else f"sqlite:///{db}"
    start = [sys.executable, "-m", "cordboard.cli.main", "portal", "--db", url, "--port", str(port)]
    return [*start, "--json", *options]


@contextmanager
def running_portal(
    folder: Path, *options: str, seed: bool = True, port: int = 0, db: str = ""
) -> Generator[RunningPortal]:
    """A portal with its database in `folder` or at the URL `db`; with `seed`, the demo's company is in it."""
    seeding = ("--seed", "demo") if seed else ()
    command = portal_command(db or folder / "portal.db", *seeding, *options, port=port)
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            raise RuntimeError(f"the portal did not start: exit code {process.wait(10)}")
        yield RunningPortal(process, json.loads(line))
    finally:
        stop(process)


def stop(process: subprocess.Popen[str]) -> None:
    """End a process politely, then by force."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)
    if process.stdout is not None:
        process.stdout.close()
