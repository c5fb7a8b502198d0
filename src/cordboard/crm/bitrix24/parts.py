"""Parts: each employee's talk as a call of its own, where the settings want that (`register.separate_conversations`).

In:   an answered call in which several employees talked. Out: the first one's own duration for the call itself, and
`TellPart` for each of the others, after the finish.

Every part has an EXTERNAL_CALL_ID of its own, which ends in `-2`, `-3` …; the recording stays with the first.
"""

from __future__ import annotations

from collections.abc import Generator
from datetime import UTC, datetime
from typing import Any

import msgspec

from cordboard.crm.bitrix24 import mapping
from cordboard.crm.bitrix24.customizing import Customizing
from cordboard.crm.bitrix24.mapping import Terms
from cordboard.crm.bitrix24.people import People
from cordboard.flow.after_finish import TellPart
from cordboard.flow.questions import Params, Question
from cordboard.flow.situation import Situation

#: TYPE of a talk that was passed on
REDIRECTED = 3


class Part(msgspec.Struct, frozen=True):
    """What one employee talked."""

    user: int
    #: microseconds since the epoch
    start: int
    seconds: int


def parts_of(situation: Situation, people: People) -> Generator[Question, Any, list[Part]]:
    """One part for each employee who talked, in order; nothing where one alone talked, or parts are not wanted."""
    if not people.terms.register.separate_conversations or situation.result != 200:
        return []
    talks = sorted((talk for talk in situation.conversations if talk.talk_seconds), key=lambda talk: talk.talked_from)
    if situation.direction != "incoming":
        # the conversation of an outgoing call is at the client's number: whoever called talks in it
        talks = [talk if talk.is_local else msgspec.structs.replace(talk, number=situation.caller) for talk in talks]
    yield from people.look_for(talk.number for talk in talks)
    found: dict[int, Part] = {}
    for talk in talks:
        if user := people.users.get(talk.number):
            before = found.get(user) or Part(user, talk.talked_from, 0)
            found[user] = msgspec.structs.replace(before, seconds=before.seconds + talk.talk_seconds)
    return list(found.values()) if len(found) > 1 else []


def with_first_part(situation: Situation, parts: list[Part]) -> Situation:
    """The call with the talk of the first part alone, as its own finish tells it."""
    return msgspec.structs.replace(situation, talk_seconds=parts[0].seconds) if parts else situation


def tell_parts(
    situation: Situation, parts: list[Part], told: set[str], terms: Terms, customizing: Customizing
) -> Generator[Question, Any, None]:
    """Tell the portal of every part but the first, which is the call itself; customizations are asked as for a call."""
    for number, part in enumerate(parts[1:], start=2):
        mark = f"{mapping.external_id(terms.pbx, situation.linkedid)}-{number}"
        if mark not in told:
            register = yield from customizing.ask(
                "process_registration_params", part_params(situation, part, mark, terms)
            )
            finish = yield from customizing.ask("process_final_params", finish_params(part))
            if register is not None and finish is not None:
                yield TellPart(mark, register, finish)
            told.add(mark)


def part_params(situation: Situation, part: Part, mark: str, terms: Terms) -> Params:
    """Parameters of `register` for a part: no card, and no client is made anew."""
    params = mapping.register_params(situation, part.user, terms, show=False)
    offset = datetime.fromisoformat(situation.start).tzinfo
    start = datetime.fromtimestamp(part.start // 1_000_000, UTC).astimezone(offset)
    kind = REDIRECTED if situation.direction == "incoming" else params["TYPE"]
    return {
        **params,
        "TYPE": kind,
        "CRM_CREATE": 0,
        "CALL_START_DATE": start.isoformat(),
        "EXTERNAL_CALL_ID": mark[-mapping.LONGEST_ID :],
    }


def finish_params(part: Part) -> Params:
    """Parameters of `finish` for a part, without the id that its register answers."""
    return {"USER_ID": part.user, "DURATION": max(part.seconds, 1), "STATUS_CODE": mapping.TALKED, "ADD_TO_CHAT": 0}
