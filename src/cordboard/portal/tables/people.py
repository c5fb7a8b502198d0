"""Who works here: users, departments, roles."""

from sqlalchemy import JSON, Column, Integer, Table, Text

from cordboard.portal.tables.base import flag, identity, metadata, moment, number, text

users = Table(
    "users",
    metadata,
    identity(),
    Column("login", Text, nullable=False, unique=True),
    #: argon2; empty: cannot sign in with a password
    text("password_hash"),
    text("name"),
    text("last_name"),
    text("second_name"),
    text("email"),
    flag("active", True),
    flag("is_admin"),
    #: empty for people; `bot`, `email`, `imconnector` … for technical accounts, which get no calls
    text("external_auth_id"),
    #: the extension, Bitrix24's UF_PHONE_INNER
    text("inner_phone"),
    text("work_phone"),
    text("personal_phone"),
    text("personal_mobile"),
    text("work_position"),
    text("personal_photo"),
    text("timezone"),
    text("language"),
    #: own outgoing line, Bitrix24's UF_VI_BACKPHONE
    text("backphone"),
    moment("date_register"),
    moment("last_login"),
    moment("last_activity"),
    Column("preferences", JSON, nullable=False, default=dict),
    sqlite_autoincrement=True,
)

#: every number of a user, as cleaned and as index key, so that one look finds "is this number a colleague's?"
user_phone = Table(
    "user_phone",
    metadata,
    Column("user_id", Integer, primary_key=True),
    #: inner, work, personal, mobile
    Column("kind", Text, primary_key=True),
    Column("value", Text, primary_key=True, index=True),
)

department = Table(
    "department",
    metadata,
    identity(),
    text("name"),
    number("parent"),
    number("head"),
    Column("sort", Integer, nullable=False, default=500),
    sqlite_autoincrement=True,
)

user_department = Table(
    "user_department",
    metadata,
    Column("user_id", Integer, primary_key=True),
    Column("department_id", Integer, primary_key=True, index=True),
)

role = Table(
    "role",
    metadata,
    identity(),
    text("name"),
    #: right → "none", "own", "department", "any" (or true/false for `settings`)
    Column("rights", JSON, nullable=False, default=dict),
    sqlite_autoincrement=True,
)

user_role = Table(
    "user_role",
    metadata,
    Column("user_id", Integer, primary_key=True),
    Column("role_id", Integer, primary_key=True),
)
