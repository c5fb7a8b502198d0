"""Measuring: what one exchange told, and how its calls ended.

In:   events of both lanes as they are read, news as they are told.
Out:  counts and times since the start, for `/metrics`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime

from cordboard.asterisk.source import LaneDown, LaneRow, LaneUp
from cordboard.calls.cel import CelEvent
from cordboard.connector.settling import Tell
from cordboard.flow.situation import News, Situation
from cordboard.measures import LONG, Spread

__all__ = ["ExchangeMeasures", "result_of"]


class ExchangeMeasures:
    """Counts of one exchange since the start."""

    def __init__(self, clock: Callable[[], int]) -> None:
        #: events by lane and kind
        self.events: Counter[tuple[str, str]] = Counter()
        #: lane → when its newest event was, at the exchange and here (microseconds)
        self.newest: dict[str, tuple[int, int]] = {}
        #: ended calls by direction and result
        self.calls: Counter[tuple[str, str]] = Counter()
        #: seconds from the beginning to the first talk, or to the end, by direction and result
        self.waits: dict[tuple[str, str], Spread] = {}
        #: seconds of talk by direction
        self.talks: dict[str, Spread] = {}
        #: calls that had to be ended by what is likely, by reason
        self.uncertain: Counter[str] = Counter()
        self._clock = clock

    def heard(self, told: CelEvent | LaneRow | LaneUp | LaneDown) -> None:
        """Something of the live lane; rows that come with it are counted when they are read."""
        if isinstance(told, CelEvent):
            self._note("live", told)

    def read(self, event: CelEvent) -> None:
        """A row of the ledger."""
        self._note("ledger", event)

    def _note(self, lane: str, event: CelEvent) -> None:
        self.events[lane, str(event.eventtype)] += 1
        self.newest[lane] = (event.eventtime, self._clock())

    def telling(self, tell: Tell) -> Tell:
        """`tell`, with the ends counted."""

        def told(linkedid: str, news: News) -> None:
            if news.final and not news.absorbed_by:
                self._ended(news.situation)
            tell(linkedid, news)

        return told

    def _ended(self, situation: Situation) -> None:
        key = (situation.direction, result_of(situation))
        self.calls[key] += 1
        start = round(datetime.fromisoformat(situation.start).timestamp() * 1e6)
        talked = [talk.talked_from for talk in situation.conversations if talk.talked_from]
        self.waits.setdefault(key, Spread(LONG)).add((min(talked, default=situation.at) - start) / 1e6)
        if talked:
            self.talks.setdefault(situation.direction, Spread(LONG)).add(situation.talk_seconds)


def result_of(situation: Situation) -> str:
    """How a call ended, in one of four words."""
    if situation.answered:
        return "answered"
    if situation.result == 486:
        return "busy"
    return "missed" if situation.result in {0, 408, 480, 487, 603} else "failed"
