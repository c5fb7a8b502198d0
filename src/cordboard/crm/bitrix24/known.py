"""Known: the facts of a call in one portal, and how questions and answers teach them.

In:   each question that was asked, with its answer. Out: `Known`, all that must survive when a run is superseded.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from cordboard.crm.asked import Click
from cordboard.flow.after_finish import AttachRecord, TellPart
from cordboard.flow.questions import (
    Done,
    Finish,
    Finished,
    Hide,
    Params,
    Question,
    Refused,
    Register,
    Registered,
    RunHook,
    Show,
    TakeOver,
)
from cordboard.hooks.answers import Customized
from cordboard.hooks.specs import POINTS


class Known(msgspec.Struct, omit_defaults=True):
    """The facts of a call in this portal: what must survive when a run is superseded."""

    registered: Registered | None = None
    #: parameters of the last register sent; asked again unchanged when its answer was lost
    params: Params | None = None
    user: int = 0
    shown: set[int] = msgspec.field(default_factory=set[int])
    #: absorbed calls whose registration was already taken care of
    taken: set[str] = msgspec.field(default_factory=set[str])
    finished: Finished | None = None
    #: the portal has the recording
    recorded: bool = False
    #: marks of parts that were told as calls of their own
    parts: set[str] = msgspec.field(default_factory=set[str])
    refused: str = ""
    #: point → what was not done because a customization cancelled it
    cancelled: dict[str, str] = msgspec.field(default_factory=dict[str, str])
    #: a visitor of a site asked for this call, and the client that the portal made of them
    is_callback: bool = False
    entity: tuple[str, str] = ("", "")


def known_of_click(click: Click) -> Known:
    """What is known of a call before there is one: the portal registered it itself and shows its card."""
    if click.is_callback:
        return Known(is_callback=True, entity=click.entity)
    kind, id = click.entity
    return Known(registered=Registered(click.call_id, kind, id), user=click.user, shown={click.user} - {0})


def learn_register(known: Known, params: Params, answer: Registered | Refused | None) -> None:
    """What a register and its answer teach: also used to read a superseded run."""
    known.params, known.user = params, user_in(params)
    match answer:
        case Registered():
            known.registered, known.refused = answer, ""
            if params.get("SHOW") and known.user:
                known.shown.add(known.user)
        case Refused(words):
            known.refused, known.params = words, None
        case None:
            pass


def user_in(params: Params) -> int:
    """USER_ID of a request; a customization may have left it out."""
    return int(params.get("USER_ID") or 0)


def cancelled_words(known: Known) -> str:
    """What was left out, in words, "" where nothing was."""
    left_out = (f"{what} (cancelled by customization, {point})" for point, what in known.cancelled.items())
    return "; ".join(left_out)


def known_from(pairs: Iterable[tuple[Question, Any]], before: Known | None = None) -> Known:
    """The facts in the questions and answers of a superseded run, and those it began with."""
    known = before or Known()
    for question, answer in pairs:
        match question, answer:
            case Register(params), _:
                known.registered = None
                learn_register(known, params, answer)
            case RunHook(point), Customized(cancelled=True):
                known.cancelled[point] = POINTS[point].cancelled if point in POINTS else ""
            case Show(_, users), answer if answer is not None:
                known.shown |= set(users)
            case Hide(_, users), answer if answer is not None:
                known.shown -= set(users)
            case TakeOver(linkedid), answer if answer is not None or linkedid:
                known.taken.add(linkedid)
                if answer is not None and known.registered is None and answer.registered is not None:
                    known.registered, known.user = answer.registered, answer.user
                    known.shown = set(answer.shown)
            case Finish(params), Finished() if is_own(known, params):
                known.finished = answer
            case TellPart(mark), Done():
                known.parts.add(mark)
            case AttachRecord(), Done():
                known.recorded = True
            case _:
                pass
    return known


def is_own(known: Known, params: Params) -> bool:
    """A finish of this call's own registration, not of an absorbed one's."""
    return known.registered is not None and params.get("CALL_ID") == known.registered.id
