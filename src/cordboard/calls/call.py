"""Call: everything under one linkedid, after merges.

What comes in: nothing by itself; the rules change it. What goes out: `picture` (`call_full`)
and `facts`, both of this very moment.
"""

from __future__ import annotations

import weakref
from typing import Any

import msgspec

from cordboard.calls.channel import Channel, Kind
from cordboard.calls.clock import SECOND, ClockText
from cordboard.calls.conversation import Conversation, Side
from cordboard.calls.facts import CallFacts, Talk
from cordboard.calls.recording import Recording, one_file
from cordboard.calls.snapshot import CallFull, ChannelFull, ConversationFull
from cordboard.calls.stages import Stage, StageName
from cordboard.calls.states import ENDED, RINGING
from cordboard.calls.steps import Step
from cordboard.numbers.plan import NumberingPlan

_decode = msgspec.json.Decoder().decode
#: two stretches of talk with less between them are one: a Local pair that optimises away moves people between bridges
SEAM = 50_000
#: before any numbers were given
UNNAMED = ("", "", "", "")


class Call(Side, msgspec.Struct, eq=False, kw_only=True, weakref=True):
    """One call, open or just ended; as a side it is the main channel of `call_full`."""

    linkedid: str
    plan: NumberingPlan
    clock: ClockText
    stages: frozenset[StageName]  #: those that are announced
    last_row: int  #: when the last of its rows was written
    main: Channel | None = None  #: the channel whose uniqueid is the linkedid
    channels: dict[str, Channel] = {}
    live: int = 0  #: how many of them are not gone
    locals: dict[str, Channel] = {}  #: halves of Local pairs that are not gone
    conversations: dict[str, Conversation] = {}
    client: Channel | None = None  #: whom an employee must share a bridge with to have answered
    dialled_in: Channel | None = None  #: the trunk channel that came from outside
    first_called: Kind | None = None
    originated: bool = False  #: begun by Originate
    callback: bool = False  #: and the client was rung first
    expected: tuple[str, str] | None = None  #: employee and client, told in advance
    dialled: list[tuple[str, str]] = []  #: endpoint and number of Dial's arguments, not used up yet
    names: tuple[str, str, str, str] = UNNAMED  #: type, from, trunk, client: as last given to the conversations
    speaking: dict[str, Conversation] = {}  #: in a common bridge with the client now
    active: str = ""
    last_requested: Conversation | None = None
    last_accepted: Conversation | None = None
    talks: list[Talk] = []
    room_from: int = 0  #: since when the client is in a room with an employee
    pbx_answered: bool = False
    queue: str = ""
    queued: bool = False  #: was in a queue or a room at any time
    records: list[Recording] = []
    absorbed: list[str] = []
    is_ivr: bool = False
    result: int = 0
    gone_since: int = 0  #: since when the PBX lists none of its channels
    listed_at: int = 0  #: when the PBX listed one of them last
    shown: list[weakref.ref[Stage]] = []
    keeps_facts: bool = True  #: stages will be asked for their facts

    def stage(self, step: Step, name: StageName, at: int, conversation: str = "", absorbed: Call | None = None) -> None:
        """Announce a stage, if the listener wants such; of `merged`, with the pictures of the absorbed call."""
        if name not in self.stages:
            return
        stage = Stage(name, self.linkedid, at, self, conversation)
        if absorbed is not None:
            stage.show(absorbed)
        self.shown.append(weakref.ref(stage))
        step.stages.append(stage)

    def freeze_pictures(self) -> None:
        """Build the pictures of stages that somebody still holds: the call is about to change."""
        for reference in self.shown:
            if (stage := reference()) is not None:
                stage.freeze(facts=self.keeps_facts)
        self.shown.clear()

    def picture(self) -> CallFull:
        """Return `call_full` as it is now."""
        conversations: dict[str, ConversationFull] = {}
        for key, conversation in self.conversations.items():
            full = conversation.full
            if full is None:
                channel = self._channel_full(conversation, conversation.channel, key)
                full = conversation.full = ConversationFull(channel, conversation.parked, None)
            conversations[key] = full
        channel = self._channel_full(self, self.main, self.linkedid)
        return CallFull(self.active, channel, conversations, None, None, self.is_ivr, "", None, self.result)

    def _channel_full(self, side: Side, channel: Channel | None, id: str) -> ChannelFull:
        times, numbers = self.clock.seconds, self.plan.numbers
        return ChannelFull(
            times[side.answer // SECOND], times[side.end // SECOND],
            read_object(channel.extra) if channel and channel.extra else {},
            numbers[side.from_], id, id == self.linkedid, channel.name if channel else "", times[side.start // SECOND],
            side.state, numbers[side.to], numbers[side.trunk], side.type, side.answered,  # type: ignore[arg-type]
        )  # fmt: skip

    def facts(self) -> CallFacts:
        """Return what a flow needs beyond `call_full`, as it is now."""
        talks = [*self.talks, *(Talk(c.id, c.talk_from, 0) for c in self.speaking.values())]
        ringing = [c.id for c in self.conversations.values() if c.state is RINGING]
        return CallFacts(
            linkedid=self.linkedid,
            start=self.start,
            end=self.end,
            talk_seconds=union_seconds(talks, self.end or self.last_row),
            last_speaker=self.last_accepted.id if self.last_accepted else "",
            talks=[talk for talk in talks if talk.conversation],
            records=one_file(self) if self.records else [],
            absorbed=list(self.absorbed),
            ringing=ringing,
            place=self._place(ringing),
            queue=self.queue,
            callback=self.callback,
            originated=self.originated,
        )

    def _place(self, ringing: list[str]) -> str:
        if self.state is ENDED:
            return "ended"
        if self.speaking or self.room_from:
            return "talking"
        if self.queue:
            return "queue"
        if ringing or self.active:
            return "ringing" if ringing else "talking"
        if not self.conversations or self._answered_by_pbx():
            return "menu"
        # between two telephones, or before the hang-up: the client still hears what was last
        return "talking" if self.answered else "ringing"

    def _answered_by_pbx(self) -> bool:
        """Whether the exchange answered the client before a person did, as a menu does."""
        answer = self.client.answer if self.client is not None else 0
        return answer > 0 and not any(talk.answered and talk.answer <= answer for talk in self.conversations.values())


def read_object(text: str) -> dict[str, Any]:
    """Return the JSON object of an `extra`; {} where it is cut or none."""
    try:
        found = _decode(text)
    except msgspec.DecodeError:
        return {}
    return found if isinstance(found, dict) else {}  # type: ignore[return-value]


def union_seconds(talks: list[Talk], now: int) -> int:
    """Return the whole seconds covered by at least one of the talks; open ones last until now."""
    covered, until = 0, 0
    for start, end in sorted((talk.start, talk.end or now) for talk in talks):
        covered += max(0, end - max(start, until))
        until = max(until, end)
    return covered // SECOND


def close_talk(call: Call, conversation: str, start: int, at: int) -> None:
    """Write down a stretch of talk, or lengthen the last one where only a seam lies between."""
    for index in range(len(call.talks) - 1, max(-1, len(call.talks) - 4), -1):
        last = call.talks[index]
        if last.conversation == conversation and 0 <= start - last.end <= SEAM:
            call.talks[index] = Talk(conversation, last.start, max(at, start))
            return
    call.talks.append(Talk(conversation, start, max(at, start)))
