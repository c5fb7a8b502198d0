"""Asking: one request of one run, until it is answered or given up.

In:   a question and the run that asks it. Out: its answer, durable in the journal.

A question is marked `sent` before it leaves. A slot of the gate is held until the answer is durable, so a kill repeats
at most as many requests as there are slots.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Any

import structlog

from cordboard.crm.base import CrmConnection, CrmError
from cordboard.delivery.gate import Gate
from cordboard.delivery.ledger import Journal
from cordboard.delivery.line import Line
from cordboard.delivery.measuring import DeliveryMeasures, kind_of
from cordboard.delivery.retry import GiveUp, RetryAt, next_attempt
from cordboard.delivery.run import Run, words
from cordboard.flow.after_finish import AttachRecord, CreateTask
from cordboard.flow.journal import Record, decode_answer, encode_answer, encode_question
from cordboard.flow.questions import (
    Done,
    Finish,
    LookForFinished,
    Priority,
    Question,
    ReadFacts,
    Refused,
    Register,
    Registered,
    Sight,
)

log = structlog.get_logger(__name__)

#: requests under way at a time
SLOTS = 8
#: of these at most so many recordings, which take long
RECORD_SLOTS = 2


class Asker:
    """Puts the questions of all runs to one CRM."""

    def __init__(
        self,
        crm: CrmConnection,
        journal: Journal,
        *,
        clock: Callable[[], float],
        counts: Counter[str],
        observe: bool = False,
    ) -> None:
        self.line = Line(crm.name, clock)
        self.measures = DeliveryMeasures()
        self._crm = crm
        self._journal = journal
        self._clock = clock
        self._counts = counts
        self._observe = observe
        self._gate = Gate(SLOTS)
        self._records = Gate(RECORD_SLOTS)

    async def ask(self, run: Run, question: Question, sent: bool) -> Any:
        """Ask the CRM until there is an answer, or until trying again cannot help."""
        run.pending_since, run.pending_kind = self._clock(), kind_of(question)
        attempts, wait = 0, 0.0
        while True:
            async with self._records_gate(question), self._gate.slot(question.priority):
                again, sent = sent, True
                await self._may_leave(run, question, sent=again)
                answer = None
                try:
                    answer = await self._try(question, again=again)
                except CrmError as error:
                    attempts += 1
                    self._counts["failures"] += 1
                    match next_attempt(error, attempts, self._clock()):
                        case GiveUp(reason):
                            answer = given_up(question, f"{reason}: {error}")
                        case RetryAt(when):
                            # while the whole connection is down its line says when; else only this call waits
                            wait = 0.0 if error.connection else max(when - self._clock(), 0.0)
                if answer is not None:
                    await self._journal.answer(run.stored, encode_answer(answer))
                    self._note(run, question, answer)
                    return answer
            if wait:
                log.info("a request is tried again", **words(run.key), question=type(question).__name__, seconds=wait)
                await asyncio.sleep(wait)

    def _records_gate(self, question: Question) -> AbstractAsyncContextManager[None]:
        is_record = question.priority == Priority.RECORD
        return self._records.slot(question.priority) if is_record else nullcontext()

    async def _may_leave(self, run: Run, question: Question, *, sent: bool) -> None:
        await self.line.ready()
        try:
            if not sent:
                await self._mark_sent(run, question)
        except BaseException:
            # it may be the one request that tries while the CRM is down: the others wait for it
            self.line.release()
            raise

    async def _mark_sent(self, run: Run, question: Question) -> None:
        kind, content = encode_question(question)
        records = [*run.unwritten, Record(kind, content, sent=True)]
        await self._journal.append(run.stored, records)
        run.unwritten = []

    async def _try(self, question: Question, *, again: bool) -> Any:
        if self._observe:
            self.line.release()
            return observed(question)
        self._counts["requests"] += 1
        began = time.perf_counter()
        try:
            answer = await self._crm.ask(question, again=again)
        except CrmError as error:
            self.measures.asked(question, error.label, time.perf_counter() - began)
            if error.connection:
                self.line.failed(error)
            else:
                # it answered, if only to say no or to fail: the line is up
                self.line.worked()
            raise
        except BaseException:
            self.line.release()
            raise
        self.line.worked()
        self.measures.asked(question, "ok", time.perf_counter() - began)
        return answer

    def _note(self, run: Run, question: Question, answer: Any) -> None:
        run.pending_since = 0.0
        self.measures.answered(question, answer, run.inbox.fresh_since)
        if isinstance(answer, Registered):
            run.call_id = answer.id
            self._counts["registered"] += 1
        elif isinstance(question, AttachRecord) and isinstance(answer, Done):
            self._counts["recorded"] += 1
        log.info(
            "asked the CRM",
            **words(run.key),
            question=type(question).__name__,
            answer=type(answer).__name__,
            call_id=run.call_id or None,
            words=answer.words if isinstance(answer, Refused) else None,
        )


def given_up(question: Question, reason: str) -> Any:
    """The answer a flow gets when trying again cannot help."""
    return Sight.UNKNOWN if isinstance(question, LookForFinished) else Refused(reason)


def observed(question: Question) -> Any:
    """The answer that is assumed when nothing is sent (`mode = "observe"`)."""
    known: dict[type[Question], bytes] = {
        Register: b'{"type":"registered","id":"observed"}',
        Finish: b'{"type":"finished"}',
        ReadFacts: b'{"type":"facts"}',
        CreateTask: b'{"type":"task","id":"observed"}',
    }
    return decode_answer(question, known.get(type(question), b'{"type":"done"}'))
