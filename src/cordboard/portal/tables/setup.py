"""Lists and switches: sources, stages, pipelines, the exclusion list, settings."""

from sqlalchemy import JSON, Column, Index, Integer, Table, Text

from cordboard.portal.tables.base import flag, identity, metadata, moment, number, text

#: Bitrix24's reference lists; `entity_id` = STATUS (lead stages), DEAL_STAGE, SOURCE, CONTACT_TYPE …
status = Table(
    "status",
    metadata,
    identity(),
    Column("entity_id", Text, nullable=False),
    Column("status_id", Text, nullable=False),
    text("name"),
    text("name_init"),
    Column("sort", Integer, nullable=False, default=10),
    flag("system"),
    number("category_id"),
    text("color"),
    #: "", P, S, F
    text("semantics"),
    Column("extra", JSON, nullable=False, default=dict),
    Index("uq_status_entity_status", "entity_id", "status_id", unique=True),
    sqlite_autoincrement=True,
)

#: pipelines of deals beside the default one, which has id 0 and no row
pipeline = Table(
    "pipeline",
    metadata,
    identity(),
    text("name"),
    Column("sort", Integer, nullable=False, default=10),
    moment("created_at"),
    sqlite_autoincrement=True,
)

exclusion = Table(
    "exclusion",
    metadata,
    identity(),
    #: PHONE or EMAIL
    Column("type", Text, nullable=False),
    #: as typed
    Column("value", Text, nullable=False),
    #: E.164 without `+` where it parses, else the index key; lower case for e-mail
    Column("key", Text, nullable=False, index=True),
    text("comment"),
    number("created_by"),
    moment("created_at"),
    sqlite_autoincrement=True,
)

setting = Table(
    "setting",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", JSON, nullable=True),
)
