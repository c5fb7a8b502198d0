"""What `telephony.externalCall.finish` makes of a call.

In:   the type, duration, status code and vote. Out: the effective code, whether it was missed, the activity's values.
The surprise: answered depends on the duration alone, missed on the code 304 alone.
"""

from __future__ import annotations

from typing import Any

from cordboard.b24wire.codes import CallType
from cordboard.b24wire.envelope import UNCONVERTED_DATE

__all__ = ["SECOND", "SUBJECTS", "activity_values", "effective_code", "is_missed", "shown_record", "title_of"]

SECOND = 1_000_000
MISSED = "304"
NO_CLIENT = "Could not find associated crm entity for the current call"


def effective_code(sent: str, duration: int) -> str:
    """The code as sent; without one 200 for a talk, else 304."""
    return sent or ("200" if duration > 0 else MISSED)


def is_missed(kind: int, code: str) -> bool:
    """Whether the number enters the missed list."""
    return code == MISSED and CallType(kind).is_incoming


def activity_values(*, kind: int, number: str, start: int, duration: int, code: str, vote: int) -> dict[str, Any]:
    """The columns of the call's activity that follow from the call alone; `number` as people write it."""
    incoming = CallType(kind).is_incoming
    return {
        "type_id": 2,
        "provider_id": "VOXIMPLANT_CALL",
        "provider_type_id": "CALL",
        "subject": SUBJECTS.get(kind, "Phone call").format(number=number),
        "created": start,
        "start_time": start,
        "end_time": start + duration * SECOND,
        "deadline": start + duration * SECOND,
        "direction": 1 if incoming else 2,
        "completed": kind in (CallType.OUTGOING, CallType.REDIRECTED, CallType.INFORMATIONAL),
        # as the original: a redirected call is never flagged
        "settings": {"MISSED_CALL": True} if code == MISSED and kind in (2, 4) else {},
        "is_incoming_channel": incoming,
        "result_stream": STREAMS.get(kind, 0) if code == "200" else 4,
        "result_mark": MARKS[vote] if 0 <= vote < len(MARKS) else 0,
    }


def title_of(kind: int, number: str) -> str:
    """The title of a lead or deal that the call makes."""
    return f"{number} - {TITLES.get(kind, 'Outgoing call')}"


def shown_record(call_row: int, record: dict[str, Any], activity_id: int | None) -> dict[str, object]:
    """The statistics record as `finish` answers it."""
    app = record["rest_app_id"]
    result: dict[str, object] = {
        "ID": call_row,
        "CALL_ID": record["call_id"],
        "EXTERNAL_CALL_ID": record["external_call_id"],
        "PORTAL_USER_ID": record["portal_user_id"],
        "PHONE_NUMBER": record["phone_number"],
        "PORTAL_NUMBER": record["portal_number"],
        "INCOMING": str(record["incoming"]),
        "CALL_DURATION": record["call_duration"],
        # the original does not serialise its date object, and clients know it
        "CALL_START_DATE": UNCONVERTED_DATE,
        "CALL_STATUS": record["call_status"],
        "CALL_VOTE": record["call_vote"],
        "COST": record["cost"],
        "COST_CURRENCY": record["cost_currency"],
        "CALL_FAILED_CODE": record["call_failed_code"],
        "CALL_FAILED_REASON": record["call_failed_reason"],
        "REST_APP_ID": None if app is None else str(app),
        "REST_APP_NAME": record["rest_app_name"] or False,
        "CRM_ACTIVITY_ID": activity_id or False,
        "COMMENT": record["comment"],
    }
    if record["call_record_url"]:
        result["CALL_RECORD_URL"] = record["call_record_url"]
    if record["crm_entity_type"]:
        result |= {"CRM_ENTITY_TYPE": record["crm_entity_type"], "CRM_ENTITY_ID": record["crm_entity_id"]}
    if activity_id is None:
        result["ERRORS"] = {"ACTIVITY_CREATION": NO_CLIENT}
    return result


SUBJECTS = {
    1: "Outgoing to {number}",
    2: "Incoming from {number}",
    3: "Incoming from {number}",
    4: "Callback to {number}",
}
TITLES = {2: "Incoming call", 3: "Incoming call", 4: "Callback"}
STREAMS = {1: 2, 2: 1, 3: 1, 4: 3}
MARKS = (0, 1, 1, 3, 2, 2)
