"""Who may ask over the wire: inbound webhooks, applications with their tokens, browser sessions."""

from sqlalchemy import BigInteger, Column, Integer, Table, Text

from cordboard.portal.tables.base import flag, identity, metadata, moment, number, text

webhook = Table(
    "webhook",
    metadata,
    identity(),
    Column("user_id", Integer, nullable=False, index=True),
    Column("secret_hash", Text, nullable=False, unique=True),
    #: comma list, as Bitrix24 writes it
    text("scopes"),
    text("title"),
    #: made by the ready line of `cordboard portal`; the next start replaces it
    flag("printed"),
    moment("created_at"),
    moment("used_at"),
    sqlite_autoincrement=True,
)

application = Table(
    "application",
    metadata,
    identity(),
    Column("client_id", Text, nullable=False, unique=True),
    text("client_secret_hash"),
    text("name"),
    text("redirect_uri"),
    text("scopes"),
    #: sent with every event of the application, hence kept readable
    text("application_token"),
    text("status", "L"),
    number("version", default=1),
    number("installed_by"),
    moment("created_at"),
    #: made by the ready line, replaced by the next start
    flag("printed"),
    sqlite_autoincrement=True,
)

token = Table(
    "token",
    metadata,
    identity(),
    Column("application_id", Integer, nullable=False, index=True),
    Column("user_id", Integer, nullable=False),
    Column("access_hash", Text, nullable=False, unique=True),
    Column("refresh_hash", Text, nullable=False, unique=True),
    text("scopes"),
    Column("expires_at", BigInteger, nullable=False),
    Column("refresh_expires_at", BigInteger, nullable=False),
    sqlite_autoincrement=True,
)

auth_code = Table(
    "auth_code",
    metadata,
    Column("code_hash", Text, primary_key=True),
    Column("application_id", Integer, nullable=False),
    Column("user_id", Integer, nullable=False),
    text("scopes"),
    Column("expires_at", BigInteger, nullable=False),
)

web_session = Table(
    "web_session",
    metadata,
    Column("secret_hash", Text, primary_key=True),
    Column("user_id", Integer, nullable=False, index=True),
    #: token of the forms of this session (against requests forged by other sites)
    text("form_token"),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    moment("seen_at"),
    text("user_agent"),
)

#: keys of our own API (`/api/v1`)
api_key = Table(
    "api_key",
    metadata,
    identity(),
    #: whose rights it has
    Column("user_id", Integer, nullable=False, index=True),
    Column("secret_hash", Text, nullable=False, unique=True),
    text("title"),
    #: false: it may only read
    flag("may_write"),
    moment("created_at"),
    #: null: it does not expire
    moment("expires_at"),
    moment("used_at"),
    sqlite_autoincrement=True,
)
