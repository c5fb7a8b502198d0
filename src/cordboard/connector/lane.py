"""Lane: one reading of a PBX, and the open calls as somebody has heard of them."""

from __future__ import annotations

from dataclasses import dataclass, field

from cordboard.calls.call import Call
from cordboard.calls.cel import CelEvent
from cordboard.calls.stages import Stage
from cordboard.calls.steps import Step
from cordboard.calls.tracker import CallTracker
from cordboard.connector.journal import Ended
from cordboard.flow.situation import Situation, situation_of


@dataclass(slots=True)
class Followed:
    """An open call, as somebody has heard of it."""

    linkedid: str
    driver: str
    live_end: Ended | None = None
    live_ended_at: int = 0


@dataclass(slots=True)
class Lane:
    """One tracker, and whose beginning it saw."""

    name: str
    tracker: CallTracker
    started: set[str] = field(default_factory=set[str])

    def feed(self, event: CelEvent) -> Step:
        if event.eventtype == "CHAN_START" and event.uniqueid == event.linkedid:
            self.started.add(event.linkedid)
        return self.tracker.feed(event)


def situation_at(stage: Stage) -> Situation:
    """The call as it was at a stage; of a merge the absorbed one, as it was then."""
    return situation_of(stage.absorbed or stage.linkedid, stage.at, stage.call_full(), stage.facts())


def situation_now(call: Call) -> Situation:
    """An open call as it is now."""
    return situation_of(call.linkedid, call.last_row, call.picture(), call.facts())
