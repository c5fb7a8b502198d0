"""Situation: what a flow is told of a call, as it is at one moment.

In:   a stage of the call model (`calls.stages.Stage`), which can build `call_full` and the facts of that moment.
Out:  `Situation`, small enough to be journaled with every answer, and `News`, what happened since a flow last asked.

The surprise: times of `call_full` carry no offset, the CRM wants one. The offset is the difference between the call's
start as text (the PBX's own zone) and the same start as epoch (`facts.start`), so no zone has to be known here.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Literal

import msgspec

from cordboard.calls.snapshot import CallFull

if TYPE_CHECKING:
    from cordboard.calls.facts import CallFacts, Talk

#: numbers that callers who withhold theirs arrive with
WITHHELD = frozenset({"", "anonymous", "unknown", "private", "restricted", "unavailable", "withheld", "asterisk"})


class Conversation(msgspec.Struct, frozen=True, omit_defaults=True):
    """The part of a call at one extension, or at one outside number."""

    id: str
    #: who was called, as written by the PBX
    number: str
    is_local: bool = True
    state: Literal["ringing", "talking", "ended"] = "ringing"
    #: was ever in one bridge with the client (decisions 4)
    accepted: bool = False
    #: whole seconds in one bridge with the client, and since when (microseconds since the epoch)
    talk_seconds: int = 0
    talked_from: int = 0


class Situation(msgspec.Struct, frozen=True, omit_defaults=True):
    """A call at one moment, in the words a CRM needs."""

    linkedid: str
    #: microseconds since the epoch
    at: int
    #: ISO 8601 with the PBX's offset
    start: str
    direction: Literal["incoming", "outgoing", "local", "unknown"]
    #: the outside number; of a local call the number that was called; "" when withheld
    client: str = ""
    #: the employee who began an outgoing or local call
    caller: str = ""
    #: the PBX rang the client first
    callback: bool = False
    #: our number on the trunk, "" when unknown
    line: str = ""
    conversations: tuple[Conversation, ...] = ()
    ended: bool = False
    answered: bool = False
    result: int = 0
    #: whole seconds in which the client talked with somebody (decisions 6)
    talk_seconds: int = 0
    #: conversation whose common bridge with the client began last
    last_speaker: str = ""
    #: files that make the recording of the call, in order
    records: tuple[str, ...] = ()

    def conversation(self, id: str) -> Conversation | None:
        return next((talk for talk in self.conversations if talk.id == id), None)


class News(msgspec.Struct, frozen=True, omit_defaults=True):
    """What happened to a call since the flow last asked, collapsed to the present."""

    situation: Situation
    #: names of the stages passed, in order
    stages: tuple[str, ...] = ()
    #: linkedids of calls that became part of this one
    absorbed: tuple[str, ...] = ()
    #: linkedid of the call this one became part of
    absorbed_by: str = ""
    #: the lane that decides has ended the call: result, people and duration are settled
    final: bool = False
    #: the call is happening now; false while the past is being caught up with, when no card may appear
    fresh: bool = True
    #: the call as customizations see it, before any CRM's facts; only where there are customizations
    call_full: CallFull | None = None
    #: nothing happened: the time the flow was ready to wait is over
    quiet: bool = False


def situation_of(linkedid: str, at: int, call_full: CallFull, facts: CallFacts) -> Situation:
    """The situation that `call_full` and the facts of the same moment describe."""
    channel = call_full.channel
    incoming = channel.type == "incoming"
    client = channel.from_ if incoming else channel.to
    talks: dict[str, list[Talk]] = {}
    for part in facts.talks:
        talks.setdefault(part.conversation, []).append(part)
    caller = "" if incoming else channel.from_.custom or channel.from_.original
    return Situation(
        linkedid=linkedid,
        at=at,
        start=start_with_offset(facts.start, channel.start_time),
        # an employee's mobile telephone is reached through a trunk, and yet inside
        direction="local" if channel.type == "outgoing" and channel.to.is_local else channel.type,
        client=dialable(client.custom or client.original),
        caller=caller,
        callback=facts.callback,
        line=channel.trunk.custom or channel.trunk.original,
        conversations=tuple(
            Conversation(
                id=id,
                number=talk.channel.to.custom or talk.channel.to.original,
                is_local=talk.channel.to.is_local,
                state=present(talk.channel.state),
                accepted=talk.channel.was_answered,
                talk_seconds=sum((part.end or at) - part.start for part in talks.get(id, ())) // 1_000_000,
                talked_from=talks[id][0].start if id in talks else 0,
            )
            for id, talk in call_full.conversations.items()
        ),
        ended=facts.end != 0,
        answered=channel.was_answered,
        result=call_full.result,
        talk_seconds=facts.talk_seconds,
        last_speaker=facts.last_speaker,
        records=tuple(facts.records),
    )


def dialable(number: str) -> str:
    """The client's number, or "" for one that was withheld."""
    return "" if number.strip().lower() in WITHHELD else number


def present(state: str) -> Literal["ringing", "talking", "ended"]:
    return "ringing" if state == "ringing" else "talking" if state == "talking" else "ended"


def start_with_offset(start: int, local: str) -> str:
    """ISO 8601 of `start` (microseconds) with the offset that its local text implies.

    >>> start_with_offset(1_709_622_000_000_000, "2024-03-05 10:00:00")
    '2024-03-05T10:00:00+03:00'
    """
    moment = datetime.fromtimestamp(start // 1_000_000, UTC)
    try:
        shown = datetime.fromisoformat(local).replace(tzinfo=UTC)
    except ValueError:
        return moment.isoformat()
    minutes = round((shown - moment).total_seconds() / 60)
    # a text that is not the start's own (the empty date, a row without a time) says nothing about the zone
    if abs(minutes) > 15 * 60:
        return moment.isoformat()
    return moment.astimezone(timezone(timedelta(minutes=minutes))).isoformat()
