"""Functions: customizations in Python, from a file or from an installed package.

In:   "file.py:function", "package.module:function", or an entry point of the group `cordboard.hooks`.
Out:  the envelope the function returns.

What surprises: a thread cannot be stopped. After a time-out it is left behind and the function counts as stuck until
it comes back; with too many left behind it is not asked any more. For code one does not trust there are programs.
"""

from __future__ import annotations

import asyncio
import importlib
import importlib.util
import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from cordboard.hooks.process import RunFailed
from cordboard.hooks.programs import Question, Reply

Call = Callable[[dict[str, Any]], Any]

#: threads of one function that never came back
MOST_STUCK = 8


class Function:
    """One Python function."""

    def __init__(self, call: Call) -> None:
        self._call = call
        #: threads left behind
        self.stuck = 0

    async def ask(self, question: Question, limit: float) -> Reply:
        """Call it in a thread of its own; raises `RunFailed` within the limit."""
        if self.stuck >= MOST_STUCK:
            raise RunFailed(f"it is stuck in {self.stuck} calls and is asked no more; make it a program")
        payload = msgspec.to_builtins(question.payload)
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Any] = loop.create_future()

        def settle(value: Any, error: BaseException | None) -> None:
            if answer.done():
                self.stuck -= 1  # it was given up, and came back after all
            elif error is not None:
                answer.set_exception(RunFailed(told(error), log=trace(error)))
            else:
                answer.set_result(value)

        def work() -> None:
            value: Any = None
            error: BaseException | None = None
            try:
                # through JSON and back, as a program's answer: no object of theirs lives on in ours
                value = msgspec.json.decode(msgspec.json.encode(self._call(payload)))
            except BaseException as raised:  # SystemExit too: it is their thread, and our process
                error = raised
            try:
                loop.call_soon_threadsafe(settle, value, error)
            except RuntimeError:
                return  # the program has ended meanwhile

        threading.Thread(target=work, daemon=True, name=f"hook {question.point}").start()
        try:
            async with asyncio.timeout(limit):
                return Reply(await answer)
        except TimeoutError:
            self.stuck += 1
            raise RunFailed(f"no answer within {limit:g} s; its thread is left behind", timeout=True) from None
        except asyncio.CancelledError:
            self.stuck += 1
            raise

    async def close(self) -> None:
        """Nothing to close: what runs is a thread."""


def told(error: BaseException) -> str:
    if isinstance(error, TypeError | UnicodeEncodeError) and "encod" in str(error).lower():
        return f"the answer is no JSON: {error}"
    return f"{type(error).__name__}: {error}"


def trace(error: BaseException) -> str:
    """Where in their code it went wrong; our own frame says nothing."""
    frames = traceback.extract_tb(error.__traceback__)[1:]
    return "".join(traceback.format_list(frames))[-4000:]


def load_function(place: str, folder: Path) -> Call:
    """The function at `file.py:function` (relative to the folder of customizations) or `module:function`."""
    where, _, name = place.rpartition(":")
    if not where or not name:
        raise RunFailed(f"{place}: write module:function or file.py:function")
    try:
        module = load_file(folder / where) if where.endswith(".py") else importlib.import_module(where)
        found = getattr(module, name)
    except Exception as error:  # their code runs at import: whatever it raises belongs to it
        raise RunFailed(f"{place}: cannot be loaded: {told(error)}") from None
    if not callable(found):
        raise RunFailed(f"{place}: is no function")
    return found


def load_file(path: Path) -> Any:
    name = f"cordboard_hook_{path.stem}_{abs(hash(path))}"
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None or not path.is_file():
        raise FileNotFoundError(f"there is no file {path}")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module
