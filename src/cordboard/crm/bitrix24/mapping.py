"""Mapping: a call's situation in Bitrix24's parameters, and its answers as our facts.

In:   `Situation`, the settings of a connection (`Terms`), decoded JSON of answers.
Out:  parameters for `telephony.externalCall.*`; `Registered` and `Finished`.

What surprises: an empty pair CRM_ENTITY_TYPE and CRM_ENTITY_ID switches the portal's search off, which is exactly what
a caller without a number needs; everywhere else the keys must be absent.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import msgspec

from cordboard.flow.questions import Finished, Params, Registered
from cordboard.flow.situation import Situation
from cordboard.hooks.builtin.rules import Rules
from cordboard.settings import CardMode, Cards, Hours, Line, Missed, Numbers, Register

OUTGOING, INCOMING, CALLBACK = 1, 2, 4

#: longest EXTERNAL_CALL_ID a portal can finish
LONGEST_ID = 64
#: sent for callers who withhold their number, since a call without digits cannot be registered
NO_NUMBER = "0"

#: result → STATUS_CODE; incoming first, then outgoing and local
STATUS_CODES: dict[int, tuple[str, str]] = {
    200: ("200", "200"),
    487: ("304", "603-S"),
    408: ("304", "480"),
    480: ("304", "480"),
    486: ("486", "486"),
    600: ("486", "486"),
    603: ("603", "603"),
    403: ("403", "403"),
    404: ("404", "404"),
    410: ("404", "404"),
    604: ("404", "404"),
    484: ("484", "484"),
    402: ("402", "402"),
    423: ("423", "423"),
    488: ("503", "503"),
    **dict.fromkeys(range(500, 505), ("503", "503")),
}
UNKNOWN_STATUS = ("304", "OTHER")
MISSED, CANCELLED, TALKED = "304", "603-S", "200"


class Terms(msgspec.Struct, frozen=True):
    """The settings under which a call is told to one portal; kept with the call, so that a change spares open calls."""

    pbx: str
    connection: str
    default_user: int = 0
    lines: tuple[Line, ...] = ()
    register: Register = Register()
    cards: Cards = Cards()
    numbers: Numbers = Numbers()
    #: points at which the customer has rules for this connection
    points: frozenset[str] = frozenset()
    missed: Missed = Missed()
    hours: Hours = Hours()
    #: ids of users who see cards in another way than `cards` says
    card_modes: dict[str, CardMode] = {}
    #: how a recording is given to the portal: "" not at all, else as in `[records] send`
    recordings: str = ""
    #: how it is called there, "" as the exchange calls it
    record_name: str = ""

    @property
    def shows_no_cards(self) -> bool:
        """Whether nobody ever sees a card."""
        modes = {self.cards.mode, self.cards.outgoing or self.cards.mode, *self.card_modes.values()}
        return modes == {"never"}

    @property
    def rules(self) -> Rules:
        """What our own customizations read."""
        return Rules(self.numbers, self.register, self.lines, self.record_name)

    def line(self, number: str) -> Line | None:
        """The settings of one of our numbers, however the plus is written."""
        return next((line for line in self.lines if number and same_number(line.number, number)), None)


def same_number(one: str, other: str) -> bool:
    return one.lstrip("+") == other.lstrip("+")


def external_id(pbx: str, linkedid: str) -> str:
    """EXTERNAL_CALL_ID; of a long one the name of the PBX is cut, since the linkedid makes it unique."""
    return f"{pbx[: max(LONGEST_ID - len(linkedid) - 1, 0)]}-{linkedid}"[-LONGEST_ID:]


def seen_by_crm(situation: Situation) -> Situation:
    """A local call that reached the outside is registered for the outside number (decisions 2), with its talk alone."""
    if situation.direction != "local":
        return situation
    outside = next((talk for talk in situation.conversations if not talk.is_local), None)
    if outside is None or not outside.number:
        return situation
    return msgspec.structs.replace(
        situation, direction="outgoing", client=outside.number, talk_seconds=outside.talk_seconds
    )


def is_wanted(situation: Situation, terms: Terms) -> bool:
    """Whether the settings let this call be registered."""
    line = terms.line(situation.line)
    if line is not None and not line.register:
        return False
    if not situation.client and (situation.direction != "incoming" or terms.register.anonymous == "skip"):
        # a click-to-call whose employee is still being rung: the number comes with the second leg
        return False
    wanted = {
        "incoming": terms.register.incoming,
        "outgoing": terms.register.outgoing,
        "local": terms.register.local,
    }
    return wanted.get(situation.direction, False)


def register_params(situation: Situation, user: int, terms: Terms, *, show: bool) -> Params:
    """Parameters of `telephony.externalCall.register`."""
    line = terms.line(situation.line)
    params: Params = {
        "USER_ID": user,
        "PHONE_NUMBER": situation.client or NO_NUMBER,
        "TYPE": type_of_call(situation),
        "CALL_START_DATE": situation.start,
        "CRM_CREATE": int(may_create(situation, terms, line)),
        "SHOW": int(show),
        "EXTERNAL_CALL_ID": external_id(terms.pbx, situation.linkedid),
    }
    if situation.line:
        params["LINE_NUMBER"] = situation.line
    if not situation.client:
        params["CRM_ENTITY_TYPE"] = params["CRM_ENTITY_ID"] = ""
    return params


def as_callback(params: Params, entity: tuple[str, str]) -> Params:
    """The same as the answer to somebody who asked to be called back; `entity` is what the portal made of them."""
    kind, id = entity
    client: Params = {"CRM_ENTITY_TYPE": kind.upper(), "CRM_ENTITY_ID": id} if id else {}
    return {**params, "TYPE": CALLBACK, **client}


def type_of_call(situation: Situation) -> int:
    if situation.direction == "incoming":
        return INCOMING
    return CALLBACK if situation.callback else OUTGOING


def may_create(situation: Situation, terms: Terms, line: Line | None) -> bool:
    """CRM_CREATE. While it rings nobody knows whether the call will be missed, so both settings must allow it."""
    if not situation.client or situation.direction == "local":
        return False
    if line is not None and line.create is not None:
        return line.create
    settings = terms.register
    if situation.direction == "outgoing":
        return settings.create_outgoing
    if situation.ended:
        return settings.create_answered if situation.answered else settings.create_missed
    return settings.create_answered and settings.create_missed


def finish_params(situation: Situation, call_id: str, user: int, terms: Terms) -> Params:
    """Parameters of `telephony.externalCall.finish`: duration and code never contradict each other."""
    answered = situation.result == 200
    return {
        "CALL_ID": call_id,
        "USER_ID": user,
        # a talk of less than a second is a talk
        "DURATION": max(situation.talk_seconds, 1) if answered else 0,
        "STATUS_CODE": status_code(situation, detailed=terms.register.detailed_statuses),
        "ADD_TO_CHAT": 0,
    }


def parted_params(situation: Situation, call_id: str, user: int) -> Params:
    """Finish of an absorbed call for its own client: with the talk it had until then (decisions 2)."""
    talked = situation.talk_seconds > 0
    code = TALKED if talked else MISSED if situation.direction == "incoming" else CANCELLED
    return {
        "CALL_ID": call_id,
        "USER_ID": user,
        "DURATION": situation.talk_seconds,
        "STATUS_CODE": code,
        "ADD_TO_CHAT": 0,
    }


def cancelled_params(call_id: str, user: int) -> Params:
    """Finish of a second registration for the same client."""
    return {"CALL_ID": call_id, "USER_ID": user, "DURATION": 0, "STATUS_CODE": CANCELLED, "ADD_TO_CHAT": 0}


def status_code(situation: Situation, *, detailed: bool) -> str:
    """STATUS_CODE of a call that has ended."""
    incoming, other = STATUS_CODES.get(situation.result, UNKNOWN_STATUS)
    if situation.direction != "incoming":
        # of a click the employee is rung first: where they did not answer, nobody has tried the client
        return CANCELLED if situation.result == 480 and not situation.conversations else other
    # Bitrix24's missed list and triggers look at 304 alone (decisions 15)
    return incoming if detailed or incoming == TALKED else MISSED


def registered(result: Mapping[str, Any]) -> Registered:
    """The answer of `register`; an absent entity comes as "", null or false."""
    created = {
        str(item.get("ENTITY_TYPE", "")).lower(): str(item.get("ENTITY_ID", ""))
        for item in cast("list[dict[str, Any]]", result.get("CRM_CREATED_ENTITIES") or [])
    }
    return Registered(
        id=str(result["CALL_ID"]),
        entity_type=str(result.get("CRM_ENTITY_TYPE") or "").lower(),
        entity_id=str(result.get("CRM_ENTITY_ID") or ""),
        created_lead_id=str(result.get("CRM_CREATED_LEAD") or created.get("lead", "")),
        created_contact_id=created.get("contact", ""),
        created_company_id=created.get("company", ""),
        created_deal_id=created.get("deal", ""),
    )


def finished(result: Mapping[str, Any]) -> Finished:
    """The answer of `finish`; without a client there is no activity, and that is normal."""
    return Finished(activity_id=str(result.get("CRM_ACTIVITY_ID") or ""))
