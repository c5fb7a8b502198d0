"""Sessions: who is signed in on which browser.

In:   a user, or the token of a cookie. Out: a token (told once), or the session of a token.
Stored is only the token's SHA-256: who reads the database cannot sign in with it.
"""

import secrets
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from cordboard.portal.keys import secret_hash
from cordboard.portal.tables import department as departments
from cordboard.portal.tables import role as roles
from cordboard.portal.tables import user_department, user_role, users, web_session

SECOND = 1_000_000
#: a session ends this long after it began
LIFE = 30 * 24 * 3600 * SECOND


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in user as the database knows them now."""

    secret_hash: str
    user_id: int
    form_token: str
    name: str
    last_name: str
    login: str
    extension: str
    is_admin: bool
    language: str
    timezone: str


def open_session(connection: Connection, user_id: int, now: int, user_agent: str) -> str:
    """A new session; the answer is the token for the cookie. Sessions that are over are swept on the way."""
    token = secrets.token_urlsafe(32)
    connection.execute(delete(web_session).where(web_session.c.expires_at < now))
    connection.execute(
        insert(web_session).values(
            secret_hash=secret_hash(token),
            user_id=user_id,
            form_token=secrets.token_urlsafe(24),
            created_at=now,
            expires_at=now + LIFE,
            seen_at=now,
            user_agent=user_agent[:200],
        )
    )
    return token


def find_session(connection: Connection, token: str, now: int) -> Session | None:
    """The session of a cookie, if it is known, not over, and its user may still work here."""
    row = row_of(connection, secret_hash(token), now) if token else None
    if row is None:
        return None
    return Session(
        secret_hash(token),
        row.id,
        row.form_token,
        row.name,
        row.last_name,
        row.login,
        row.inner_phone,
        row.is_admin,
        row.language,
        row.timezone,
    )


def session_holds(connection: Connection, secret_hash: str, now: int) -> bool:
    """Whether a session that was found once is still good: not closed, not over, its user not dismissed."""
    return row_of(connection, secret_hash, now) is not None


def row_of(connection: Connection, secret_hash: str, now: int) -> Any:
    query = (
        select(web_session.c.form_token, users)
        .join(users, users.c.id == web_session.c.user_id)
        .where(web_session.c.secret_hash == secret_hash, web_session.c.expires_at > now, users.c.active.is_(True))
    )
    return connection.execute(query).one_or_none()


def close_session(connection: Connection, secret_hash: str) -> None:
    connection.execute(delete(web_session).where(web_session.c.secret_hash == secret_hash))


def users_seen_by(connection: Connection, user_id: int) -> set[int] | None:
    """Whose calls this user may see: None for everybody's (mine, and those of departments I head)."""
    rights = select(roles.c.rights).join(user_role, user_role.c.role_id == roles.c.id)
    scales = {
        row.rights.get("calls", "none") for row in connection.execute(rights.where(user_role.c.user_id == user_id))
    }
    if "any" in scales:
        return None
    seen = {user_id} if scales & {"own", "department"} else set[int]()
    if "department" in scales:
        headed = headed_departments(connection, user_id)
        members = select(user_department.c.user_id).where(user_department.c.department_id.in_(headed))
        seen |= set(connection.execute(members).scalars())
    return seen


def headed_departments(connection: Connection, user_id: int) -> set[int]:
    """The departments this user heads, and all below them."""
    rows = connection.execute(select(departments.c.id, departments.c.parent, departments.c.head)).all()
    found = {row.id for row in rows if row.head == user_id}
    while below := {row.id for row in rows if row.parent in found} - found:
        found |= below
    return found
