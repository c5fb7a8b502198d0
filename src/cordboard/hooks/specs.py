"""Specs: the one list of customization points.

In:   nothing. Out: `POINTS`, by name; `find_point` for a name somebody wrote.

A point says where in a call it is asked, what goes in, what may come back, what empty `data` means, and how long one
customization may take. Guard tests hold the rest together: each has a section in the docs, an example, a test, and a
flow that asks it.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from enum import StrEnum

import msgspec

from cordboard.hooks import payloads as p


class Empty(StrEnum):
    """What `data` without content means."""

    CANCELS = "cancels"  #: the request is not sent
    KEEPS = "keeps"  #: everything stays as it was
    FAILS = "fails"  #: it is no answer: the call goes on as without the customization


@dataclass(frozen=True, slots=True)
class Point:
    """One place at which customizations are asked."""

    name: str
    #: when it is asked, in half a sentence
    moment: str
    payload: type[msgspec.Struct]
    answer: type[p.Answer]
    empty: Empty
    #: what is not done when it is cancelled
    cancelled: str = ""
    #: the payload's key that holds the parameters; "" = they stand beside `call_full`
    under: str = ""
    #: keys beside those of `answer` go through: the CRM has more fields than we name
    is_open: bool = False
    #: the payload's object whose fields the answer updates: nothing is sent unless the answer has some
    updates: str = ""
    #: `call_full` has client and deal: they are read for it, if nobody has read them yet
    knows_client: bool = False
    #: it is asked for its effect, so what was answered is durable before anything else is done
    acts: bool = False
    #: seconds one customization may take
    timeout: float = 5.0
    crm: str = "bitrix24"
    #: order of a customization that says none
    order: int = 100


def by_name(*points: Point) -> dict[str, Point]:
    return {point.name: point for point in points}


POINTS = by_name(
    Point(
        "need_registration",
        "at every stage of a call, before anything is done for it",
        p.NeedRegistrationPayload,
        p.NeedRegistrationAnswer,
        Empty.FAILS,
    ),
    Point(
        "process_user_phone",
        "before the CRM user of an internal number is looked up",
        p.PhonePayload,
        p.PhoneAnswer,
        Empty.KEEPS,
    ),
    Point(
        "process_client_phone",
        "before the client's number is used in the CRM",
        p.PhonePayload,
        p.PhoneAnswer,
        Empty.KEEPS,
    ),
    Point(
        "process_registration_params",
        "before `telephony.externalCall.register`",
        p.RegistrationPayload,
        p.RegistrationParams,
        Empty.CANCELS,
        cancelled="the call is not registered",
        is_open=True,
    ),
    Point(
        "post_registration",
        "right after a successful registration",
        p.PostRegistrationPayload,
        p.Nothing,
        Empty.KEEPS,
        is_open=True,
        knows_client=True,
        acts=True,
    ),
    Point(
        "customize_show_call_card",
        "before the card is shown",
        p.CardPayload,
        p.CardAnswer,
        Empty.CANCELS,
        cancelled="the card is not shown to these users",
        knows_client=True,
    ),
    Point(
        "process_final_params",
        "before `telephony.externalCall.finish`",
        p.FinalPayload,
        p.FinalParams,
        Empty.CANCELS,
        cancelled="the call is not finished in the CRM",
        is_open=True,
        knows_client=True,
    ),
    Point(
        "process_record_file_path",
        "before the recording is read",
        p.RecordFilePayload,
        p.RecordFileAnswer,
        Empty.CANCELS,
        cancelled="no recording is sent",
        under="params",
        timeout=10.0,
        knows_client=True,
    ),
    Point(
        "customize_attach_record_url",
        "before `telephony.externalCall.attachRecord`",
        p.RecordPayload,
        p.RecordParams,
        Empty.CANCELS,
        cancelled="the recording is not attached",
        is_open=True,
        knows_client=True,
    ),
    Point(
        "process_task_creation_params",
        "after a missed call, before its task is created",
        p.TaskPayload,
        p.TaskParams,
        Empty.CANCELS,
        cancelled="no task is created",
        is_open=True,
        knows_client=True,
    ),
    Point(
        "customize_entity",
        "at the end of the call, after finish",
        p.EntityPayload,
        p.Fields,
        Empty.CANCELS,
        cancelled="the entity is not updated",
        is_open=True,
        updates="entity",
        knows_client=True,
    ),
    Point(
        "customize_activity",
        "at the end of the call, after finish",
        p.ActivityPayload,
        p.Fields,
        Empty.CANCELS,
        cancelled="the activity is not updated",
        is_open=True,
        updates="activity",
        knows_client=True,
    ),
    Point(
        "process_originate_params",
        "after a click in the CRM, before AMI's Originate",
        p.OriginatePayload,
        p.OriginateParams,
        Empty.CANCELS,
        cancelled="the call is not originated",
        under="params",
    ),
    Point(
        "customize_autodistribution",
        "when the dial plan asks for the responsible person",
        p.DistributionPayload,
        p.DistributionAnswer,
        Empty.CANCELS,
        cancelled="the call takes the default route",
        timeout=1.0,
    ),
)


def nearest_point(name: str) -> str:
    """The point whose name is most like `name`, "" where none is."""
    return next(iter(difflib.get_close_matches(name, POINTS, n=1)), "")


def unknown_point(name: str) -> str:
    """What is wrong with a name that is none of the points', in words."""
    near = nearest_point(name)
    return f"there is no point {name!r}" + (f"; did you mean {near}?" if near else "")
