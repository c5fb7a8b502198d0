"""Calls: running (`open_call`, its cards and notes), finished (`call`: the statistics row), lines, missed, lists.

`open_call` rows are deleted by `finish` and by age (30 days). `call` rows are never changed but for record, note, vote.
"""

from sqlalchemy import JSON, BigInteger, Column, Float, Index, Integer, Table, Text

from cordboard.portal.tables.base import flag, identity, metadata, moment, number, text

line = Table(
    "line",
    metadata,
    identity(),
    #: 0: made by a webhook
    Column("application_id", Integer, nullable=False, default=0),
    Column("number", Text, nullable=False),
    text("name"),
    flag("crm_auto_create", True),
    text("source_id"),
    Index("uq_line_application_number", "application_id", "number", unique=True),
    sqlite_autoincrement=True,
)

open_call = Table(
    "open_call",
    metadata,
    Column("call_id", Text, primary_key=True),
    Column("user_id", Integer, nullable=False),
    #: cleaned, compared literally
    Column("phone_number", Text, nullable=False),
    #: 1 outgoing, 2 incoming, 3 redirected, 4 callback, 5 informational
    Column("type", Integer, nullable=False),
    #: 0: a webhook
    Column("application_id", Integer, nullable=False, default=0),
    text("line_number"),
    text("external_call_id"),
    #: CALL_START_DATE, else the moment of registration
    Column("start_at", BigInteger, nullable=False),
    Column("registered_at", BigInteger, nullable=False),
    #: primary entity, or "" and null
    text("entity_type"),
    number("entity_id"),
    #: [["DEAL", 5], ["CONTACT", 2]]: where the activity will lie; the first owns it
    Column("bindings", JSON, nullable=False, default=list),
    #: [["LEAD", 7]]: made by this call; they follow the user of `finish`
    Column("created", JSON, nullable=False, default=list),
    #: the colleague at the other end of an internal call
    number("internal_user_id"),
    flag("excluded"),
    number("call_list_id"),
    #: the planned activity from which the call was started by a click
    number("source_activity_id"),
    #: words for "why this client, why something was or was not created"
    Column("reasons", JSON, nullable=False, default=list),
    #: moment of the last `show`, for the age of live lists
    moment("shown_at"),
    Index("ix_open_call_same", "user_id", "phone_number", "type"),
    Index("ix_open_call_start", "start_at"),
)

#: who has the card of a running call before their eyes; cleared by `hide` and `finish`
card = Table(
    "card",
    metadata,
    Column("call_id", Text, primary_key=True),
    Column("user_id", Integer, primary_key=True, index=True),
    Column("shown_at", BigInteger, nullable=False),
)

#: what a user typed on the card: a draft while the call runs, the call's note afterwards
note = Table(
    "note",
    metadata,
    Column("call_id", Text, primary_key=True),
    Column("user_id", Integer, primary_key=True),
    text("text"),
    Column("changed_at", BigInteger, nullable=False),
)

call = Table(
    "call",
    metadata,
    identity(),
    Column("call_id", Text, nullable=False, unique=True),
    Column("external_call_id", Text, nullable=True, index=True),
    Column("portal_user_id", Integer, nullable=False),
    Column("phone_number", Text, nullable=False),
    #: index key of the number: groups the missed board, finds earlier calls
    text("phone_key"),
    #: line as registered, or `REST_APP:{application id}`
    text("portal_number"),
    #: 1 … 5
    Column("incoming", Integer, nullable=False),
    Column("call_category", Text, nullable=False, default="external"),
    Column("call_duration", Integer, nullable=False, default=0),
    Column("call_start_date", BigInteger, nullable=False, index=True),
    Column("finished_at", BigInteger, nullable=False),
    #: 1 if somebody talked
    Column("call_status", Integer, nullable=False, default=0),
    Column("call_vote", Integer, nullable=False, default=0),
    Column("cost", Float, nullable=False, default=0),
    text("cost_currency"),
    text("call_failed_code"),
    text("call_failed_reason"),
    #: null: a webhook
    number("rest_app_id"),
    Column("rest_app_name", Text, nullable=True),
    Column("crm_entity_type", Text, nullable=True),
    number("crm_entity_id"),
    number("crm_activity_id"),
    Column("comment", Text, nullable=True),
    Column("call_record_url", Text, nullable=True),
    number("record_file_id"),
    number("record_duration"),
    number("transcript_id"),
    number("call_list_id"),
    Column("created", JSON, nullable=False, default=list),
    Column("reasons", JSON, nullable=False, default=list),
    #: the last `cordboard.call.state`: who was rung, who answered, how long it waited
    Column("state", JSON, nullable=True),
    Index("ix_call_user_start", "portal_user_id", "call_start_date"),
    Index("ix_call_phone_key_start", "phone_key", "call_start_date"),
    sqlite_autoincrement=True,
)

call_binding = Table(
    "call_binding",
    metadata,
    #: call.id
    Column("call", Integer, primary_key=True),
    Column("entity_type", Text, primary_key=True),
    Column("entity_id", Integer, primary_key=True),
    Index("ix_call_binding_entity", "entity_type", "entity_id", "call"),
)

call_transcript = Table(
    "call_transcript",
    metadata,
    identity(),
    Column("call", Integer, nullable=False, index=True),
    #: [{SIDE, START_TIME, STOP_TIME, MESSAGE}]
    Column("messages", JSON, nullable=False, default=list),
    Column("cost", Float, nullable=False, default=0),
    text("cost_currency"),
    sqlite_autoincrement=True,
)

#: Bitrix24's own missed list (telephony 3.3): kept for the wire
missed = Table(
    "missed",
    metadata,
    #: call.id
    Column("call", Integer, primary_key=True, autoincrement=False),
    #: literal
    Column("phone_number", Text, nullable=False, index=True),
    Column("missed_at", BigInteger, nullable=False),
    moment("called_back_at"),
)

#: callers taken off the missed board by hand: what they missed before this moment is done
missed_closed = Table(
    "missed_closed",
    metadata,
    Column("phone_key", Text, primary_key=True),
    Column("closed_at", BigInteger, nullable=False),
    number("user_id"),
    text("reason"),
)

#: who said "I'll call" of a missed caller; holds until somebody has talked to them
missed_taken = Table(
    "missed_taken",
    metadata,
    Column("phone_key", Text, primary_key=True),
    Column("user_id", Integer, nullable=False),
    Column("taken_at", BigInteger, nullable=False),
)

call_list = Table(
    "call_list",
    metadata,
    identity(),
    text("entity_type"),
    number("webform_id"),
    number("created_by"),
    moment("created_at"),
    sqlite_autoincrement=True,
)

call_list_item = Table(
    "call_list_item",
    metadata,
    Column("list_id", Integer, primary_key=True),
    Column("entity_id", Integer, primary_key=True),
    Column("status_id", Text, nullable=False, default="IN_WORK"),
    number("call"),
)
