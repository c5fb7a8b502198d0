"""Service: the running connector, from start to stop.

In:   the parts that `bootstrap.py` built. Out: nothing but what they do; `status` for the status page.

At a start the journal comes first: open runs are taken up, calls that ended while we were away are told, and only then
is anything new heard. A stop ends at once: whatever is under way is taken up at the next start.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import msgspec
import structlog

from cordboard.asterisk.live import LiveLane
from cordboard.asterisk.source import Ledger
from cordboard.calls.call import Call
from cordboard.calls.cel import CelEvent
from cordboard.connector.clicks import Clicks
from cordboard.connector.due import DueCalls
from cordboard.connector.events import Doors
from cordboard.connector.fmc import OutsideNumbers
from cordboard.connector.health import LaneHealth, watch_ledger
from cordboard.connector.journal import StoreJournal
from cordboard.connector.lanes import Exchange
from cordboard.connector.responsible import Responsible
from cordboard.connector.retention import keep_days
from cordboard.connector.states import StateSender
from cordboard.connector.users import UserDirectory
from cordboard.connector.wishes import Wishes
from cordboard.delivery.worker import Worker
from cordboard.ending import end
from cordboard.flow.journal import known_pairs
from cordboard.flow.questions import NextStages
from cordboard.flow.situation import News, Situation
from cordboard.hooks.chain import Customizations
from cordboard.recordings.recordings import Recordings

log = structlog.get_logger(__name__)

#: how long ended calls are remembered against rows that come again (microseconds)
MEMORY = 7 * 86_400 * 1_000_000
#: seconds before a part that failed is begun anew
PAUSE = 5.0


@dataclass(slots=True)
class Connection:
    """One CRM connection with what serves it."""

    worker: Worker
    users: UserDirectory
    states: StateSender | None = None
    #: its customizations want to see the calls
    with_pictures: bool = False


@dataclass(slots=True)
class Followed:
    """One PBX with its sources."""

    exchange: Exchange
    live: LiveLane | None = None
    ledger: Ledger | None = None
    health: dict[str, LaneHealth] = field(default_factory=dict[str, LaneHealth])


@dataclass(slots=True)
class Connector:
    """Everything that runs."""

    journal: StoreJournal
    recordings: Recordings
    keep_days: int
    connections: list[Connection] = field(default_factory=list[Connection])
    exchanges: list[Followed] = field(default_factory=list[Followed])
    hooks: Customizations = field(default_factory=Customizations)
    #: employees' numbers outside, where the settings want them
    fmc: OutsideNumbers | None = None
    #: calls that CRMs ask for, their events, and who is rung for a caller; made by `bootstrap.py`
    clicks: Clicks | None = None
    doors: Doors | None = None
    responsible: Responsible | None = None
    started: bool = False
    _tasks: set[asyncio.Task[None]] = field(default_factory=set[asyncio.Task[None]])

    @property
    def is_ready(self) -> bool:
        """Whether the users of every CRM are known and every lane of the settings has been up."""
        lanes = [health for followed in self.exchanges for health in followed.health.values()]
        users = [connection.users for connection in self.connections]
        return self.started and all(one.is_loaded for one in users) and all(health.was_up for health in lanes)

    def tell(self, pbx: str, linkedid: str, news: News) -> None:
        """News of a call for every connection; `call_full` only where somebody wants to see it."""
        without = msgspec.structs.replace(news, call_full=None) if news.call_full is not None else news
        for connection in self.connections:
            connection.worker.tell(pbx, linkedid, news if connection.with_pictures else without)

    def change(self, pbx: str, linkedid: str, call: Call | None, event: CelEvent | None) -> None:
        """A running call changed: for the live cards."""
        for connection in self.connections:
            if connection.states is not None:
                connection.states.change(pbx, linkedid, call, event)

    async def start(self) -> None:
        """Take up the earlier life, then begin to listen."""
        since = self.journal.now() - MEMORY
        last_seen = self._take_up(since)
        if self.clicks is not None:
            for pbx, calls in self.clicks.take_up().items():
                last_seen[pbx] = {**calls, **last_seen.get(pbx, {})}
            self._begin(self.clicks.follow, "clicks")
        due = DueCalls(self.journal, {one.worker.crm.name: (one.worker, one.with_pictures) for one in self.connections})
        due.tell()
        self._begin(due.follow, "due")
        wishes = Wishes(self.journal, {one.worker.crm.name: one.worker for one in self.connections})
        wishes.hold()
        self._begin(wishes.follow, "wishes")
        self._begin(partial(keep_days, self.journal, self.keep_days), "retention")
        self._begin(self.recordings.keep_clean, "recordings")
        if self.fmc is not None:
            self._begin(self.fmc.follow, "fmc")
        for connection in self.connections:
            self._begin(connection.users.keep_fresh, "users")
            if connection.states is not None:
                self._begin(connection.states.run, "states")
        for followed in self.exchanges:
            followed.exchange.remember_settled(self.journal.settled(followed.exchange.name, since))
            followed.exchange.adopt(last_seen.get(followed.exchange.name, {}))
            if followed.ledger is not None:
                self._begin(partial(followed.exchange.follow, followed.ledger), "ledger")
                self._begin(partial(watch_ledger, followed.ledger, followed.health["ledger"]), "health")
            if followed.live is not None:
                self._begin(partial(listen, followed.live, followed.exchange), "live")
            alive = followed.live.channels_alive if followed.live is not None else None
            self._begin(partial(followed.exchange.watch, alive), "watch")
        self.started = True

    def _take_up(self, since: int) -> dict[str, dict[str, Situation]]:
        """Resume what the journal holds; open calls as last seen, by PBX and linkedid."""
        last_seen: dict[str, dict[str, Situation]] = {}
        workers = {connection.worker.crm.name: connection.worker for connection in self.connections}
        for key in self.journal.closed_runs(since):
            if key.connection in workers:
                workers[key.connection].closed.add(key)
        for stored in self.journal.open_runs():
            if stored.key.connection in workers:
                workers[stored.key.connection].resume(stored)
            for question, answer in known_pairs(stored.records):
                if isinstance(question, NextStages) and isinstance(answer, News):
                    last_seen.setdefault(stored.key.pbx, {})[stored.key.linkedid] = answer.situation
        return last_seen

    def _begin(self, work: Callable[[], Coroutine[Any, Any, None]], name: str) -> None:
        task = asyncio.create_task(kept_alive(work, name), name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def stop(self) -> None:
        """Stop at once; nothing is lost."""
        await end(self._tasks)
        if self.clicks is not None:
            await self.clicks.close()
        for connection in self.connections:
            await connection.worker.close()
        await self.hooks.close()
        await self.journal.store.close()

    def status(self) -> dict[str, Any]:
        """Counts and states, for the status page."""
        return {
            "started": self.started,
            "connections": {
                connection.worker.crm.name: {**connection.worker.status(), "users": connection.users.count}
                for connection in self.connections
            },
            "hooks": self.hooks.status(),
            "clicks": self.clicks.status() if self.clicks is not None else {},
            "pbx": {
                followed.exchange.name: {
                    **followed.exchange.status(),
                    "live_lane": followed.live.health() if followed.live else None,
                    "ledger": followed.ledger.health() if followed.ledger else None,
                }
                for followed in self.exchanges
            },
        }


async def listen(lane: LiveLane, exchange: Exchange) -> None:
    async for told in lane.events():
        exchange.hear(told)


async def kept_alive(work: Callable[[], Coroutine[Any, Any, None]], name: str) -> None:
    """Run a part for ever; one that fails is told with its reason and begun anew."""
    while True:
        try:
            await work()
        except Exception as error:
            known = isinstance(error, ValueError | OSError)
            log.error(
                "a part of the connector failed; it is begun anew", part=name, reason=str(error), exc_info=not known
            )
        await asyncio.sleep(PAUSE)
