"""What happened with a client: activities, comments; and tasks, notifications, files.

Activities and comments share one sequence of ids: `timeline` gives the id, the table of the kind holds the rest.
"""

from sqlalchemy import JSON, BigInteger, Column, Index, Integer, Table, Text

from cordboard.portal.tables.base import flag, identity, metadata, moment, number, text

timeline = Table(
    "timeline",
    metadata,
    identity(),
    #: activity, comment, change
    Column("kind", Text, nullable=False),
    sqlite_autoincrement=True,
)

activity = Table(
    "activity",
    metadata,
    #: = timeline.id
    Column("id", Integer, primary_key=True, autoincrement=False),
    #: first binding
    Column("owner_type", Text, nullable=False),
    Column("owner_id", Integer, nullable=False),
    #: 1 meeting, 2 call, 4 e-mail, 6 of a provider
    Column("type_id", Integer, nullable=False),
    text("provider_id"),
    text("provider_type_id"),
    text("provider_group_id"),
    number("associated_entity_id"),
    text("subject"),
    moment("created"),
    moment("last_updated"),
    moment("start_time"),
    moment("end_time"),
    moment("deadline"),
    flag("completed"),
    number("responsible_id"),
    number("author_id"),
    number("editor_id"),
    Column("priority", Integer, nullable=False, default=2),
    Column("notify_type", Integer, nullable=False, default=0),
    Column("notify_value", Integer, nullable=False, default=0),
    text("description"),
    Column("description_type", Integer, nullable=False, default=1),
    #: 1 incoming, 2 outgoing
    Column("direction", Integer, nullable=False, default=0),
    text("location"),
    Column("settings", JSON, nullable=False, default=dict),
    text("originator_id"),
    #: `VI_` + CALL_ID for a call
    text("origin_id"),
    flag("is_incoming_channel"),
    Column("result_mark", Integer, nullable=False, default=0),
    Column("result_stream", Integer, nullable=False, default=0),
    #: list of {ID, TYPE, VALUE, ENTITY_TYPE, ENTITY_ID}
    Column("communications", JSON, nullable=False, default=list),
    #: ids of `file`
    Column("files", JSON, nullable=False, default=list),
    Column("extra", JSON, nullable=False, default=dict),
    Index("ix_activity_origin", "origin_id"),
    Index("ix_activity_owner", "owner_type", "owner_id"),
)

activity_binding = Table(
    "activity_binding",
    metadata,
    Column("activity_id", Integer, primary_key=True),
    Column("entity_type", Text, primary_key=True),
    Column("entity_id", Integer, primary_key=True),
    Index("ix_activity_binding_entity", "entity_type", "entity_id", "activity_id"),
)

comment = Table(
    "comment",
    metadata,
    #: = timeline.id
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("entity_type", Text, nullable=False),
    Column("entity_id", Integer, nullable=False),
    number("author_id"),
    moment("created"),
    text("text"),
    Column("files", JSON, nullable=False, default=list),
    Index("ix_comment_entity", "entity_type", "entity_id"),
)

task = Table(
    "task",
    metadata,
    identity(),
    text("title"),
    text("description"),
    number("responsible_id", index=True),
    number("created_by"),
    moment("deadline"),
    moment("created_at"),
    moment("changed_at"),
    moment("closed_at"),
    Column("priority", Integer, nullable=False, default=1),
    #: 2 waiting, 3 in work, 5 done
    Column("status", Integer, nullable=False, default=2),
    number("group_id"),
    #: ["C_84", "D_5"]: the clients, Bitrix24's UF_CRM_TASK
    Column("crm", JSON, nullable=False, default=list),
    Column("auditors", JSON, nullable=False, default=list),
    Column("accomplices", JSON, nullable=False, default=list),
    Column("tags", JSON, nullable=False, default=list),
    Column("extra", JSON, nullable=False, default=dict),
    sqlite_autoincrement=True,
)

notification = Table(
    "notification",
    metadata,
    identity(),
    Column("user_id", Integer, nullable=False, index=True),
    number("from_user_id"),
    #: personal, system, message
    text("kind"),
    text("message"),
    text("tag"),
    text("sub_tag"),
    moment("created_at"),
    moment("read_at"),
    sqlite_autoincrement=True,
)

file = Table(
    "file",
    metadata,
    identity(),
    text("name"),
    text("content_type"),
    Column("size", BigInteger, nullable=False, default=0),
    text("sha256"),
    #: under `[portal] files`
    text("path"),
    number("created_by"),
    moment("created_at"),
    sqlite_autoincrement=True,
)
