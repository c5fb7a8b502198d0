"""Switchboard: what stands where now — open calls, live channels, bridges, Local pairs.

In:   rules that put channels into bridges and take them out.
Out:  the answers rules need: whose channel is this name, who hears whom, which call is this.

What surprises: a Local pair joins two bridges. People in the bridge of `;1` and people in the
bridge of `;2` hear each other, so "together" means: in one bridge, or in bridges joined by pairs.
"""

from __future__ import annotations

from cordboard.calls.call import Call
from cordboard.calls.channel import LOCAL, Bridge, Channel, Endpoints, stem_of
from cordboard.calls.clock import ClockText
from cordboard.calls.stages import ALL_STAGES, StageName
from cordboard.numbers.plan import NumberingPlan

#: ended calls remembered, so that late or doubled rows do not begin them again
REMEMBERED = 20_000


class Switchboard:
    """All that is open on one PBX."""

    def __init__(
        self, plan: NumberingPlan, clock: ClockText, stages: frozenset[StageName] = ALL_STAGES, *, facts: bool = True
    ):
        self.plan = plan
        self.clock = clock
        self.stages = stages
        self.facts = facts
        self.endpoints = Endpoints(plan)
        self.calls: dict[str, Call] = {}  #: by surviving linkedid
        self.aliases: dict[str, Call] = {}  #: by linkedid, absorbed ones too
        self.channels: dict[str, Channel] = {}
        self.names: dict[str, Channel] = {}
        self.bridges: dict[str, Bridge] = {}
        self.ended: dict[str, int] = {}  #: linkedid → when its call ended
        self.expected: dict[str, tuple[str, str]] = {}
        self.tells_applications = False  #: this PBX writes rows of some applications

    def open_call(self, linkedid: str, at: int) -> Call:
        """Begin a call."""
        call = Call(at, linkedid=linkedid, plan=self.plan, clock=self.clock, stages=self.stages, last_row=at)
        call.keeps_facts = self.facts
        call.expected = self.expected.pop(linkedid, None)
        self.calls[linkedid] = self.aliases[linkedid] = call
        self.ended.pop(linkedid, None)
        return call

    def add(self, uniqueid: str, name: str, call: Call, at: int) -> Channel:
        """Put a new channel on the board."""
        kind, endpoint, is_person = self.endpoints[stem_of(name)]
        channel = Channel(uniqueid, name, kind, endpoint, is_person, at, call)
        self.channels[uniqueid] = self.names[name] = channel
        call.channels[uniqueid] = channel
        call.live += 1
        if kind is LOCAL:
            call.locals[uniqueid] = channel
        if uniqueid == call.linkedid:
            call.main = channel
        return channel

    def enter(self, channel: Channel, bridge: Bridge) -> None:
        """Put a channel into a bridge, out of any other."""
        if channel.bridge is not bridge:
            if channel.bridge is not None:
                self.leave(channel)
            channel.bridge = bridge
            bridge.members[channel.uniqueid] = channel

    def leave(self, channel: Channel) -> None:
        """Take a channel out of its bridge."""
        bridge = channel.bridge
        if bridge is not None:
            channel.bridge, channel.left = None, bridge.id
            bridge.members.pop(channel.uniqueid, None)
            if not bridge.members:
                self.bridges.pop(bridge.id, None)

    def bridge(self, id: str, *, room: bool, holding: bool) -> Bridge:
        """Return the bridge of this id, new if need be."""
        bridge = self.bridges.get(id)
        if bridge is None:
            bridge = self.bridges[id] = Bridge(id, room, holding)
        elif room:
            bridge.room = True
        return bridge

    def other_half(self, channel: Channel) -> Channel | None:
        """Return the other half of a Local pair."""
        return self.names.get(channel.name[:-1] + ("2" if channel.name.endswith("1") else "1"))

    def together(self, bridge: Bridge | None) -> list[Channel]:
        """Return everybody who hears whoever is in this bridge; Local halves are left out."""
        if bridge is None or bridge.holding:
            return []
        people = list(bridge.members.values())
        for channel in people:
            if channel.kind is LOCAL:
                return self._beyond(bridge)
        return people

    def _beyond(self, bridge: Bridge) -> list[Channel]:
        """Return everybody in the bridges that Local pairs join to this one."""
        people: list[Channel] = []
        seen, waiting = {bridge.id}, [bridge]
        while waiting:
            for channel in waiting.pop().members.values():
                if channel.kind is not LOCAL:
                    people.append(channel)
                    continue
                half = self.other_half(channel)
                beyond = half.bridge if half else None
                if beyond is not None and not beyond.holding and beyond.id not in seen:
                    seen.add(beyond.id)
                    waiting.append(beyond)
        return people

    def forget(self, call: Call, at: int) -> None:
        """Take an ended call off the board; only its linkedids stay, so that late rows find it ended."""
        for channel in call.channels.values():
            if channel.bridge is not None:
                self.leave(channel)
            self.channels.pop(channel.uniqueid, None)
            if self.names.get(channel.name) is channel:
                del self.names[channel.name]
            channel.conversation = (
                None  # an ended call shall be no ring of references, or memory waits for the collector
            )
            del channel.call
        self.calls.pop(call.linkedid, None)
        for linkedid in (call.linkedid, *call.absorbed):
            self.aliases.pop(linkedid, None)
            self.ended[linkedid] = at
        while len(self.ended) > REMEMBERED:
            del self.ended[next(iter(self.ended))]
