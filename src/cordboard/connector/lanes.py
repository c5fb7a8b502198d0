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
from functools import partial
from typing import Any

import structlog

from cordboard.asterisk.source import LaneDown, LaneRow, LaneUp, Ledger
from cordboard.calls.cel import CelEvent
from cordboard.calls.tracker import CallTracker
from cordboard.connector.batches import next_batch, pour
from cordboard.connector.journal import Ended, StoreJournal
from cordboard.connector.lane import Followed, Lane
from cordboard.connector.measuring import ExchangeMeasures
from cordboard.connector.open_calls import OnChange, OpenCalls
from cordboard.connector.orphans import Orphans
from cordboard.connector.rows import OpenRows
from cordboard.connector.settling import Settler, Tell
from cordboard.flow.situation import Situation
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

Alive = Callable[[], Awaitable[frozenset[str] | None]]


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
        on_change: OnChange = lambda linkedid, call, event: None,
        with_pictures: bool = False,
    ) -> None:
        self.name = name
        self.has_live, self.has_ledger = has_live, has_ledger
        self._journal = journal
        self._clock = clock
        self.measures = ExchangeMeasures(clock)
        tell = self.measures.telling(tell)
        self._settler = Settler(name, journal, connections, tell, with_pictures=with_pictures)
        new_tracker = partial(CallTracker, plan, timezone=timezone)
        self.open = OpenCalls(name, new_tracker, self._settler, tell, on_change, clock, has_ledger=has_ledger)
        self._orphans = Orphans()
        self._pbx_started = 0
        self._followed = False
        self._tasks: set[asyncio.Task[None]] = set()

    def remember_settled(self, linkedids: Iterable[str]) -> None:
        """Calls that ended in an earlier life: their rows may come again."""
        self.open.settled.update(linkedids)

    def adopt(self, orphans: dict[str, Situation]) -> None:
        """Calls of an earlier life, as last seen, that no ledger can rebuild: the live lane must say how they go on."""
        if not self.has_ledger:
            self._orphans.adopt({key: last for key, last in orphans.items() if key not in self.open.settled})

    # --- calls that we ask for ---------------------------------------------------------------------------------------

    def expect(self, linkedid: str, employee: str, client: str) -> None:
        """Be told of a call that we ask the PBX for, before it begins."""
        self.open.expect(linkedid, employee, client)

    def knows(self, linkedid: str) -> bool:
        """Whether a call has begun, whatever became of it."""
        return self.open.knows(linkedid) or linkedid in self._orphans

    @property
    def is_caught_up(self) -> bool:
        """Whether whatever has begun by now is known."""
        return self.open.caught_up

    # --- the live lane ---------------------------------------------------------------------------------------------

    def hear(self, told: CelEvent | LaneRow | LaneUp | LaneDown) -> None:
        """One native event, a row of CEL that came with them, or the lane's own state."""
        self.measures.heard(told)
        match told:
            case LaneUp():
                self._live_up(told)
            case LaneDown():
                self._live_down()
            case LaneRow():
                if told.event.linkedid not in self._orphans:
                    self._read(told.event)
                    self._settle_alone()
            case CelEvent() if told.linkedid in self._orphans:
                self._end_orphans([ended] if (ended := self._orphans.hear(told)) else [])
                self._settle_alone()
            case CelEvent():
                self.open.take(self.open.live, self.open.live.feed(told))
                self._settle_alone()

    def _live_up(self, up: LaneUp) -> None:
        self.open.live_up = True
        self._pbx_started = max(self._pbx_started, up.started)
        lane = self.open.ledger if self.has_ledger else self.open.live
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
                self.open.take(lane, step)

    def _end_orphans(self, ends: list[Ended]) -> None:
        for ended in ends:
            log.warning("a call ends as it was last seen", pbx=self.name, linkedid=ended.linkedid)
            self.measures.uncertain["as last seen"] += 1
            self.open.over(Followed(ended.linkedid, "live"), ended)

    def _live_down(self) -> None:
        self.open.live_up = False
        for lane in (self.open.live, self.open.ledger):
            lane.tracker.unheard(self._clock())
        if not self.has_ledger:
            self.open.forget_rows()
            self._settle_alone()
            return
        self.open.hear_anew()

    # --- the ledger ------------------------------------------------------------------------------------------------

    async def follow(self, source: Ledger) -> None:
        """Read the ledger from where the journal says, for ever."""
        kept = await self._journal.place(self.name)
        if self._followed:
            self.open.read_anew()
        self._followed = True
        self._settler.kept, self.open.rows = kept, OpenRows(after=kept)
        batches: asyncio.Queue[tuple[list[CelEvent], str]] = asyncio.Queue(2)
        pump = asyncio.create_task(pour(source, kept, batches))
        try:
            while True:
                try:
                    events, position = await next_batch(batches, pump, None if self.open.caught_up else IDLE)
                except TimeoutError:
                    # a source that is away is silent too
                    if source.health()["state"] == "up":
                        await self._reach_present()
                    continue
                self.open.rows.batch(position)
                for event in events:
                    self._read(event)
                await self._settle()
                if events and self._clock() - events[-1].eventtime < YOUNG:
                    await self._reach_present()
        finally:
            pump.cancel()

    def _read(self, event: CelEvent) -> None:
        self.measures.read(event)
        step = self.open.ledger.feed(event)
        if (
            event.eventtype == "CHAN_START"
            and event.uniqueid == event.linkedid
            and event.linkedid not in self.open.settled
        ):
            self.open.rows.begin(event.linkedid)
        if step.linkedid in self.open.ledger.tracker.calls or step.stages:
            self.open.rows.row(step.linkedid, event)
        self.open.take(self.open.ledger, step)

    async def _reach_present(self) -> None:
        if self.open.caught_up:
            return
        self._end_before_restart(self.open.ledger)
        self.open.caught_up = True
        await self._settle()
        for linkedid in list(self.open.passed):
            if call := self.open.calls.get(linkedid):
                self.open.tell_present(call, self.open.passed[linkedid])
        self.open.passed.clear()
        log.info("the ledger has reached the present", pbx=self.name, open_calls=len(self.open.calls))

    # --- ends that nobody tells -------------------------------------------------------------------------------------

    async def _settle(self) -> None:
        await self._settler.settle(self.open.rows.to_keep())

    def _settle_alone(self) -> None:
        """For ends that no row of a ledger brought."""
        if self._settler.ended and not self.has_ledger:
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
            if alive is not None and self.open.live_up and ticks % LIST_EVERY == 0:
                await self.look(alive)
            now = self._clock()
            for lane in (self.open.live, self.open.ledger):
                for step in lane.tracker.expire(now):
                    self.open.take(lane, step)
            self._end_orphans(self._orphans.expire(now))
            for call in list(self.open.calls.values()):
                if call.live_end is not None and now - call.live_ended_at > LEDGER_GRACE:
                    log.warning("the ledger is silent; the live lane decides", pbx=self.name, linkedid=call.linkedid)
                    self.measures.uncertain["the ledger is silent"] += 1
                    self.open.over(call, call.live_end)
            if self._settler.ended:
                await self._settle()

    async def look(self, alive: Alive) -> None:
        """Ask the PBX which channels it has: a long talk has no events, and an end may have been lost."""
        now = self._clock()
        uniqueids = await alive()
        if not self.open.live_up:
            return
        self.open.live.tracker.listed(uniqueids, now)
        if self.open.caught_up:
            # while it is behind, calls that the PBX no longer has are still to be read
            self.open.ledger.tracker.listed(uniqueids, now)
        if uniqueids is not None:
            self._orphans.listed(uniqueids, now)

    def status(self) -> dict[str, Any]:
        return {
            "live": self.open.live_up if self.has_live else None,
            "ledger_caught_up": self.open.caught_up if self.has_ledger else None,
            "open_calls": len(self.open.calls),
            "lane_differences": self.open.differences,
        }
