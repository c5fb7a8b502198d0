"""Events: what a portal sends us when somebody clicks a number, asks to be called back, or presses a card's button.

In:   the form of one event. Out: what is asked (`crm/asked.py`), and the token that shows who sends it.
Errors: `ValueError` with a sentence, for an event that lacks what it is about.

The surprise: every value is a text, events come twice, and a click says again and again that its call is registered:
it has a CALL_ID, and only `finish` may follow.
"""

from __future__ import annotations

import json
from datetime import datetime
from hashlib import sha256

from cordboard.b24wire.loose import as_int, as_map, as_text
from cordboard.crm.asked import Asked, Click, Command

CLICK, CALLBACK, COMMAND = "ONEXTERNALCALLSTART", "ONEXTERNALCALLBACKSTART", "ONCORDBOARDCALLCOMMAND"
NO_ENTITY = frozenset({"", "0"})


def token_of(form: dict[str, object]) -> str:
    """`application_token` of an event, "" for none."""
    return as_text(as_map(form.get("auth")).get("application_token"))


def asked_in(form: dict[str, object]) -> Asked | None:
    """What an event asks; None for an event that is none of ours."""
    name, data = as_text(form.get("event")).upper(), as_map(form.get("data"))
    match name:
        case "ONEXTERNALCALLSTART":
            return click_of(data)
        case "ONEXTERNALCALLBACKSTART":
            return callback_of(data, as_text(form.get("ts")))
        case "ONCORDBOARDCALLCOMMAND":
            return command_of(data)
        case _:
            return None


def click_of(data: dict[str, object]) -> Click:
    call_id = needed(data, "CALL_ID", CLICK)
    number = as_text(data.get("PHONE_NUMBER_INTERNATIONAL")) or needed(data, "PHONE_NUMBER", CLICK)
    user = as_int(data.get("USER_ID"))
    return Click(call_id, number, call_id, user, line_of(data), entity_of(data), request_of(data))


def callback_of(data: dict[str, object], sent_at: str) -> Click:
    """A callback has no id of its own: the form made an object, else number and moment tell it from another."""
    number, entity = needed(data, "PHONE_NUMBER", CALLBACK), entity_of(data)
    what = (number, *entity) if entity[1] else (number, sent_at)
    mark = "callback-" + sha256("\0".join(what).encode()).hexdigest()
    return Click(mark, number, line=line_of(data), entity=entity, request=request_of(data))


def command_of(data: dict[str, object]) -> Command:
    return Command(
        needed(data, "COMMAND_ID", COMMAND),
        needed(data, "COMMAND", COMMAND),
        needed(data, "PBX", COMMAND),
        needed(data, "LINKEDID", COMMAND),
        as_int(data.get("USER_ID")),
        as_text(data.get("CONVERSATION")),
        as_text(data.get("TO")),
        as_text(data.get("NOTE")),
        moment_of(as_text(data.get("AT"))),
    )


def needed(data: dict[str, object], key: str, event: str) -> str:
    if value := as_text(data.get(key)):
        return value
    raise ValueError(f"the event {event} came without {key}")


def line_of(data: dict[str, object]) -> str:
    return as_text(data.get("LINE_NUMBER"))


def entity_of(data: dict[str, object]) -> tuple[str, str]:
    kind, id = as_text(data.get("CRM_ENTITY_TYPE")).lower(), as_text(data.get("CRM_ENTITY_ID"))
    return ("", "") if not kind or id in NO_ENTITY else (kind, id)


def request_of(data: dict[str, object]) -> str:
    return json.dumps(data, ensure_ascii=False)


def moment_of(text: str) -> int:
    """Microseconds of an ISO 8601 moment; 0 for none."""
    try:
        return round(datetime.fromisoformat(text).timestamp() * 1_000_000)
    except ValueError:
        return 0
