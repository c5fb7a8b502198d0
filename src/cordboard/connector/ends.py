"""Ends: what is written down of an ended call, and where two ends of one call differ.

In:   the last stage of a call, or how it was last seen. Out: `Ended`, as the journal keeps it.
"""

from __future__ import annotations

import msgspec

from cordboard.calls.facts import CallFacts
from cordboard.calls.snapshot import CallFull
from cordboard.calls.stages import Stage
from cordboard.connector.journal import Ended
from cordboard.flow.journal import encode_answer
from cordboard.flow.situation import Situation, situation_of


def ended_of(lane: str, stage: Stage, rows: bytes | None) -> Ended:
    """The end that a lane tells, with the rows of the call."""
    full: CallFull = stage.call_full()
    facts: CallFacts = stage.facts()
    situation = situation_of(stage.linkedid, stage.at, full, facts)
    return Ended(
        linkedid=stage.linkedid,
        decided_by=lane,
        started_at=facts.start,
        ended_at=facts.end or stage.at,
        situation=msgspec.structs.replace(situation, ended=True),
        call_full=encode_answer(full),
        facts=encode_answer(facts),
        rows=rows,
    )


def unseen_end(last: Situation, at: int = 0) -> Ended:
    """The end of a call of which no more is known than how it was last seen, and perhaps when it ended.

    Answered if anybody had talked, else nobody answered; whoever talked went on until the end.
    """
    answered = last.answered or any(talk.accepted for talk in last.conversations)
    talks = any(talk.accepted and talk.state == "talking" for talk in last.conversations)
    at = max(at, last.at)
    situation = msgspec.structs.replace(
        last,
        at=at,
        ended=True,
        answered=answered,
        result=200 if answered else 480,
        talk_seconds=last.talk_seconds + ((at - last.at) // 1_000_000 if talks else 0),
    )
    return Ended(
        linkedid=last.linkedid,
        decided_by="nobody",
        started_at=last.at,
        ended_at=at,
        situation=situation,
        call_full=b"null",
        facts=b"null",
        rows=None,
    )


def with_heard_records(ended: Ended, live: Ended | None) -> Ended:
    """The end with the recordings that only the live lane heard of: not every exchange writes MixMonitor into CEL."""
    if live is None or ended.situation.records or not live.situation.records:
        return ended
    situation = msgspec.structs.replace(ended.situation, records=live.situation.records)
    return msgspec.structs.replace(ended, situation=situation)


def differences(live: Situation, ledger: Situation) -> dict[str, tuple[object, object]]:
    """What the lanes say differently of an ended call, both versions; a second of talk more or less is none."""
    names = ("direction", "client", "caller", "line", "answered", "result", "last_speaker")
    found: dict[str, tuple[object, object]] = {
        name: (getattr(live, name), getattr(ledger, name))
        for name in names
        if getattr(live, name) != getattr(ledger, name)
    }
    if abs(live.talk_seconds - ledger.talk_seconds) > 1:
        found["talk_seconds"] = (live.talk_seconds, ledger.talk_seconds)
    return found
