"""Measuring: what the requests of one connection came to, and how long they took."""

from __future__ import annotations

import time
from collections import Counter

from cordboard.flow.after_finish import AttachRecord
from cordboard.flow.questions import Question, Refused, Register, Show
from cordboard.measures import Spread

__all__ = ["DeliveryMeasures", "kind_of"]


class DeliveryMeasures:
    """Counts and times of one connection since the start."""

    def __init__(self) -> None:
        #: requests by kind and how they went: `ok`, or the word of the error
        self.requests: Counter[tuple[str, str]] = Counter()
        self.seconds: dict[str, Spread] = {}
        #: questions that are over, by kind: `delivered` or `refused`
        self.deliveries: Counter[tuple[str, str]] = Counter()
        #: from the event that made a telephone ring to the CRM's answer about its card
        self.cards = Spread()

    def asked(self, question: Question, outcome: str, seconds: float) -> None:
        """One request came back, or did not."""
        kind = kind_of(question)
        self.requests[kind, outcome] += 1
        self.seconds.setdefault(kind, Spread()).add(seconds)

    def answered(self, question: Question, answer: object, rang: int) -> None:
        """A question is over; `rang` is when the call was as the card shows it (microseconds), 0 for an old one."""
        refused = isinstance(answer, Refused)
        self.deliveries[kind_of(question), "refused" if refused else "delivered"] += 1
        if rang and shows_card(question) and not refused:
            self.cards.add(time.time() - rang / 1e6)

    @property
    def records_failed(self) -> int:
        return self.deliveries[kind_of(AttachRecord), "refused"]


def shows_card(question: Question) -> bool:
    return isinstance(question, Show) or (isinstance(question, Register) and question.params.get("SHOW") == 1)


def kind_of(question: Question | type[Question]) -> str:
    """The word of a question in metrics.

    >>> kind_of(AttachRecord)
    'attach-record'
    """
    name = (question if isinstance(question, type) else type(question)).__name__
    return "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in name).removeprefix("-")
