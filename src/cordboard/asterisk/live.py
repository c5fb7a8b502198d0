"""The live lane: native AMI events of one PBX as `CelEvent`s, a fraction of a second after they happen.

In:   the `[pbx.ami]` settings; whether rows of CEL over AMI are wanted too.
Out:  `CelEvent`s of native events; `LaneRow`s; `LaneUp` each time the PBX is heard (again), with the channels alive at
      that moment, and once more where it says later since when it runs; `LaneDown` once per outage. It never ends by
      itself.

The surprise: nothing is heard of what happened while the lane was down. The ledger knows it; `LaneUp.alive` tells
which calls still run, and whatever is not in it has ended.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from typing import Protocol

from cordboard.asterisk.ami.cel import cel_event
from cordboard.asterisk.ami.client import AmiClient
from cordboard.asterisk.ami.errors import AmiError, AmiNoRight, AmiUnreachable
from cordboard.asterisk.ami.native import WANTED, NativeMapper
from cordboard.asterisk.ami.wire import Message
from cordboard.asterisk.local_time import LocalClock
from cordboard.asterisk.source import LaneDown, LaneRow, LaneUp
from cordboard.calls.cel import CelEvent

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0


class AmiSettings(Protocol):
    """What the lane needs of `[pbx.ami]`."""

    @property
    def host(self) -> str: ...
    @property
    def port(self) -> int: ...
    @property
    def username(self) -> str: ...
    @property
    def secret(self) -> str: ...


class LiveLane:
    """Keeps one PBX heard."""

    def __init__(
        self, ami: AmiSettings, on_health: Callable[[str, str], None] | None = None, *,
        rows: bool = False, timezone: str | None = None,
    ) -> None:  # fmt: skip
        """`on_health(state, reason)` is called when the state changes: `up`, or the label of an `AmiError`.

        `rows`: CEL over AMI is heard too, its local times in `timezone`."""
        self._ami = ami
        self._wanted = [*WANTED, "CEL"] if rows else [*WANTED]
        self._clock = LocalClock(timezone)
        self._on_health = on_health
        self._state = ("starting", "")
        self.client: AmiClient | None = None
        self.heard = 0
        #: told how an Originate went: its ActionID, and whether the first telephone was picked up
        self.on_originated: Callable[[str, bool], None] | None = None

    def health(self) -> dict[str, object]:
        """How the lane is, for people."""
        return {"state": self._state[0], "reason": self._state[1], "events": self.heard}

    async def events(self) -> AsyncIterator[CelEvent | LaneRow | LaneUp | LaneDown]:
        """What is heard, for ever."""
        failures = 0
        while True:
            client = AmiClient(
                self._ami.host, self._ami.port, self._ami.username, self._ami.secret, wanted=self._wanted
            )  # fmt: skip
            try:
                await client.connect()
                mapper = NativeMapper()
                up = await look_around(client, mapper)
                self.client = client
                failures = 0
                self._tell("up", "")
                yield up
                async for message in client.events():
                    if message.event == "FullyBooted" and not up.started:
                        # it let us in while it was still starting: only now it says since when it runs
                        up = await look_around(client, mapper)
                        yield up
                    if message.event == "OriginateResponse" and self.on_originated is not None:
                        self.on_originated(message.get("ActionID"), message.get("Response") == "Success")
                        continue
                    if message.event == "CEL":
                        with contextlib.suppress(ValueError):  # a message that was cut
                            if row := cel_event(message, self._clock):
                                yield LaneRow(row)
                        continue
                    for event in mapper.feed(message, time.time_ns() // 1000):
                        self.heard += 1
                        yield event
            except AmiError as error:
                if self._tell(error.label, str(error)):
                    yield LaneDown(str(error))
            finally:
                self.client = None
                await client.close()
            await asyncio.sleep(pause(failures))
            failures += 1

    async def act(self, action: str, **headers: str) -> Message:
        """Let the PBX do something; its answer. Raises `AmiError`, at once where the PBX is not heard."""
        return await self._heard_by().action(action, **headers)

    async def channels(self) -> list[Message]:
        """The living channels, as CoreShowChannels lists them. Raises `AmiError`."""
        return await self._heard_by().list_action("CoreShowChannels")

    def _heard_by(self) -> AmiClient:
        if self.client is None:
            raise AmiUnreachable(f"the PBX is not heard: {self._state[1] or 'it is being connected'}")
        return self.client

    async def channels_alive(self) -> frozenset[str] | None:
        """The uniqueids the PBX lists at this moment; None where it cannot be asked."""
        if self.client is None:
            return None
        try:
            channels = await self.client.list_action("CoreShowChannels")
        except AmiError:
            return None
        return frozenset(channel.get("Uniqueid") for channel in channels)

    def _tell(self, state: str, reason: str) -> bool:
        """Whether this is news: each outage is told once, with its first reason."""
        news = state != self._state[0]
        self._state = (state, reason)
        if news and self._on_health is not None:
            self._on_health(state, reason)
        return news


async def look_around(client: AmiClient, mapper: NativeMapper) -> LaneUp:
    """What is alive on the PBX at this moment, and since when it runs."""
    started = 0 if client.uptime is None else time.time_ns() // 1000 - (client.uptime + 1) * 1_000_000
    try:
        channels = await client.list_action("CoreShowChannels")
    except AmiNoRight:
        return LaneUp(None, None, started)
    alive = frozenset(mapper.adopt(channel) for channel in channels)
    return LaneUp(alive, frozenset(channel.get("Uniqueid") for channel in channels), started)


def pause(failures: int) -> float:
    """Seconds until the next attempt: half a second, then twice as long each time, at most half a minute."""
    return min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(failures, 10))  # a float has no 2**1024
