"""Portal and connector as processes of their own, started again when they die.

In:   the arguments of a `cordboard` command that prints one JSON line when it is ready.
Out:  that line, again after each restart; the process's own words go to a log file in the demo's folder.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

#: a child that needs longer than this to be ready will not be ready at all
READY_SECONDS = 60.0
#: a child that dies this often in a row is ill, not killed
MOST_RESTARTS = 10
STOP_SECONDS = 8.0


class ChildFailed(Exception):
    """A child does not start; the message holds its last words."""


class Child:
    """One supervised process."""

    def __init__(self, name: str, arguments: list[str], folder: Path) -> None:
        self.name = name
        #: the command's arguments; may be changed for the next start (a fixed port)
        self.arguments = arguments
        self.ready: dict[str, Any] = {}
        self.restarts = 0
        self._log = folder / f"{name}.log"
        self._process: asyncio.subprocess.Process | None = None
        self._stopping = False

    @property
    def pid(self) -> int:
        return self._process.pid if self._process else 0

    async def start(self) -> dict[str, Any]:
        """Start it; the JSON line it prints when ready."""
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "cordboard.cli.main", *self.arguments,
                stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=log,
                # Ctrl+C is for the demo, which ends its children in order
                start_new_session=True,
            )  # fmt: skip
        assert self._process.stdout is not None
        try:
            line = await asyncio.wait_for(self._process.stdout.readline(), READY_SECONDS)
            self.ready = msgspec.json.decode(line)
        except (TimeoutError, msgspec.DecodeError) as error:
            raise ChildFailed(f"the {self.name} does not start: {self.last_words()}") from error
        return self.ready

    async def supervise(self, on_restart: Callable[[], None]) -> None:
        """Start it again whenever it dies, until it is stopped."""
        while not self._stopping:
            assert self._process is not None
            await self._process.wait()
            if self._stopping:
                return
            self.restarts += 1
            if self.restarts > MOST_RESTARTS:
                raise ChildFailed(f"the {self.name} dies again and again: {self.last_words()}")
            await self.start()
            on_restart()

    async def stop(self) -> None:
        """End it politely, then surely."""
        self._stopping = True
        if self._process is None or self._process.returncode is not None:
            return
        self._process.terminate()
        try:
            await asyncio.wait_for(self._process.wait(), STOP_SECONDS)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()

    def last_words(self) -> str:
        """The end of its log, for people."""
        if not self._log.exists():
            return "it said nothing"
        return self._log.read_text(encoding="utf-8", errors="replace").strip()[-1500:] or "it said nothing"
