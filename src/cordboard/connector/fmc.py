"""FMC: employees' numbers outside, told to the numbering plans while the program runs.

In:   the numbers in the profiles of the CRM's users, and a file of patterns that may be edited at any time.
Out:  `NumberingPlan.learn`, as soon as either has changed.

A file that cannot be read leaves what was known; a line that is no pattern is told and passed over.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from pathlib import Path

import structlog

from cordboard.numbers.employees import Employees, patterns_of
from cordboard.numbers.plan import NumberingPlan

log = structlog.get_logger(__name__)

#: seconds between looks
EVERY = 2.0


class OutsideNumbers:
    """What is known of employees' numbers outside."""

    def __init__(self, file: Path | None, profiles: Callable[[], Iterable[str]], plans: list[NumberingPlan]) -> None:
        self._file = file
        self._profiles = profiles
        self._plans = plans
        self._patterns: list[str] = []
        self._stamp: tuple[int, int] | None = None
        self._trouble = ""

    async def follow(self) -> None:
        """Look at the file and the profiles, for ever."""
        while True:
            self.look()
            await asyncio.sleep(EVERY)

    def look(self) -> None:
        """Learn what has changed."""
        if self._file is not None:
            self._read(self._file)
        employees = Employees(self._profiles(), self._patterns)
        for plan in self._plans:
            plan.learn(employees)

    def _read(self, file: Path) -> None:
        try:
            state = file.stat()
            if (state.st_mtime_ns, state.st_size) == self._stamp:
                return
            patterns, broken = patterns_of(file.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            if str(error) != self._trouble:
                log.warning("the patterns of employees' numbers cannot be read", file=str(file), reason=str(error))
            self._trouble = str(error)
            return
        self._trouble, self._patterns = "", patterns
        self._stamp = (state.st_mtime_ns, state.st_size)
        log.info("the patterns of employees' numbers were read", file=str(file), patterns=len(patterns))
        if broken:
            log.warning("lines are no patterns of numbers", file=str(file), lines=broken[:10])
