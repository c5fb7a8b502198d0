"""The portal's tables (SQLAlchemy Core), one file per subject, all in one `metadata`.

Reading order: `people` (who works here), `access` (who may ask over the wire), `clients` (leads, contacts, companies,
deals and their numbers), `timeline` (what happened with them), `calls` (running and finished), `events` (what is told
to others), `setup` (lists and switches).

What holds everywhere: moments are whole microseconds since the epoch in UTC (`*_at`, `date_*`); columns that Bitrix24
knows have Bitrix24's name in lower case; `entity_type` is the word of the wire (`LEAD`, `DEAL`, `CONTACT`, `COMPANY`);
flags are booleans (the wire's `Y`/`N` is made at the edge); no secret is stored, only its SHA-256, save those that must
be sent again.
"""

from cordboard.portal.tables.access import api_key, application, auth_code, token, web_session, webhook
from cordboard.portal.tables.base import metadata
from cordboard.portal.tables.calls import (
    call,
    call_binding,
    call_list,
    call_list_item,
    call_transcript,
    card,
    line,
    missed,
    missed_closed,
    missed_taken,
    note,
    open_call,
)
from cordboard.portal.tables.clients import company, contact, deal, entity_contact, lead, multifield, phone
from cordboard.portal.tables.events import event_delivery, event_handler, event_offline, event_outbox
from cordboard.portal.tables.people import department, role, user_department, user_phone, user_role, users
from cordboard.portal.tables.setup import exclusion, pipeline, setting, status
from cordboard.portal.tables.timeline import activity, activity_binding, comment, file, notification, task, timeline

__all__ = [
    "activity",
    "activity_binding",
    "api_key",
    "application",
    "auth_code",
    "call",
    "call_binding",
    "call_list",
    "call_list_item",
    "call_transcript",
    "card",
    "comment",
    "company",
    "contact",
    "deal",
    "department",
    "entity_contact",
    "event_delivery",
    "event_handler",
    "event_offline",
    "event_outbox",
    "exclusion",
    "file",
    "lead",
    "line",
    "metadata",
    "missed",
    "missed_closed",
    "missed_taken",
    "multifield",
    "note",
    "notification",
    "open_call",
    "phone",
    "pipeline",
    "role",
    "setting",
    "status",
    "task",
    "timeline",
    "token",
    "user_department",
    "user_phone",
    "user_role",
    "users",
    "web_session",
    "webhook",
]
