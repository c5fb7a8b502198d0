"""Play: drive a flow with answers given beforehand.

In:   a flow, what it is told (one `News` per `NextStages`), and the answer to each other kind of question: a value, or
      a function of the question.
Out:  `Played`: what was asked, in order, and the outcome, None when the news ran out before the flow ended.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cordboard.flow.questions import Flow, NextStages, Outcome, Question
from cordboard.flow.situation import News

Answers = Mapping[type[Question], Any]


@dataclass(slots=True)
class Played:
    """A flow after a run with canned answers."""

    #: every question, with the answer it got
    pairs: list[tuple[Question, Any]] = field(default_factory=list[tuple[Question, Any]])
    outcome: Outcome | None = None

    @property
    def asked(self) -> list[Question]:
        """The questions that are no waiting for news."""
        return [question for question, _ in self.pairs if not isinstance(question, NextStages)]


def play(flow: Flow, news: Iterable[News], answers: Answers) -> Played:
    """Drive `flow` until it ends or the news are used up."""
    played = Played()
    told = iter(news)
    try:
        question = next(flow)
        while True:
            if isinstance(question, NextStages):
                answer: Any = next(told, None)
                if answer is None:
                    flow.close()
                    return played
            else:
                answer = answer_to(question, answers)
            played.pairs.append((question, answer))
            question = flow.send(answer)
    except StopIteration as end:
        played.outcome = end.value
    return played


def answer_to(question: Question, answers: Answers) -> Any:
    """The canned answer; a test that forgot one is told which."""
    if type(question) not in answers:
        raise LookupError(f"no answer was prepared for {question}")
    given = answers[type(question)]
    return given(question) if callable(given) else given
