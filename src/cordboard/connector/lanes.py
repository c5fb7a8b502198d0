"""Lanes: one PBX, followed twice, and which of the two decides what (decisions 7).

In:   native events of the live lane, rows of the ledger.
Out:  `News` for the flows (`tell`), ended calls for the journal, the difference where the lanes disagree.

The live lane drives a call whose beginning it heard: register, show, hide. The ledger drives every other call, and it
alone ends calls: result, duration and people are what the rows say. With AMI only the live lane ends them itself; with
a table only the ledger does everything.

The surprise: after a restart the ledger reads from the beginning of the oldest open call, so calls come up again that
are long over, and moments that have passed. Until the present is reached nothing is told but ends.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import structlog

from cordboard.asterisk.source import LaneDown, LaneUp, Ledger
from cordboard.calls.call import Call
from cordboard.calls.cel import CelEvent
from cordboard.calls.stages import Stage, StageName
from cordboard.calls.steps import Step
from cordboard.calls.tracker import CallTracker
from cordboard.connector.batches import next_batch, pour
from cordboard.connector.ends import differences, ended_of, unseen_end
from cordboard.connector.journal import Ended, StoreJournal
from cordboard.connector.orphans import Orphans
from cordboard.connector.rows import OpenRows
from cordboard.delivery.remembered import Remembered
from cordboard.flow.situation import News, Situation, situation_of
from cordboard.numbers.plan import NumberingPlan

log = structlog.get_logger(__name__)

SECOND = 1_000_000
#: the live end decides when the ledger has said nothing for so long
LEDGER_GRACE = 60 * SECOND
#: a row this young shows that the ledger has reached the present
YOUNG = 2 * SECOND
#: seconds without a row that show the same
IDLE = 0.5
TICK = 5.0
#: the PBX is asked for its channels once in so many ticks
LIST_EVERY = 4
#: no card follows from what a ledger tells later than this
LATE = 60 * SECOND

Tell = Callable[[str, News], None]
Alive = Callable[[], Awaitable[frozenset[str] | None]]


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


class Exchange:
    """One PBX."""

    def __init__(
        self,
        name: str,
        plan: NumberingPlan,
        journal: StoreJournal,
        tell: Tell,
        *,
        has_live: bool,
        has_ledger: bool,
        connections: list[str],
        timezone: str | None,
        clock: Callable[[], int],
        on_change: Callable[[str, Call | None, CelEvent | None], None] = lambda linkedid, call, event: None,
    ) -> None:
        self.name = name
        self.calls: dict[str, Followed] = {}
        self.has_live, self.has_ledger = has_live, has_ledger
        self.live_up = False
        self.differences = 0
        self.caught_up = not has_ledger
        self._new_tracker = lambda: CallTracker(plan, timezone=timezone)
        self._live = Lane("live", self._new_tracker())
        self._ledger = Lane("ledger", self._new_tracker())
        self._journal = journal
        self._tell = tell
        self._connections = connections
        self._clock = clock
        self._on_change = on_change
        self._rows = OpenRows()
        self._settled = Remembered[str]()
        self._absorbed = Remembered[str]()
        self._passed: dict[str, tuple[str, ...]] = {}
        self._orphans = Orphans()
        self._ended: list[Ended] = []
        self._settling = asyncio.Lock()
        self._pbx_started = 0
        self._followed = False
        self._kept: str | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def remember_settled(self, linkedids: Iterable[str]) -> None:
        """Calls that ended in an earlier life: their rows may come again."""
        self._settled.update(linkedids)

    def adopt(self, orphans: dict[str, Situation]) -> None:
        """Calls of an earlier life, as last seen, that no ledger can rebuild: the live lane must say how they go on."""
        if not self.has_ledger:
            self._orphans.adopt({key: last for key, last in orphans.items() if key not in self._settled})

    # --- the live lane ---------------------------------------------------------------------------------------------

    def hear(self, told: CelEvent | LaneUp | LaneDown) -> None:
        """One native event, or the lane's own state."""
        match told:
            case LaneUp():
                self._live_up(told)
            case LaneDown():
                self._live_down()
            case CelEvent() if told.linkedid in self._orphans:
                self._end_orphans([ended] if (ended := self._orphans.hear(told)) else [])
                self._settle_alone()
            case CelEvent():
                self._take(self._live, self._live.feed(told))
                self._settle_alone()

    def _live_up(self, up: LaneUp) -> None:
        self.live_up = True
        self._pbx_started = max(self._pbx_started, up.started)
        lane = self._ledger if self.has_ledger else self._live
        self._end_before_restart(lane)
        if up.alive is not None and not self.has_ledger:
            alive = {
                uniqueid
                for call in lane.tracker.calls.values()
                if up.alive & {call.linkedid, *call.absorbed}
                for uniqueid in call.channels
            }
            lane.tracker.listed(alive, self._clock())
        self._end_orphans(self._orphans.connected(up.alive, up.started, self._clock()))
        self._settle_alone()

    def _end_before_restart(self, lane: Lane) -> None:
        """A PBX that began anew has none of its earlier calls."""
        if self._pbx_started:
            for step in lane.tracker.restarted(self._pbx_started):
                self._take(lane, step)

    def _end_orphans(self, ends: list[Ended]) -> None:
        for ended in ends:
            log.warning("a call ends as it was last seen", pbx=self.name, linkedid=ended.linkedid)
            self._over(Followed(ended.linkedid, "live"), ended)

    def _live_down(self) -> None:
        self.live_up = False
        for lane in (self._live, self._ledger):
            lane.tracker.listed(None, self._clock())
        if not self.has_ledger:
            return
        # what happens now is heard by nobody: the ledger goes on with these calls
        self._live = Lane("live", self._new_tracker())
        for call in self.calls.values():
            if call.driver == "live" and call.live_end is None:
                call.driver = "ledger"
                self._tell_present(call)

    # --- the ledger ------------------------------------------------------------------------------------------------

    async def follow(self, source: Ledger) -> None:
        """Read the ledger from where the journal says, for ever."""
        kept = await self._journal.place(self.name)
        if self._followed:
            # it failed and is begun anew: rows since the oldest open call come again, as after a restart
            self._ledger = Lane("ledger", self._new_tracker())
            self.caught_up = False
            self._passed.clear()
        self._followed = True
        self._kept, self._rows = kept, OpenRows(after=kept)
        batches: asyncio.Queue[tuple[list[CelEvent], str]] = asyncio.Queue(2)
        pump = asyncio.create_task(pour(source, self._kept, batches))
        try:
            while True:
                try:
                    events, position = await next_batch(batches, pump, None if self.caught_up else IDLE)
                except TimeoutError:
                    # a source that is away is silent too
                    if source.health()["state"] == "up":
                        await self._reach_present()
                    continue
                self._rows.batch(position)
                for event in events:
                    self._read(event)
                await self._settle()
                if events and self._clock() - events[-1].eventtime < YOUNG:
                    await self._reach_present()
        finally:
            pump.cancel()

    def _read(self, event: CelEvent) -> None:
        step = self._ledger.feed(event)
        if event.eventtype == "CHAN_START" and event.uniqueid == event.linkedid and event.linkedid not in self._settled:
            self._rows.begin(event.linkedid)
        if step.linkedid in self._ledger.tracker.calls or step.stages:
            self._rows.row(step.linkedid, event)
        self._take(self._ledger, step)

    async def _reach_present(self) -> None:
        if self.caught_up:
            return
        self._end_before_restart(self._ledger)
        self.caught_up = True
        await self._settle()
        for linkedid in list(self._passed):
            if call := self.calls.get(linkedid):
                self._tell_present(call, self._passed[linkedid])
        self._passed.clear()
        log.info("the ledger has reached the present", pbx=self.name, open_calls=len(self.calls))

    def _tell_present(self, call: Followed, stages: tuple[str, ...] = ()) -> None:
        open_call = self._ledger.tracker.calls.get(call.linkedid)
        if open_call is None:
            return
        situation = situation_of(call.linkedid, open_call.last_row, open_call.picture(), open_call.facts())
        self._tell(call.linkedid, News(situation, stages))
        self._on_change(call.linkedid, open_call, None)

    # --- what both say ---------------------------------------------------------------------------------------------

    def _take(self, lane: Lane, step: Step) -> None:
        for stage in step.stages:
            match stage.name:
                case StageName.MERGED:
                    self._merged(lane, stage)
                case StageName.CALL_ENDED:
                    self._call_ended(lane, stage)
                case _:
                    self._passes(lane, stage)
        call = self.calls.get(step.linkedid)
        if call is not None and call.driver == lane.name and (lane.name == "live" or self.caught_up):
            self._on_change(step.linkedid, lane.tracker.calls.get(step.linkedid), step.event)

    def _call(self, lane: Lane, linkedid: str) -> Followed | None:
        """The call, if anybody may speak of it; None for one that is over or whose beginning nobody saw."""
        call = self.calls.get(linkedid)
        if call is not None:
            return call
        if linkedid in self._settled or linkedid in self._absorbed or linkedid not in lane.started:
            return None
        heard_live = self.live_up and linkedid in self._live.started and linkedid in self._live.tracker.calls
        call = Followed(linkedid, "live" if lane.name == "live" or heard_live else "ledger")
        self.calls[linkedid] = call
        return call

    def _passes(self, lane: Lane, stage: Stage) -> None:
        call = self._call(lane, stage.linkedid)
        if call is None or call.driver != lane.name:
            return
        if lane.name == "ledger" and not self.caught_up:
            self._passed[call.linkedid] = (*self._passed.get(call.linkedid, ()), stage.name)
            return
        log.info("stage", pbx=self.name, linkedid=call.linkedid, stage=stage.name, lane=lane.name)
        situation = situation_of(call.linkedid, stage.at, stage.call_full(), stage.facts())
        fresh = lane.name == "live" or self._clock() - stage.at < LATE
        self._tell(call.linkedid, News(situation, (stage.name,), fresh=fresh))

    def _merged(self, lane: Lane, stage: Stage) -> None:
        if lane.name == "ledger":
            self._rows.merge(stage.linkedid, stage.absorbed)
        lane.started.discard(stage.absorbed)
        if stage.absorbed in self._absorbed:
            return
        absorbed = self.calls.get(stage.absorbed)
        if self._call(lane, stage.linkedid) is None:
            if absorbed is not None and (lane.name == "ledger" or not self.has_ledger):
                # into a call that is over, or whose beginning nobody saw: it ends by itself
                self._over(
                    absorbed, unseen_end(situation_of(stage.absorbed, stage.at, stage.call_full(), stage.facts()))
                )
            return
        self._absorbed.add(stage.absorbed)
        self.calls.pop(stage.absorbed, None)
        self._passed.pop(stage.absorbed, None)
        self._on_change(stage.absorbed, None, None)
        log.info("merged", pbx=self.name, linkedid=stage.linkedid, absorbed=stage.absorbed, lane=lane.name)
        left = situation_of(stage.absorbed, stage.at, stage.call_full(), stage.facts())
        fresh = lane.name == "live" or self.caught_up
        self._tell(stage.absorbed, News(left, (stage.name,), absorbed_by=stage.linkedid, fresh=fresh))
        open_call = lane.tracker.calls.get(stage.linkedid)
        if open_call is not None:
            present = situation_of(stage.linkedid, stage.at, open_call.picture(), open_call.facts())
            self._tell(stage.linkedid, News(present, (stage.name,), absorbed=(stage.absorbed,), fresh=fresh))

    # --- the end of a call -----------------------------------------------------------------------------------------

    def _call_ended(self, lane: Lane, stage: Stage) -> None:
        rows = self._rows.end(stage.linkedid) if lane.name == "ledger" else None
        lane.started.discard(stage.linkedid)
        if stage.linkedid not in self.calls:
            lane.started.add(stage.linkedid)
        call = self._call(lane, stage.linkedid)
        lane.started.discard(stage.linkedid)
        if call is None:
            return
        ended = ended_of(lane.name, stage, rows)
        if lane.name == "live" and self.has_ledger:
            if call.driver == "live":
                call.live_end, call.live_ended_at = ended, self._clock()
                self._tell(call.linkedid, News(ended.situation, (stage.name,)))
            return
        self._compare(call, ended)
        self._over(call, ended)

    def _over(self, call: Followed, ended: Ended) -> None:
        self.calls.pop(call.linkedid, None)
        self._passed.pop(call.linkedid, None)
        self._settled.add(call.linkedid)
        self._ended.append(ended)
        log.info(
            "call ended", pbx=self.name, linkedid=call.linkedid, result=ended.situation.result, lane=ended.decided_by
        )
        self._on_change(call.linkedid, None, None)

    def _compare(self, call: Followed, ended: Ended) -> None:
        if call.live_end is None:
            return
        if differing := differences(call.live_end.situation, ended.situation):
            self.differences += 1
            log.warning("the lanes differ; the ledger decides", pbx=self.name, linkedid=call.linkedid, **differing)

    async def _settle(self) -> None:
        """Write ended calls and the position; only then are the flows told that it is final."""
        # one at a time: while an older write is tried again, no newer place may be written past its calls
        async with self._settling:
            ended, self._ended = self._ended, []
            place = self._rows.to_keep()
            moved = place is not None and place != self._kept
            old: set[str] = set()
            try:
                if ended or moved:
                    old = await self._journal.settle(self.name, ended, self._connections, place if moved else None)
            except BaseException:
                self._ended[:0] = ended
                raise
            self._kept = place
        for one in ended:
            if one.linkedid not in old:
                self._tell(one.linkedid, News(one.situation, (StageName.CALL_ENDED.value,), final=True))

    def _settle_alone(self) -> None:
        """The same for ends that no row of a ledger brought."""
        if self._ended and not self.has_ledger:
            task = asyncio.create_task(self._settle())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def watch(self, alive: Alive | None = None) -> None:
        """End what nobody ends, for ever: calls without rows, calls whose ledger is silent.

        `alive` asks the PBX for the uniqueids of its channels; None where it cannot be asked.
        """
        ticks = 0
        while True:
            await asyncio.sleep(TICK)
            ticks += 1
            if alive is not None and self.live_up and ticks % LIST_EVERY == 0:
                await self.look(alive)
            now = self._clock()
            for lane in (self._live, self._ledger):
                for step in lane.tracker.expire(now):
                    self._take(lane, step)
            self._end_orphans(self._orphans.expire(now))
            for call in list(self.calls.values()):
                if call.live_end is not None and now - call.live_ended_at > LEDGER_GRACE:
                    log.warning("the ledger is silent; the live lane decides", pbx=self.name, linkedid=call.linkedid)
                    self._over(call, call.live_end)
            if self._ended:
                await self._settle()

    async def look(self, alive: Alive) -> None:
        """Ask the PBX which channels it has: a long talk has no events, and an end may have been lost."""
        now = self._clock()
        uniqueids = await alive()
        if not self.live_up:
            return
        self._live.tracker.listed(uniqueids, now)
        if self.caught_up:
            # while it is behind, calls that the PBX no longer has are still to be read
            self._ledger.tracker.listed(uniqueids, now)
        if uniqueids is not None:
            self._orphans.listed(uniqueids, now)

    def status(self) -> dict[str, Any]:
        return {
            "live": self.live_up if self.has_live else None,
            "ledger_caught_up": self.caught_up if self.has_ledger else None,
            "open_calls": len(self.calls),
            "lane_differences": self.differences,
        }
