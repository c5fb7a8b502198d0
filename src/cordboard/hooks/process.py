"""Process: one program of a customer under our supervision, from its start to its end.

In:   its command, its environment, its limits; a question as one line.
Out:  its answer as one line, and what it wrote to standard error. `RunFailed` says why there is no answer.

What surprises: memory is limited by RLIMIT_DATA, not by RLIMIT_AS. Node reserves more address space than any sensible
limit before its first line, and never writes to it: under RLIMIT_AS it does not even start, while RLIMIT_DATA counts
what a program really asks for. A shell lays the limits on and becomes the program: limits of a process under another
account may be changed from outside only with a capability that services rarely have.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

#: longest line, each way
MOST_LINE = 4 << 20
#: of standard error, kept for one run
MOST_LOG = 64 << 10
#: seconds that a program has to end by itself once its input is closed
GRACE = 2.0
#: seconds between two looks whether it has
LOOK = 0.01
#: threads in which programs are started, so that nothing else that is slow keeps them waiting
STARTERS = ThreadPoolExecutor(4, "hooks")


class RunFailed(Exception):
    """A customization gave no answer; the message says why."""

    def __init__(self, reason: str, *, log: str = "", timeout: bool = False) -> None:
        super().__init__(reason)
        self.log = log
        self.timeout = timeout


class EndedUnasked(Exception):
    """A program that had answered before ended with 0 instead of answering: it is a one-shot."""


@dataclass(frozen=True, slots=True)
class Command:
    """How a program is started."""

    words: Sequence[str]
    cwd: Path
    environ: dict[str, str]
    memory_mb: int = 512
    #: account to run under, where we are root
    user: str = ""


class Output(asyncio.Protocol):
    """What comes out of one pipe: lines for standard output, the first bytes of a run for standard error."""

    def __init__(self, most: int, *, keep_reading: bool) -> None:
        self.buffer = bytearray()
        self.is_closed = False
        self._most = most
        self._keep_reading = keep_reading
        self._came = asyncio.Event()
        self._searched = 0
        self._pipe: asyncio.ReadTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._pipe = cast("asyncio.ReadTransport", transport)

    def data_received(self, data: bytes) -> None:
        self.buffer += data[: max(self._most + 1 - len(self.buffer), 0)]
        # a log that is too long is read on and forgotten, or its program would wait for us for ever; answers are not
        if len(self.buffer) > self._most and not self._keep_reading and self._pipe is not None:
            self._pipe.pause_reading()
        self._came.set()

    def connection_lost(self, exc: Exception | None) -> None:
        self.is_closed = True
        self._came.set()

    async def line(self) -> bytes:
        """The next line, or what is there when the pipe is closed."""
        while True:
            end = self.buffer.find(b"\n", self._searched)
            if end >= 0:
                return self._take(end + 1)
            if len(self.buffer) > self._most:
                raise RunFailed(f"wrote a line of more than {self._most >> 20} MiB")
            if self.is_closed:
                return self._take(len(self.buffer))
            self._searched = len(self.buffer)
            self._came.clear()
            await self._came.wait()

    def take(self) -> bytes:
        """Everything that came."""
        return self._take(len(self.buffer))

    def _take(self, length: int) -> bytes:
        taken = bytes(self.buffer[:length])
        del self.buffer[:length]
        self._searched = 0
        return taken


class Process:
    """One running program, in a process group of its own."""

    def __init__(self, child: subprocess.Popen[bytes]) -> None:
        self._child = child
        self._out = Output(MOST_LINE, keep_reading=False)
        self._err = Output(MOST_LOG, keep_reading=True)
        self._transports: list[asyncio.BaseTransport] = []
        self.answered = 0

    @classmethod
    async def start(cls, command: Command) -> Process:
        """Start the program; it waits for its first line."""
        starting = asyncio.get_running_loop().run_in_executor(STARTERS, spawn, command)
        try:
            child = await asyncio.shield(starting)
        except asyncio.CancelledError:
            # nobody waits for it any more, and it is under way
            starting.add_done_callback(forsake)
            raise
        except (OSError, ValueError, LookupError, subprocess.SubprocessError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise RunFailed(f"{command.words[0]}: cannot be started: {reason}") from None
        process = cls(child)
        try:
            await process._connect()
        except BaseException:
            process.kill()
            raise
        return process

    async def _connect(self) -> None:
        loop = asyncio.get_running_loop()
        out, _ = await loop.connect_read_pipe(lambda: self._out, cast("IO[bytes]", self._child.stdout))
        err, _ = await loop.connect_read_pipe(lambda: self._err, cast("IO[bytes]", self._child.stderr))
        into, _ = await loop.connect_write_pipe(asyncio.BaseProtocol, cast("IO[bytes]", self._child.stdin))
        self._into = into
        self._transports = [out, err, into]

    @property
    def is_fit(self) -> bool:
        """It still runs, listens, and has said nothing unasked."""
        return self._child.poll() is None and not self._out.is_closed and not self._out.buffer.strip()

    async def ask(self, line: bytes) -> tuple[bytes, str]:
        """Write one question; its answer's line and its log."""
        self._err.take()
        if not self._into.is_closing():
            self._into.write(line)
        answer = await self._out.line()
        if not answer.strip():
            raise await self._why_nothing()
        if self._out.buffer.strip():
            raise RunFailed("wrote more than one line to standard output")
        self.answered += 1
        return answer, self.log()

    async def _why_nothing(self) -> Exception:
        if not self._out.is_closed:
            return RunFailed("wrote an empty line")
        code = await self._ended_within(0.5)
        if code == 0 and self.answered:
            return EndedUnasked()
        if code is None:
            return RunFailed("closed its standard output without an answer")
        if code < 0:
            return RunFailed(f"was ended by {signal.Signals(-code).name} before its answer")
        return RunFailed(f"ended with {code} before its answer" + (" (it cannot be run)" if code in {126, 127} else ""))

    def log(self) -> str:
        """What it wrote to standard error since the last question."""
        written = self._err.take()
        text = written[:MOST_LOG].decode("utf-8", "replace")
        return text + "\n(more was cut)" if len(written) > MOST_LOG else text

    async def stop(self) -> None:
        """Close its input; two seconds later its group is killed."""
        self._into.close()
        try:
            await self._ended_within(GRACE)
        finally:
            self.kill()

    async def _ended_within(self, seconds: float) -> int | None:
        """Its exit code; None where it goes on. No thread waits, or slow programs would use them all up."""
        loop = asyncio.get_running_loop()
        give_up = loop.time() + seconds
        # nothing portable tells of the end of a process
        while (code := self._child.poll()) is None and loop.time() < give_up:  # noqa: ASYNC110
            await asyncio.sleep(LOOK)
        return code

    def kill(self) -> None:
        """End it and everything it started, now."""
        end_group(self._child)
        for transport in self._transports:
            transport.close()
        # it is reaped now, or in a moment, or by the next start of any program
        if self._child.poll() is None:
            asyncio.get_running_loop().call_later(0.1, self._child.poll)


def spawn(command: Command) -> subprocess.Popen[bytes]:
    """Start the program in a session of its own, limited; raises OSError, or LookupError for an unknown account."""
    as_user = command.user if command.user and os.geteuid() == 0 else None
    limited = ("/bin/sh", "-c", f'ulimit -d {command.memory_mb << 10}; ulimit -c 0; exec "$0" "$@"', *command.words)
    return subprocess.Popen(  # noqa: S603 (a customization is what the settings name)
        limited,
        cwd=command.cwd,
        env=command.environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        bufsize=0,
        start_new_session=True,
        user=as_user,
        group=primary_group(as_user) if as_user else None,
        extra_groups=[] if as_user else None,
    )


def primary_group(user: str) -> int:
    import pwd

    try:
        return pwd.getpwnam(user).pw_gid
    except KeyError:
        raise LookupError(f"there is no account {user!r}") from None


def end_group(child: subprocess.Popen[bytes]) -> None:
    """Kill a program and everything it started: its group may outlive it."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)


def forsake(starting: asyncio.Future[subprocess.Popen[bytes]]) -> None:
    """End a program whose question was given up while it was being started."""
    if not starting.cancelled() and starting.exception() is None:
        end_group(starting.result())
