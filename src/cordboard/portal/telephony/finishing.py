"""What `telephony.externalCall.finish` makes of a call.

In:   the type, duration, status code and vote. Out: the effective code, whether it was missed, the activity's values.
The surprise: answered depends on the duration alone, missed on the code 304 alone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cordboard.b24wire.codes import CallType
from cordboard.b24wire.envelope import UNCONVERTED_DATE

__all__ = ["SECOND", "Say", "activity_values", "effective_code", "is_missed", "shown_record", "subject_of", "title_of"]

SECOND = 1_000_000
#: a text of the catalogues in the portal's language
Say = Callable[[str], str]
MISSED = "304"
NO_CLIENT = "Could not find associated crm entity for the current call"


def effective_code(sent: str, duration: int) -> str:
    """The code as sent; without one 200 for a talk, else 304."""
    return sent or ("200" if duration > 0 else MISSED)


def is_missed(kind: int, code: str) -> bool:
    """Whether the number enters the missed list."""
    return code == MISSED and CallType(kind).is_incoming


def activity_values(
    *, kind: int, number: str, start: int, duration: int, code: str, vote: int, say: Say = str
) -> dict[str, Any]:
    """The columns of the call's activity that follow from the call alone; `number` as people write it."""
    incoming = CallType(kind).is_incoming
    return {
        "type_id": 2,
        "provider_id": "VOXIMPLANT_CALL",
        "provider_type_id": "CALL",
        "subject": subject_of(kind, number, say),
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


def subject_of(kind: int, number: str, say: Say = str) -> str:
    """What a call's activity and the line in the notifications are called."""
    subject = say(SUBJECTS.get(kind, OTHER_SUBJECT))
    return subject % {"number": number} if kind in SUBJECTS else subject


def title_of(kind: int, number: str, say: Say = str) -> str:
    """The title of a lead or deal that the call makes."""
    return f"{number} - {say(TITLES.get(kind, OTHER_TITLE))}"


def N_(text: str) -> str:
    """Marks a text for the catalogues."""
    return text


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
    1: N_("Outgoing to %(number)s"),
    2: N_("Incoming from %(number)s"),
    3: N_("Incoming from %(number)s"),
    4: N_("Callback to %(number)s"),
}
OTHER_SUBJECT = N_("Phone call")
OTHER_TITLE = N_("Outgoing call")
TITLES = {2: N_("Incoming call"), 3: N_("Incoming call"), 4: N_("Callback")}
STREAMS = {1: 2, 2: 1, 3: 1, 4: 3}
MARKS = (0, 1, 1, 3, 2, 2)
