"""Programs: customizations in any language, as processes that read and write JSON lines.

In:   the point's question. Out: the envelope, and what the program wrote to standard error.

Nothing declares whether a program is a worker or a one-shot: one that reads on after its answer is asked again, one
that ends is started anew. No call waits for another's: while one process is busy, another is asked; and once a program
is known to read on, a spare one waits ready, so that a call behind a hanging one does not even wait for a start.
"""

from __future__ import annotations

import asyncio
from typing import Any, cast

import msgspec

from cordboard.ending import end
from cordboard.hooks.answers import shown
from cordboard.hooks.process import MOST_LINE, Command, EndedUnasked, Process, RunFailed

#: processes of one program at the same time
MOST_PROCESSES = 64
#: seconds before a program that failed is started again: doubled from the first to the longest
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 30.0
#: a question waits so long for that pause to pass; behind a longer one it fails at once
MOST_WAIT = 1.0


class Question(msgspec.Struct, frozen=True):
    """What a customization is asked."""

    id: str
    point: str
    dry: bool
    payload: Any


class Reply(msgspec.Struct, frozen=True):
    """What came back."""

    envelope: Any
    log: str = ""


class Program:
    """All processes of one program."""

    def __init__(self, command: Command, *, workers: int = 1) -> None:
        self.command = command
        self.starts = 0
        self._workers = workers
        self._ready: list[Process] = []
        self._busy: set[Process] = set()
        self._reads_on = False
        self._is_one_shot = False
        self._pause = 0.0
        self._not_before = 0.0
        self._tasks: set[asyncio.Task[None]] = set()

    async def ask(self, question: Question, limit: float) -> Reply:
        """Ask one process; raises `RunFailed` within the limit."""
        line = encode(question)
        process: Process | None = None
        try:
            async with asyncio.timeout(limit):
                while True:
                    process = await self._take()
                    try:
                        answer, log = await process.ask(line)
                        break
                    except EndedUnasked:
                        # it ended after its last answer, and nobody had noticed: nothing was asked yet
                        self._is_one_shot = True
                        self._drop(process)
            reply = Reply(decode(answer, question.id), log)
        except TimeoutError:
            raise self._failed(process, RunFailed(f"no answer within {limit:g} s", timeout=True)) from None
        except RunFailed as failure:
            raise self._failed(process, failure) from None
        except BaseException:
            if process is not None:
                self._drop(process)
            raise
        self._pause = 0.0
        self._give_back(process)
        return reply

    async def close(self) -> None:
        """Let every process end."""
        await end(self._tasks)
        await asyncio.gather(*(process.stop() for process in self._ready))
        for process in list(self._busy):
            self._drop(process)
        self._ready.clear()

    # --- which process ---------------------------------------------------------------------------------------------

    async def _take(self) -> Process:
        while self._ready:
            process = self._ready.pop()
            if process.is_fit:
                self._reads_on = self._reads_on or process.answered > 0
                self._busy.add(process)
                self._keep_a_spare()
                return process
            process.kill()
        process = await self._start()
        self._busy.add(process)
        return process

    async def _start(self) -> Process:
        if len(self._busy) >= MOST_PROCESSES:
            raise RunFailed(f"{MOST_PROCESSES} of its processes are busy")
        wait = self._not_before - asyncio.get_running_loop().time()
        if wait > MOST_WAIT:
            raise RunFailed(f"it failed too often; started again in {wait:.1f} s")
        if wait > 0:
            await asyncio.sleep(wait)
        self.starts += 1
        return await Process.start(self.command)

    def _keep_a_spare(self) -> None:
        if self._ready or self._tasks or self._is_one_shot or not self._reads_on:
            return
        task = asyncio.create_task(self._start_spare())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _start_spare(self) -> None:
        try:
            self._ready.insert(0, await self._start())
        except RunFailed:
            return  # the next question says so

    def _give_back(self, process: Process) -> None:
        self._busy.discard(process)
        if not self._is_one_shot and process.is_fit and len(self._ready) <= self._workers:
            self._ready.append(process)
            return
        task = asyncio.create_task(process.stop())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _failed(self, process: Process | None, failure: RunFailed) -> RunFailed:
        log = ""
        if process is not None:
            log = process.log()
            self._drop(process)
            self._pause = min(max(self._pause * 2, FIRST_PAUSE), LONGEST_PAUSE)
            self._not_before = asyncio.get_running_loop().time() + self._pause
        return RunFailed(str(failure), log=failure.log or log, timeout=failure.timeout)

    def _drop(self, process: Process) -> None:
        self._busy.discard(process)
        process.kill()


def encode(question: Question) -> bytes:
    line = msgspec.json.encode(question) + b"\n"
    if len(line) > MOST_LINE:
        raise RunFailed(f"the question is larger than {MOST_LINE >> 20} MiB")
    return line


def decode(line: bytes, id: str) -> Any:
    """The envelope of an answer's line; `id` may be left out."""
    try:
        answer: Any = msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise RunFailed(f"no JSON: {shown(line[:80].decode('utf-8', 'replace').strip())} ({error})") from None
    if isinstance(answer, dict):
        given: Any = cast("dict[str, Any]", answer).get("id", id)
        if str(given) != id:
            raise RunFailed(f"the answer has the id of another question: {shown(given)}")
    return cast("Any", answer)
