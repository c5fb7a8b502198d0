"""Open calls: what the two readings of one PBX say of each call, and which of them is believed.

In:   steps of the live lane and of the ledger.
Out:  `News` for the flows, ends for the settler, changes for the live cards.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import msgspec
import structlog

from cordboard.calls.call import Call
from cordboard.calls.cel import CelEvent
from cordboard.calls.stages import Stage, StageName
from cordboard.calls.steps import Step
from cordboard.calls.tracker import CallTracker
from cordboard.connector.ends import differences, ended_of, unseen_end, with_heard_records
from cordboard.connector.journal import Ended
from cordboard.connector.lane import Followed, Lane, situation_at, situation_now
from cordboard.connector.rows import OpenRows
from cordboard.connector.settling import Settler, Tell
from cordboard.delivery.remembered import Remembered
from cordboard.flow.situation import News

log = structlog.get_logger(__name__)

SECOND = 1_000_000
#: no card follows from what a ledger tells later than this
LATE = 60 * SECOND

OnChange = Callable[[str, Call | None, CelEvent | None], None]


class OpenCalls:
    """The calls of one PBX that have not ended, and the two trackers that see them."""

    def __init__(
        self,
        pbx: str,
        new_tracker: Callable[[], CallTracker],
        settler: Settler,
        tell: Tell,
        on_change: OnChange,
        clock: Callable[[], int],
        *,
        has_ledger: bool,
    ) -> None:
        self.calls: dict[str, Followed] = {}
        self.has_ledger = has_ledger
        self.live_up = False
        #: the ledger has reached the present
        self.caught_up = not has_ledger
        #: ended calls of which the lanes said different things
        self.differences = 0
        self.live = Lane("live", new_tracker())
        self.ledger = Lane("ledger", new_tracker())
        self.rows = OpenRows()
        self.settler = settler
        self.settled = Remembered[str]()
        self.absorbed = Remembered[str]()
        #: stages of the past that is being caught up with
        self.passed: dict[str, tuple[str, ...]] = {}
        self._pbx = pbx
        self._plain_tracker = new_tracker
        #: calls that we asked for: linkedid → employee and client
        self.expected: dict[str, tuple[str, str]] = {}
        self._tell = tell
        self._on_change = on_change
        self._clock = clock

    def expect(self, linkedid: str, employee: str, client: str) -> None:
        """Be told of a call that we ask the PBX for, before it begins."""
        self.expected[linkedid] = (employee, client)
        for lane in (self.live, self.ledger):
            lane.tracker.expect(linkedid, employee=employee, client=client)

    def knows(self, linkedid: str) -> bool:
        """Whether a call has begun, whatever became of it."""
        begun = any(linkedid in lane.tracker.calls for lane in (self.live, self.ledger))
        return begun or linkedid in self.calls or linkedid in self.settled or linkedid in self.absorbed

    def _new_tracker(self) -> CallTracker:
        tracker = self._plain_tracker()
        for linkedid, (employee, client) in self.expected.items():
            tracker.expect(linkedid, employee=employee, client=client)
        return tracker

    def directions(self) -> Iterator[str]:
        """Of each call under way."""
        for linkedid, followed in self.calls.items():
            call = (self.live if followed.driver == "live" else self.ledger).tracker.calls.get(linkedid)
            if call is not None:
                yield situation_now(call).direction

    def hear_anew(self) -> None:
        """The live lane was interrupted: the ledger goes on with its calls, since what happens now nobody hears."""
        self.live = Lane("live", self._new_tracker())
        for call in self.calls.values():
            if call.driver == "live" and call.live_end is None:
                call.driver = "ledger"
                self.tell_present(call)

    def forget_rows(self) -> None:
        """Rows came over the connection that was lost, and those of the gap never will: the live lane goes on alone."""
        self.ledger, self.rows = Lane("ledger", self._new_tracker()), OpenRows()
        for call in list(self.calls.values()):
            call.driver = "live"
            if call.live_end is not None:
                self.over(call, call.live_end)

    def read_anew(self) -> None:
        """The ledger failed and is begun anew: rows since the oldest open call come again, as after a restart."""
        self.ledger = Lane("ledger", self._new_tracker())
        self.caught_up = False
        self.passed.clear()

    def take(self, lane: Lane, step: Step) -> None:
        for stage in step.stages:
            match stage.name:
                case StageName.MERGED:
                    self._merged(lane, stage)
                case StageName.CALL_ENDED:
                    self._call_ended(lane, stage)
                case _:
                    self._passes(lane, stage)
        call = self.calls.get(step.linkedid)
        # of a call that we asked for, the first telephone rings before there is anything to say to a CRM
        driver = call.driver if call is not None else "live" if step.linkedid in self.expected else ""
        if driver == lane.name and (lane.name == "live" or self.caught_up):
            self._on_change(step.linkedid, lane.tracker.calls.get(step.linkedid), step.event)

    def _call(self, lane: Lane, linkedid: str) -> Followed | None:
        """The call, if anybody may speak of it; None for one that is over or whose beginning nobody saw."""
        call = self.calls.get(linkedid)
        if call is not None:
            return call
        if linkedid in self.settled or linkedid in self.absorbed or linkedid not in lane.started:
            return None
        heard_live = self.live_up and linkedid in self.live.started and linkedid in self.live.tracker.calls
        call = Followed(linkedid, "live" if lane.name == "live" or heard_live else "ledger")
        self.calls[linkedid] = call
        return call

    def _passes(self, lane: Lane, stage: Stage) -> None:
        call = self._call(lane, stage.linkedid)
        if call is None or call.driver != lane.name:
            return
        if lane.name == "ledger" and not self.caught_up:
            self.passed[call.linkedid] = (*self.passed.get(call.linkedid, ()), stage.name)
            return
        log.info("stage", pbx=self._pbx, linkedid=call.linkedid, stage=stage.name, lane=lane.name)
        situation = situation_at(stage)
        fresh = lane.name == "live" or self._clock() - stage.at < LATE
        self._tell(call.linkedid, News(situation, (stage.name,), fresh=fresh, call_full=stage.call_full()))

    def _merged(self, lane: Lane, stage: Stage) -> None:
        if lane.name == "ledger":
            self.rows.merge(stage.linkedid, stage.absorbed)
        lane.started.discard(stage.absorbed)
        if stage.absorbed in self.absorbed or self._saw_a_part(lane, stage.linkedid):
            return
        absorbed = self.calls.get(stage.absorbed)
        if self._call(lane, stage.linkedid) is None:
            if absorbed is not None and (lane.name == "ledger" or not self.has_ledger):
                # into a call that is over, or whose beginning nobody saw: it ends by itself
                self.over(absorbed, unseen_end(situation_at(stage)))
            return
        self.absorbed.add(stage.absorbed)
        self.calls.pop(stage.absorbed, None)
        self.passed.pop(stage.absorbed, None)
        self._on_change(stage.absorbed, None, None)
        log.info("merged", pbx=self._pbx, linkedid=stage.linkedid, absorbed=stage.absorbed, lane=lane.name)
        fresh = lane.name == "live" or self.caught_up
        left = News(
            situation_at(stage),
            (stage.name,),
            absorbed_by=stage.linkedid,
            fresh=fresh,
            call_full=stage.call_full(),
        )
        self._tell(stage.absorbed, left)
        open_call = lane.tracker.calls.get(stage.linkedid)
        if open_call is not None:
            present = msgspec.structs.replace(situation_now(open_call), at=stage.at)
            news = News(present, (stage.name,), absorbed=(stage.absorbed,), fresh=fresh, call_full=open_call.picture())
            self._tell(stage.linkedid, news)

    # --- the end of a call -----------------------------------------------------------------------------------------

    def _call_ended(self, lane: Lane, stage: Stage) -> None:
        rows = self.rows.end(stage.linkedid) if lane.name == "ledger" else None
        if self._saw_a_part(lane, stage.linkedid):
            return
        lane.started.discard(stage.linkedid)
        if stage.linkedid not in self.calls:
            lane.started.add(stage.linkedid)
        call = self._call(lane, stage.linkedid)
        lane.started.discard(stage.linkedid)
        if call is None:
            return
        ended = ended_of(lane.name, stage, rows)
        # without a ledger, rows of CEL may come over AMI: a call that they show from its beginning is theirs to end
        if lane.name == "live" and (self.has_ledger or stage.linkedid in self.ledger.started):
            if call.driver == "live":
                call.live_end, call.live_ended_at = ended, self._clock()
                self._tell(call.linkedid, News(ended.situation, (stage.name,), call_full=stage.call_full()))
            return
        self._compare(call, ended)
        self.over(call, with_heard_records(ended, call.live_end))

    def _saw_a_part(self, lane: Lane, linkedid: str) -> bool:
        """Rows over AMI cannot be read again: what does not show a call from its beginning decides nothing."""
        return lane.name == "ledger" and not self.has_ledger and linkedid not in lane.started

    def over(self, call: Followed, ended: Ended) -> None:
        self.calls.pop(call.linkedid, None)
        self.passed.pop(call.linkedid, None)
        self.expected.pop(call.linkedid, None)
        self.settled.add(call.linkedid)
        self.settler.ended.append(ended)
        log.info(
            "call ended", pbx=self._pbx, linkedid=call.linkedid, result=ended.situation.result, lane=ended.decided_by
        )
        self._on_change(call.linkedid, None, None)

    def _compare(self, call: Followed, ended: Ended) -> None:
        if call.live_end is None:
            return
        if differing := differences(call.live_end.situation, ended.situation):
            self.differences += 1
            log.warning("the lanes differ; the ledger decides", pbx=self._pbx, linkedid=call.linkedid, **differing)

    def tell_present(self, call: Followed, stages: tuple[str, ...] = ()) -> None:
        open_call = self.ledger.tracker.calls.get(call.linkedid)
        if open_call is None:
            return
        self._tell(call.linkedid, News(situation_now(open_call), stages, call_full=open_call.picture()))
        self._on_change(call.linkedid, open_call, None)
