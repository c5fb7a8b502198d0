"""Chain: the customizations of a point, asked one after the other.

In:   a point's name, the payload, the connection it belongs to.
Out:  `Customized`: the parameters after all of them, or that one of them cancelled, with every run; it never raises.
      Failures are counted and logged with point, linkedid and reason: the call goes on with what it had.
"""

from __future__ import annotations

import itertools
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol

import structlog

from cordboard.hooks.answers import Customized, Outcome, Params, Run, Understood, params_of, understand, with_params
from cordboard.hooks.process import RunFailed
from cordboard.hooks.programs import Question, Reply
from cordboard.hooks.specs import POINTS, Point
from cordboard.measures import Spread

log = structlog.get_logger(__name__)


class Runner(Protocol):
    """Whatever can be asked: a program, a function."""

    async def ask(self, question: Question, limit: float) -> Reply:
        """The envelope within `limit` seconds; raises `RunFailed`."""
        ...

    async def close(self) -> None: ...


@dataclass(slots=True)
class Entry:
    """One customization of one point."""

    name: str
    point: Point
    runner: Runner
    #: only this connection; None = all
    crm: str | None = None
    order: int = 100
    #: seconds; None = the point's own
    timeout: float | None = None
    outcomes: Counter[str] = field(default_factory=Counter[str])
    milliseconds: float = 0.0
    spread: Spread = field(default_factory=Spread)
    last_failure: str = ""

    @property
    def limit(self) -> float:
        return self.point.timeout if self.timeout is None else self.timeout

    def status(self) -> dict[str, Any]:
        """For the status page and `cordboard hooks list`."""
        runs = self.outcomes.total()
        return {
            "name": self.name,
            "point": self.point.name,
            "crm": self.crm,
            "order": self.order,
            "timeout": self.limit,
            "runs": runs,
            "failed": self.outcomes[Outcome.FAILED] + self.outcomes[Outcome.TIMEOUT],
            "cancelled": self.outcomes[Outcome.CANCELLED],
            "average_milliseconds": round(self.milliseconds / runs, 2) if runs else 0.0,
            "last_failure": self.last_failure,
        }


class Customizations:
    """All customizations of a connector."""

    def __init__(self, entries: Iterable[Entry] = (), troubles: Iterable[str] = ()) -> None:
        #: ascending by order; equal ones as written
        self.entries = sorted(entries, key=lambda entry: entry.order)
        #: what is wrong with the settings and the folder, in words
        self.troubles = tuple(troubles)
        self._ids = itertools.count(1)

    def points_of(self, crm: str) -> frozenset[str]:
        """The points at which this connection has customizations."""
        return frozenset(entry.point.name for entry in self.entries if entry.crm in {None, crm})

    async def ask(
        self, point: str, payload: Params, *, crm: str | None = None, linkedid: str = "", dry: bool = False
    ) -> Customized:
        """Ask the customizations of a point; `crm` None asks those of every connection."""
        spec = POINTS[point]
        params = params_of(spec, payload)
        runs: list[Run] = []
        for entry in self.entries:
            if entry.point is not spec or (crm is not None and entry.crm not in {None, crm}):
                continue
            run, understood = await self._run(entry, payload, params, dry=dry)
            runs.append(run)
            if run.reason:
                log.warning(
                    "a customization failed; the call goes on without it",
                    point=point,
                    linkedid=linkedid,
                    customization=entry.name,
                    reason=run.reason,
                )
            if understood.outcome is Outcome.CANCELLED:
                log.info("cancelled by customization", point=point, linkedid=linkedid, customization=entry.name)
                return Customized(params, tuple(runs), cancelled=True)
            if understood.outcome is Outcome.CHANGED:
                params = understood.params
                payload = with_params(spec, payload, params)
        return Customized(params, tuple(runs))

    async def _run(self, entry: Entry, payload: Params, params: Params, *, dry: bool) -> tuple[Run, Understood]:
        question = Question(str(next(self._ids)), entry.point.name, dry, payload)
        began = time.perf_counter()
        reply = Reply(None)
        try:
            reply = await entry.runner.ask(question, entry.limit)
            understood = understand(entry.point, reply.envelope, params)
        except RunFailed as failure:
            reply = Reply(None, failure.log)
            outcome = Outcome.TIMEOUT if failure.timeout else Outcome.FAILED
            understood = Understood(outcome, reason=str(failure))
        except Exception as error:
            # no more files, no more threads, a defect of ours: a call is worth more than a customization
            log.exception("a customization could not be asked", point=entry.point.name, customization=entry.name)
            understood = Understood(Outcome.FAILED, reason=f"{type(error).__name__}: {error}")
        taken = (time.perf_counter() - began) * 1000
        entry.outcomes[understood.outcome] += 1
        entry.milliseconds += taken
        entry.spread.add(taken / 1000)
        entry.last_failure = understood.reason or entry.last_failure
        run = Run(entry.name, understood.outcome, round(taken, 3), reply.envelope, reply.log, understood.reason)
        return run, understood

    def status(self) -> list[dict[str, Any]]:
        return [entry.status() for entry in self.entries]

    async def close(self) -> None:
        """End every program."""
        for runner in {id(entry.runner): entry.runner for entry in self.entries}.values():
            await runner.close()
