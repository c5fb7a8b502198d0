"""The clients: leads, contacts, companies, deals, their multifields and the index of their numbers.

Columns carry Bitrix24's names in lower case; what no column holds (addresses, custom
fields) lies in `extra` under Bitrix24's own name. `phone` is rewritten with every change of `PHONE` multifields, in the
same transaction (`portal/clients.py` does both).
"""

from typing import Any

from sqlalchemy import JSON, Column, Float, Index, Integer, Table, Text

from cordboard.portal.tables.base import flag, identity, metadata, moment, number, text


def common() -> list[Column[Any]]:
    """What each of the four kinds has."""
    return [
        number("assigned_by_id"),
        number("created_by_id"),
        number("modify_by_id"),
        moment("date_create"),
        moment("date_modify"),
        flag("opened", True),
        text("comments"),
        text("source_id"),
        text("source_description"),
        text("originator_id"),
        text("origin_id"),
        moment("last_activity_time"),
        number("last_activity_by"),
        Column("extra", JSON, nullable=False, default=dict),
    ]


def person() -> list[Column[Any]]:
    """The name of a human being."""
    return [text("honorific"), text("name"), text("second_name"), text("last_name"), text("post"), text("birthdate")]


def money() -> list[Column[Any]]:
    return [
        Column("opportunity", Float, nullable=False, default=0),
        text("currency_id", "EUR"),
        flag("is_manual_opportunity"),
    ]


lead = Table(
    "lead",
    metadata,
    identity(),
    text("title"),
    *person(),
    text("company_title"),
    number("company_id", index=True),
    number("contact_id", index=True),
    flag("is_return_customer"),
    text("status_id", "NEW"),
    text("status_description"),
    #: P in work, S success, F failure
    text("status_semantic_id", "P"),
    *money(),
    moment("date_closed"),
    number("moved_by_id"),
    moment("moved_time"),
    flag("has_phone"),
    flag("has_email"),
    #: simple mode: made and converted in one go, seen in no list
    flag("hidden"),
    *common(),
    sqlite_autoincrement=True,
)

contact = Table(
    "contact",
    metadata,
    identity(),
    *person(),
    text("type_id", "CLIENT"),
    text("photo"),
    number("lead_id"),
    number("company_id", index=True),
    flag("export", True),
    text("origin_version"),
    flag("has_phone"),
    flag("has_email"),
    *common(),
    sqlite_autoincrement=True,
)

company = Table(
    "company",
    metadata,
    identity(),
    text("title"),
    text("company_type", "CUSTOMER"),
    text("logo"),
    number("lead_id"),
    text("banking_details"),
    text("industry"),
    Column("revenue", Float, nullable=False, default=0),
    text("currency_id", "EUR"),
    text("employees"),
    flag("is_my_company"),
    text("origin_version"),
    flag("has_phone"),
    flag("has_email"),
    *common(),
    sqlite_autoincrement=True,
)

deal = Table(
    "deal",
    metadata,
    identity(),
    text("title"),
    text("type_id", "SALE"),
    Column("category_id", Integer, nullable=False, default=0),
    text("stage_id", "NEW"),
    text("stage_semantic_id", "P"),
    number("probability"),
    *money(),
    Column("tax_value", Float, nullable=False, default=0),
    number("lead_id"),
    number("company_id", index=True),
    number("contact_id", index=True),
    number("quote_id"),
    moment("begindate"),
    moment("closedate"),
    flag("closed"),
    text("additional_info"),
    flag("is_new", True),
    flag("is_recurring"),
    flag("is_return_customer"),
    flag("is_repeated_approach"),
    number("moved_by_id"),
    moment("moved_time"),
    *common(),
    sqlite_autoincrement=True,
)

#: all contacts of a lead, company or deal, the primary one too (`sort` 0)
entity_contact = Table(
    "entity_contact",
    metadata,
    Column("entity_type", Text, primary_key=True),
    Column("entity_id", Integer, primary_key=True),
    Column("contact_id", Integer, primary_key=True),
    Column("sort", Integer, nullable=False, default=0),
    Index("ix_entity_contact_contact", "contact_id", "entity_type"),
)

multifield = Table(
    "multifield",
    metadata,
    identity(),
    Column("entity_type", Text, nullable=False),
    Column("entity_id", Integer, nullable=False),
    #: PHONE, EMAIL, WEB, IM, LINK
    Column("type_id", Text, nullable=False),
    text("value_type", "WORK"),
    text("value"),
    Index("ix_multifield_entity", "entity_type", "entity_id"),
    Index("ix_multifield_value", "type_id", "value"),
    sqlite_autoincrement=True,
)

phone = Table(
    "phone",
    metadata,
    #: id of the multifield
    Column("field_id", Integer, primary_key=True, autoincrement=False),
    Column("entity_type", Text, nullable=False),
    Column("entity_id", Integer, nullable=False),
    #: as typed
    Column("raw", Text, nullable=False),
    text("value_type", "WORK"),
    #: as numbers are compared, see `crm/phone_key.py`
    Column("key", Text, nullable=False),
    #: all digits backwards: finds by last digits
    Column("reversed", Text, nullable=False),
    Index("ix_phone_key", "key", "entity_type", "entity_id"),
    Index("ix_phone_reversed", "reversed"),
    Index("ix_phone_entity", "entity_type", "entity_id"),
)
