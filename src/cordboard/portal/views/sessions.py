"""Sessions: who is signed in on which browser.

In:   a user, or the token of a cookie. Out: a token (told once), or the session of a token.
Stored is only the token's SHA-256: who reads the database cannot sign in with it.
"""

import secrets
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from cordboard.portal.keys import secret_hash
from cordboard.portal.tables import users, web_session

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


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A browser in which a user is signed in."""

    user_agent: str
    created_at: int
    #: the one that asks
    is_mine: bool


def list_sessions(connection: Connection, user_id: int, mine: str, now: int) -> list[OpenSession]:
    """Where a user is signed in, the browser of the session `mine` (a secret hash) first."""
    query = select(web_session).where(web_session.c.user_id == user_id, web_session.c.expires_at > now)
    found = [
        OpenSession(row.user_agent, row.created_at, row.secret_hash == mine)
        for row in connection.execute(query.order_by(web_session.c.created_at.desc()).limit(50))
    ]
    return sorted(found, key=lambda session: not session.is_mine)


def close_other_sessions(connection: Connection, user_id: int, mine: str) -> list[str]:
    """Sign a user out everywhere but in the session `mine`; the secret hashes of the closed sessions."""
    others = (web_session.c.user_id == user_id, web_session.c.secret_hash != mine)
    closed = list(connection.execute(select(web_session.c.secret_hash).where(*others)).scalars())
    connection.execute(delete(web_session).where(*others))
    return closed
