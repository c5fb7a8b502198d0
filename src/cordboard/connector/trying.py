"""Trying: customizations on a call of yesterday, with nothing sent to anybody.

In:   a call: from the journal, from a capture, or a payload that somebody wrote.
Out:  `Trial`s: what went in, what came out, and how the request differs.

The call is told to the real flow of its CRM, with the answers its journal holds, and with samples where it holds none;
so a payload is the one that the customization would have got.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, get_args

import msgspec
from sqlalchemy import select

from cordboard.calls.cel import CelEvent
from cordboard.calls.snapshot import UserFull
from cordboard.calls.tracker import CallTracker
from cordboard.connector.settling import picture_of
from cordboard.connector.tables import call, entry, run
from cordboard.flow.after_finish import OpenReminder, Reminder
from cordboard.flow.journal import Record, encode_question, known_pairs
from cordboard.flow.questions import (
    Facts,
    FindUsers,
    Finish,
    Finished,
    Flow,
    NextStages,
    Question,
    ReadFacts,
    ReadUsers,
    Register,
    Registered,
    RunHook,
)
from cordboard.flow.situation import News, Situation, situation_of
from cordboard.hooks.answers import Customized, Params, params_of
from cordboard.hooks.chain import Customizations
from cordboard.hooks.specs import POINTS
from cordboard.store import Store

#: customization stages end with the call: `merged` is none
ENDED = "call_ended"


@dataclass(frozen=True, slots=True)
class Trial:
    """One point, asked once."""

    point: str
    payload: Params
    answer: Customized

    @property
    def before(self) -> Params:
        return params_of(POINTS[self.point], self.payload)

    def differences(self) -> dict[str, tuple[Any, Any]]:
        """Key → what it was and what it is; None where it was or is not there."""
        after = {} if self.answer.cancelled else self.answer.params
        keys = dict.fromkeys((*self.before, *after))
        found = {key: (self.before.get(key), after.get(key)) for key in keys}
        return {key: pair for key, pair in found.items() if pair[0] != pair[1]}

    def result(self) -> Params:
        """What a kept test expects."""
        return {"cancelled": self.answer.cancelled, "params": self.answer.params}


async def try_payload(hooks: Customizations, point: str, payload: Params, crm: str | None) -> list[Trial]:
    """Ask the customizations of a point with a payload as it is written."""
    return [Trial(point, payload, await hooks.ask(point, payload, crm=crm, dry=True))]


async def try_call(
    hooks: Customizations, flow: Flow, news: Iterable[News], answers: Answers, point: str, crm: str | None
) -> list[Trial]:
    """Tell a call to its flow; every time it asks the point, its customizations are asked.

    Those of the other points are not asked, so that nothing of them is seen in this one.
    """
    told = iter(news)
    trials: list[Trial] = []
    try:
        question = next(flow)
        while True:
            if isinstance(question, NextStages):
                answer: Any = next(told, None)
                if answer is None:
                    flow.close()
                    return trials
            elif isinstance(question, RunHook):
                payload: Params = msgspec.json.decode(msgspec.json.encode(question.payload))
                answer = Customized(params_of(POINTS[question.point], question.payload))
                if question.point == point:
                    trials += await try_payload(hooks, point, payload, crm)
                    answer = trials[-1].answer
            else:
                answer = answers.to(question)
            question = flow.send(answer)
    except StopIteration:
        return trials


class Answers:
    """What the CRM would say: what it said, where the journal holds it, else a sample."""

    def __init__(self, records: Iterable[Record] = ()) -> None:
        self._said = {
            encode_question(question): answer for question, answer in known_pairs(records) if answer is not None
        }
        self._by_kind = {key[0]: answer for key, answer in self._said.items()}

    def to(self, question: Question) -> Any:
        key = encode_question(question)
        if key in self._said and not isinstance(question, OpenReminder):
            return self._said[key]
        match question:
            case OpenReminder(_, mark):
                # an earlier call's reminder would keep this one from being made
                return Reminder(mark)
            case FindUsers(numbers):
                return {number: id for id, number in enumerate(numbers, 1)}
            case ReadUsers(ids):
                return {str(id): sample_user(id) for id in ids}
            case ReadFacts():
                return self._by_kind.get(key[0]) or Facts(
                    SAMPLE_ROW, None, SAMPLE_ROW if question.activity_id else None
                )
            case _ if key[0] in self._by_kind:
                return self._by_kind[key[0]]
            case Register():
                return Registered("sample-call", entity_type="contact", entity_id="1")
            case Finish():
                return Finished(activity_id="1")
            case _:
                return sample_of(type(question).answer)


def sample_of(kind: Any) -> Any:
    """An answer of a question's type with nothing particular in it; of several the first, which is the good one."""
    first = get_args(kind)[0] if get_args(kind) and not hasattr(kind, "__origin__") else kind
    if isinstance(first, type) and issubclass(first, msgspec.Struct):
        texts = {
            field.name: f"sample-{field.name}"
            for field in msgspec.structs.fields(first)
            if field.required and field.type is str
        }
        return first(**texts)
    return first() if isinstance(first, type) and first in (int, str, bool, float) else ()


SAMPLE_ROW: Params = {"ID": "1", "NAME": "Sample", "TITLE": "Sample", "ASSIGNED_BY_ID": "1", "RESPONSIBLE_ID": "1"}


def sample_user(id: int) -> UserFull:
    return UserFull("", str(id), f"User {id}", [], "", {"ID": str(id)})


# --- where a call comes from ----------------------------------------------------------------------------------------


def news_of(events: Iterable[CelEvent], tracker: CallTracker, linkedid: str = "") -> Iterator[News]:
    """The stages of the first call in these rows, or of the one named, as a flow is told them."""
    for event in events:
        for stage in tracker.feed(event).stages:
            linkedid = linkedid or stage.linkedid
            if stage.linkedid != linkedid or stage.absorbed:
                continue
            situation = situation_of(linkedid, stage.at, stage.call_full(), stage.facts())
            final = str(stage.name) == ENDED
            yield News(situation, (str(stage.name),), final=final, call_full=stage.call_full())
            if final:
                return


def stored_news(store: Store, tracker: CallTracker, linkedid: str) -> list[News] | None:
    """The news of an ended call in the journal: from its rows; without rows as a flow was told them, where it had
    customizations then; else how it ended alone. None for a call that is not there."""
    query = select(call.c.situation, call.c.call_full, call.c.rows).where(call.c.linkedid == linkedid)
    found = store.read_sync(lambda connection: connection.execute(query).first())
    if found is None:
        return None
    if found.rows:
        events = msgspec.json.decode(found.rows, type=list[CelEvent])
        return list(news_of(events, tracker, linkedid))
    situation = msgspec.json.decode(found.situation, type=Situation)
    told = [news for news in told_then(store, linkedid) if news.call_full is not None and not news.final]
    return [*told, News(situation, (ENDED,), final=True, call_full=picture_of(found.call_full))]


def told_then(store: Store, linkedid: str) -> Iterator[News]:
    """What one of the call's flows was told of it."""
    first = select(run.c.id).where(run.c.linkedid == linkedid).order_by(run.c.id).limit(1).scalar_subquery()
    query = select(entry.c.kind, entry.c.question, entry.c.answer).where(entry.c.run_id == first)
    rows = store.read_sync(lambda opened: opened.execute(query.order_by(entry.c.number)).all())
    for _, answer in known_pairs(Record(row.kind, row.question, answer=row.answer) for row in rows):
        if isinstance(answer, News):
            yield answer


def stored_answers(store: Store, linkedid: str, connection: str) -> Answers:
    """What the CRM said about a call."""
    query = (
        select(entry.c.kind, entry.c.question, entry.c.answer)
        .join(run, run.c.id == entry.c.run_id)
        .where(run.c.linkedid == linkedid, run.c.connection == connection)
        .order_by(run.c.generation, entry.c.number)
    )
    rows = store.read_sync(lambda opened: opened.execute(query).all())
    return Answers(Record(row.kind, row.question, answer=row.answer) for row in rows)
