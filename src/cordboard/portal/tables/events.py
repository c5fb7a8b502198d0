"""Outgoing events: who hears (`event_handler`), what waits, what was sent, what is fetched instead."""

from sqlalchemy import JSON, BigInteger, Column, Index, Integer, Table, Text

from cordboard.portal.tables.base import flag, identity, metadata, moment, number, text

event_handler = Table(
    "event_handler",
    metadata,
    identity(),
    #: 0: an outbound webhook
    Column("application_id", Integer, nullable=False, default=0, index=True),
    #: the only user whose events it hears; of an outbound webhook: who made it
    number("user_id"),
    #: upper case, as `event.get` shows it
    Column("event", Text, nullable=False, index=True),
    text("handler"),
    text("application_token"),
    #: the user whose token an event carries; null: the one who caused it
    number("auth_type"),
    #: kept for `event.offline.get` instead of being sent
    flag("offline"),
    #: `auth_connector`: changes made under the same key are not told
    text("connector_id"),
    Column("options", JSON, nullable=False, default=dict, server_default="{}"),
    #: the last `ONOFFLINEEVENT`
    moment("notified_at"),
    moment("created_at"),
    sqlite_autoincrement=True,
)

#: what waits to be sent; a row knows all it needs, so that an application hears of its own removal
event_outbox = Table(
    "event_outbox",
    metadata,
    identity(),
    Column("handler_id", Integer, nullable=False, index=True),
    text("handler"),
    Column("application_id", Integer, nullable=False, default=0, server_default="0"),
    text("application_token"),
    number("auth_type"),
    Column("event", Text, nullable=False),
    #: `call:externalCall.…`, `CONTACT:5`: events of one subject are sent one after the other
    text("subject"),
    #: JSON of the `data` block
    text("data"),
    #: who caused it; 0: nobody
    Column("user_id", Integer, nullable=False),
    #: scheme and host the portal was asked under: begins every address of the `auth` block
    text("base_url"),
    Column("created_at", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due_at", BigInteger, nullable=False, index=True),
    Index("ix_event_outbox_subject", "handler", "subject", "id"),
    sqlite_autoincrement=True,
)

#: the log of what was sent: a row for each attempt, the newest ten thousand
event_delivery = Table(
    "event_delivery",
    metadata,
    identity(),
    Column("sent_at", BigInteger, nullable=False),
    Column("handler_id", Integer, nullable=False, index=True),
    text("handler"),
    Column("application_id", Integer, nullable=False, default=0),
    Column("event", Text, nullable=False),
    text("data"),
    #: counted from 1
    Column("attempt", Integer, nullable=False),
    #: HTTP status of the answer; null: nobody answered
    number("status"),
    #: why it failed
    text("reason"),
    Column("took_ms", Integer, nullable=False, default=0),
    #: delivered, again, lost
    text("outcome"),
    #: what a repetition needs, as in the outbox
    text("subject"),
    Column("user_id", Integer, nullable=False, default=0, server_default="0"),
    text("base_url"),
    sqlite_autoincrement=True,
)

#: changes that an application fetches itself: one row per changed object
event_offline = Table(
    "event_offline",
    metadata,
    identity(),
    Column("application_id", Integer, nullable=False),
    text("connector_id"),
    Column("event", Text, nullable=False),
    #: JSON of the `data` block
    text("data"),
    #: who caused it
    Column("user_id", Integer, nullable=False),
    #: of application, key, event and object: several changes of one object are one row
    Column("message_id", Text, nullable=False),
    #: who is at work on it; empty: nobody
    text("process_id"),
    flag("error"),
    Column("changed_at", BigInteger, nullable=False),
    Index("ix_event_offline_message", "application_id", "message_id", "process_id"),
    sqlite_autoincrement=True,
)
