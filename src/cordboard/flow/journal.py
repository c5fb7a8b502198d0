"""Journal: questions and answers as they are kept, and a flow brought back to where it stopped.

In:   a flow, begun anew, and the records of its earlier life.
Out:  `Resumed`: the first question that has no recorded answer, or the flow's outcome, or the place of the first
      difference. A flow asks the same questions for the same answers, so replaying it costs no request.

The surprise: a difference is no error. After an upgrade the new flow may ask something else; the old run is then
closed as superseded, and the rest of the call starts from the facts its records hold (decisions 12).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from cordboard.flow.kinds import KINDS
from cordboard.flow.questions import Flow, Outcome, Question


class Record(msgspec.Struct, frozen=True):
    """One question as written down, and its answer as soon as there was one."""

    kind: str
    question: bytes
    #: the request may have reached the CRM
    sent: bool = False
    answer: bytes | None = None


@dataclass(frozen=True, slots=True)
class Resumed:
    """Where a replayed flow stands."""

    #: the question that waits for an answer; None when the flow has ended or was superseded
    question: Question | None = None
    #: that question was already sent in an earlier life
    sent: bool = False
    #: how many records were consumed
    answered: int = 0
    outcome: Outcome | None = None
    superseded: bool = False


ENCODER = msgspec.json.Encoder(order="deterministic")


def encode_question(question: Question) -> tuple[str, bytes]:
    """The name of the question's kind and its content."""
    return type(question).__name__, ENCODER.encode(question)


def decode_question(kind: str, content: bytes) -> Question | None:
    """The question of a record, or None when this version knows no such question."""
    known = KINDS.get(kind)
    if known is None:
        return None
    try:
        return msgspec.json.decode(content, type=known)
    except msgspec.ValidationError:
        return None


def encode_answer(answer: object) -> bytes:
    return ENCODER.encode(answer)


def decode_answer(question: Question, content: bytes) -> Any:
    """The answer as the question's own type; raises `msgspec.ValidationError` for one of another version."""
    return msgspec.json.decode(content, type=type(question).answer)


def resume(flow: Flow, records: Iterable[Record]) -> Resumed:
    """Feed the recorded answers to a flow begun anew and say where it stands then."""
    rows = iter(records)
    answered = 0
    try:
        question = next(flow)
        while (record := next(rows, None)) is not None:
            if encode_question(question) != (record.kind, record.question):
                return closed(flow, answered)
            if record.answer is None:
                return Resumed(question, sent=record.sent, answered=answered)
            answer = decode_answer(question, record.answer)
            answered += 1
            question = flow.send(answer)
    except StopIteration as end:
        # a flow that ends while records are left was changed by an upgrade
        left = next(rows, None) is not None
        return Resumed(outcome=end.value, answered=answered, superseded=left)
    except msgspec.ValidationError:
        return closed(flow, answered)
    return Resumed(question, answered=answered)


def closed(flow: Flow, answered: int) -> Resumed:
    flow.close()
    return Resumed(superseded=True, answered=answered)


def known_pairs(records: Iterable[Record]) -> Iterator[tuple[Question, Any]]:
    """Questions with their answers (None where none came), as far as this version can read them."""
    for record in records:
        question = decode_question(record.kind, record.question)
        if question is None:
            continue
        try:
            yield question, None if record.answer is None else decode_answer(question, record.answer)
        except msgspec.ValidationError:
            continue
