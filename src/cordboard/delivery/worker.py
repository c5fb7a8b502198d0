"""Worker: the runs of one connection. Each drives one flow through one call.

In:   news of calls (`tell`), the journal's open runs at the start (`resume`).
Out:  requests to the CRM, each marked `sent` in the journal before it leaves, its answer durable before the flow goes
      on; `counts` for the status page.

What surprises: answers from inside (news, users) are not written at once but together with the next request, since
without a request nothing has happened yet. How one request is asked stands in `asking.py`.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
import structlog

from cordboard.crm.asked import Click
from cordboard.crm.base import CrmConnection, CrmFlows
from cordboard.delivery.asking import Asker
from cordboard.delivery.inside import Hooks, Inside, Users
from cordboard.delivery.ledger import Journal, RunKey, StoredRun
from cordboard.delivery.remembered import Remembered
from cordboard.delivery.run import Run, words
from cordboard.ending import end
from cordboard.flow.after_finish import Missing
from cordboard.flow.journal import Record, encode_answer, encode_question, known_pairs, resume
from cordboard.flow.questions import (
    FindUsers,
    Flow,
    NeedUser,
    NextStages,
    Outcome,
    Question,
    ReadUsers,
    Register,
    Registered,
    Repeat,
    RunHook,
    TakeOver,
)
from cordboard.flow.situation import News
from cordboard.hooks.answers import Customized, params_of
from cordboard.hooks.specs import POINTS

log = structlog.get_logger(__name__)

#: what the status page counts: how calls ended, and what was asked
COUNTED = (
    "calls",
    "registered",
    "finished",
    "refused",
    "unwanted",
    "cancelled",
    "moved",
    "skipped",
    "recorded",
    "recordings_missing",
    "requests",
    "failures",
    "defects",
)


class Worker:
    """All runs of one connection."""

    def __init__(
        self,
        crm: CrmConnection,
        flows: CrmFlows,
        journal: Journal,
        users: Users,
        terms: Callable[[str], Any],
        *,
        clock: Callable[[], float],
        observe: bool = False,
        hooks: Hooks | None = None,
        inside: Mapping[type[Question], Inside] | None = None,
    ) -> None:
        self.crm = crm
        self.counts: Counter[str] = Counter()
        self._asker = Asker(crm, journal, clock=clock, counts=self.counts, observe=observe)
        self.line = self._asker.line
        self.measures = self._asker.measures
        self.runs: dict[RunKey, Run] = {}
        #: ended runs: what is told of them again, after a restart or by the slower lane, is old
        self.closed = Remembered[RunKey]()
        self._flows = flows
        self._journal = journal
        self._users = users
        self._terms = terms
        self._clock = clock
        self._hooks = hooks
        self._inside = inside or {}
        self._observe = observe

    # --- from outside ----------------------------------------------------------------------------------------------

    def tell(self, pbx: str, linkedid: str, news: News) -> None:
        """Something happened to a call; its flow begins with its first news."""
        key = RunKey(pbx, linkedid, self.crm.name)
        if key in self.closed:
            return
        run = self.runs.get(key)
        if run is None:
            run = self.begin(StoredRun(key, terms=self._terms(pbx)))
        run.inbox.tell(news)

    def resume(self, stored: StoredRun) -> Run:
        """Go on with a run of an earlier life."""
        return self.begin(stored)

    def prepared(self, pbx: str, linkedid: str, click: Click) -> StoredRun:
        """A run that begins before its call, as the journal will keep it; `resume` lets it go on."""
        known = encode_answer(self._flows.known_of_click(click))
        return StoredRun(RunKey(pbx, linkedid, self.crm.name), terms=self._terms(pbx), known=known)

    def begin(self, stored: StoredRun) -> Run:
        run = Run(stored)
        self.runs[stored.key] = run
        run.task = asyncio.create_task(self._live(run), name=f"{stored.key}")
        return run

    async def skip(self, key: RunKey) -> bool:
        """Give up a call, whatever is still to be asked about it; false if it is not under way."""
        run = self.runs.get(key)
        if run is None:
            return False
        if run.task is not None:
            run.task.cancel()
            await asyncio.gather(run.task, return_exceptions=True)
        if key in self.runs:  # else it ended just now
            await self._journal.close(run.stored, run.unwritten, skipped(run))
            self._over(run, skipped(run))
        return True

    async def repeat(self, stored: StoredRun, registered: bool, news: News) -> None:
        """Begin an ended run anew, with what stands in the CRM of it already."""
        known = self._facts(stored) if registered else self._flows.known_from(())
        following = await self._journal.supersede(stored, encode_answer(known))
        self.closed.discard(stored.key)
        self.begin(following).inbox.tell(news)

    def call_id(self, pbx: str, linkedid: str) -> str:
        """The CRM's id of a running call, "" before it is registered."""
        run = self.runs.get(RunKey(pbx, linkedid, self.crm.name))
        return run.call_id if run else ""

    def status(self) -> dict[str, Any]:
        """Counts and state for the status page."""
        waiting = [run.pending_since for run in self.runs.values() if run.pending_since]
        return {
            "state": "held" if self.line.is_held else self.line.state,
            "trouble": self.line.trouble,
            "open": len(self.runs),
            "pending": len(waiting),
            "oldest_pending_seconds": round(self._clock() - min(waiting), 1) if waiting else 0.0,
            "line_failures": self.line.failures,
            **{name: self.counts[name] for name in COUNTED},
        }

    async def close(self) -> None:
        """Stop; what is under way is taken up at the next start."""
        await end(run.task for run in self.runs.values() if run.task is not None)
        await self.crm.close()

    # --- one run ---------------------------------------------------------------------------------------------------

    async def _live(self, run: Run) -> None:
        try:
            outcome = await self._drive(run)
        except asyncio.CancelledError:
            raise
        except Exception as error:
            # a defect of ours: the call stays in the journal and is tried again at the next start; until then it stays
            # among the runs too, or its next news would begin it a second time
            log.exception("the flow of a call failed", **words(run.key))
            self.counts["defects"] += 1
            run.pending_since = 0.0
            run.outcome.set_exception(error)
            run.outcome.exception()  # nobody need wait for it
            return
        self._over(run, outcome)

    def _over(self, run: Run, outcome: Outcome) -> None:
        self.closed.add(run.key)
        self.runs.pop(run.key, None)
        self.counts["calls"] += 1
        self.counts[outcome.status] += 1
        if outcome.status != "unwanted":
            log.info("call " + outcome.status, **words(run.key), call_id=outcome.call_id, words=outcome.words or None)
        if not run.outcome.done():  # it has an exception where the flow had a defect
            run.outcome.set_result(outcome)

    async def _drive(self, run: Run) -> Outcome:
        flow, question, sent, outcome = await self._take_up(run)
        while question is not None:
            answer = await self._answer(run, question, sent)
            sent = False
            try:
                question = flow.send(answer)
            except StopIteration as end:
                outcome, question = end.value, None
        assert outcome is not None
        await self._journal.close(run.stored, run.unwritten, outcome)
        return outcome

    async def _take_up(self, run: Run) -> tuple[Flow, Question | None, bool, Outcome | None]:
        """Bring the flow to its first open question, superseding what this version does not follow."""
        while True:
            stored = run.stored
            known = self._known(stored)
            flow = self._flows.call_flow(stored.terms, known)
            resumed = resume(flow, stored.records)
            if not resumed.superseded:
                run.call_id = known_call(known)
                self._remember(run)
                if resumed.sent and resumed.question is not None and resumed.question.repeat == Repeat.INSIDE:
                    raise AssertionError("a question from inside is never sent")
                return flow, resumed.question, resumed.sent, resumed.outcome
            log.warning("the flow has changed; the call goes on from its facts", **words(run.key))
            known = self._facts(stored)
            run.stored = await self._journal.supersede(stored, encode_answer(known))

    def _known(self, stored: StoredRun) -> Any:
        empty: Any = self._flows.known_from(())
        return msgspec.json.decode(stored.known, type=empty.__class__) if stored.known else None

    def _facts(self, stored: StoredRun) -> Any:
        """What a run knew at its beginning, and what it has learned since."""
        return self._flows.known_from(known_pairs(stored.records), self._known(stored))

    def _remember(self, run: Run) -> None:
        """What the records say about the present: the last news, the call's id."""
        for question, answer in known_pairs(run.stored.records):
            match question, answer:
                case NextStages(), News():
                    # of an earlier life: no card may follow from it alone
                    run.inbox.remember(msgspec.structs.replace(answer, fresh=False))
                case Register(), Registered(id=call_id):
                    run.call_id = call_id
                case TakeOver(), Outcome(registered=Registered(id=call_id)) if not run.call_id:
                    run.call_id = call_id
                case _:
                    pass

    async def _answer(self, run: Run, question: Question, sent: bool) -> Any:
        if question.repeat != Repeat.INSIDE:
            return await self._asker.ask(run, question, sent)
        match question:
            case NextStages(within):
                answer: Any = await run.inbox.next(within)
            case FindUsers(numbers):
                answer = await self._users.find(numbers)
            case NeedUser(numbers, line):
                answer = await self._users.need(numbers, line)
            case ReadUsers(ids):
                answer = await self._users.details(ids)
            case RunHook():
                return await self._customize(run, question)
            case TakeOver(linkedid):
                answer = await self._left_by(run.key._replace(linkedid=linkedid))
                if answer is not None and answer.registered is not None and not run.call_id:
                    run.call_id = answer.registered.id
            case _:
                answer = await self._inside[type(question)](question)
                if isinstance(answer, Missing):
                    self.counts["recordings_missing"] += 1
        kind, content = encode_question(question)
        run.unwritten.append(Record(kind, content, answer=encode_answer(answer)))
        return answer

    async def _customize(self, run: Run, question: RunHook) -> Customized:
        """Ask the customizations; what one did outside must not be done again after a restart."""
        point, spec = question.point, POINTS[question.point]
        if self._hooks is None:
            answer = Customized(params_of(spec, question.payload))
        else:
            answer = await self._hooks.ask(
                point, question.payload, crm=self.crm.name, linkedid=run.key.linkedid, dry=self._observe
            )
        kind, content = encode_question(question)
        run.unwritten.append(Record(kind, content, answer=encode_answer(answer)))
        if spec.acts:
            records, run.unwritten = run.unwritten, []
            await self._journal.append(run.stored, records)
        return answer

    async def _left_by(self, key: RunKey) -> Outcome | None:
        other = self.runs.get(key)
        if other is None:
            return await self._journal.outcome(key)
        await asyncio.wait({other.outcome})
        # a defect left nothing that could be taken over
        return None if other.outcome.exception() is not None else other.outcome.result()


def known_call(known: Any) -> str:
    """The CRM's id of a call that was registered before its run began, "" for none."""
    registered = getattr(known, "registered", None)
    return registered.id if isinstance(registered, Registered) else ""


def skipped(run: Run) -> Outcome:
    return Outcome(status="skipped", call_id=run.call_id, words="given up by somebody: cordboard queue skip")
