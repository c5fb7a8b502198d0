"""What `telephony.externalCall.register` is asked.

In:   parameters as decoded. Out: `Asked`, our own types; a `RestError` with the documented text for the first fault.
The surprise: the text "0" and 0 count as absent for USER_ID, and `CRM_ENTITY_TYPE` with `CRM_ENTITY_ID`, even empty,
switch the search off.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cordboard.b24wire.dates import parse_date
from cordboard.b24wire.errors import failure
from cordboard.b24wire.loose import as_flag, as_int, as_text
from cordboard.portal.crm.phone_key import clean

__all__ = ["NO_USER", "Asked", "WhoIsAsked", "read_asked", "read_who"]

NO_USER = "USER_ID or USER_PHONE_INNER should be set"
LINE_LENGTH = 50
#: the largest id of a column
LARGEST = 2**31 - 1
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class WhoIsAsked:
    """The user by id, or by extension."""

    user_id: int
    extension: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A registration with its parameters checked."""

    number: str
    type: int
    #: microseconds; None: now
    start_at: int | None
    create: bool
    source: str
    #: the given entity; ("", None) where both were sent empty; None: search by number
    entity: tuple[str, int | None] | None
    show: bool
    line: str
    #: None: not sent, so any call of the same key is the same
    external_call_id: str | None
    call_list_id: int | None


def read_who(params: Mapping[str, object]) -> WhoIsAsked:
    """Who the call belongs to; neither given is refused."""
    who = WhoIsAsked(as_int(params.get("USER_ID")), clean(as_text(params.get("USER_PHONE_INNER"))))
    if not who.user_id and not who.extension:
        raise failure(NO_USER)
    return who


def read_asked(params: Mapping[str, object], now: datetime) -> Asked:
    """The other parameters, in the order in which the original checks them."""
    kind = as_int(params.get("TYPE"))
    if kind not in (1, 2, 3, 4, 5):
        raise failure("Unknown TYPE")
    start = read_start(as_text(params.get("CALL_START_DATE")), now)
    number = clean(as_text(params.get("PHONE_NUMBER")))
    if not number:
        raise failure("Unsupported phone number format")
    return Asked(
        number=number,
        type=kind,
        start_at=start,
        create=as_flag(params.get("CRM_CREATE")) or as_flag(params.get("CRM")),
        source=as_text(params.get("CRM_SOURCE")),
        entity=read_entity(params),
        show="SHOW" not in params or as_flag(params["SHOW"]),
        line=as_text(params.get("LINE_NUMBER")).strip()[:LINE_LENGTH],
        external_call_id=as_text(params["EXTERNAL_CALL_ID"]) if "EXTERNAL_CALL_ID" in params else None,
        call_list_id=read_id(params.get("CALL_LIST_ID")),
    )


def read_start(text: str, now: datetime) -> int | None:
    if not text:
        return None
    moment = parse_date(text, now.tzinfo or UTC)
    if moment is None:
        raise failure("CALL_START_DATE should be in the ISO-8601 format")
    return (moment - EPOCH) // timedelta(microseconds=1)


def read_entity(params: Mapping[str, object]) -> tuple[str, int | None] | None:
    if "CRM_ENTITY_TYPE" not in params or "CRM_ENTITY_ID" not in params:
        return None
    kind, number = as_text(params["CRM_ENTITY_TYPE"]).upper(), read_id(params["CRM_ENTITY_ID"])
    if kind not in ("CONTACT", "COMPANY", "LEAD", "DEAL") or number is None:
        return "", None
    return kind, number


def read_id(value: object) -> int | None:
    """A positive id that a column can hold."""
    number = as_int(value)
    return number if 0 < number <= LARGEST else None
