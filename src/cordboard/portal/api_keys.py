"""Keys of our own API (`/api/v1`): each acts as one user, may only read unless it says otherwise, and may expire.

In:   a connection in a transaction; a key somebody shows. Out: a key in the clear, once; or whose it is.
Stored is the SHA-256 of a key, which is long and random.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select, update

from cordboard.portal.keys import new_secret, secret_hash
from cordboard.portal.tables import api_key, users

__all__ = ["ApiKey", "add_key", "find_key", "note_use", "remove_key"]

#: tells a key of ours from other secrets, in a log or a search for leaks
PREFIX = "cbk_"
#: a use is noted at most this often: a busy client must not write with every request
NOTED_EVERY = 60 * 1_000_000


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key that is good."""

    id: int
    user_id: int
    may_write: bool


def add_key(
    connection: Connection, user_id: int, now: int, *, title: str = "", may_write: bool = False, days: int = 0
) -> str:
    """A new key of a user, in the clear for the only time; `days` 0: it does not expire."""
    key = PREFIX + new_secret(40)
    values = {"user_id": user_id, "secret_hash": secret_hash(key), "title": title, "may_write": may_write}
    expires_at = now + days * 86_400_000_000 if days else None
    connection.execute(insert(api_key).values(created_at=now, expires_at=expires_at, **values))
    return key


def find_key(connection: Connection, key: str, now: int) -> ApiKey | None:
    """Whose key this is; None for one that is unknown, expired, or of a user who was dismissed."""
    digest = secret_hash(key)
    query = select(api_key, users.c.active).join(users, users.c.id == api_key.c.user_id)
    row = connection.execute(query.where(api_key.c.secret_hash == digest)).one_or_none()
    if row is None or not hmac.compare_digest(row.secret_hash, digest) or not row.active:
        return None
    if row.expires_at is not None and row.expires_at <= now:
        return None
    return ApiKey(row.id, row.user_id, row.may_write)


def note_use(connection: Connection, key_id: int, now: int) -> None:
    """Remember when a key was used last."""
    stale = (api_key.c.used_at.is_(None)) | (api_key.c.used_at < now - NOTED_EVERY)
    connection.execute(update(api_key).where(api_key.c.id == key_id, stale).values(used_at=now))


def remove_key(connection: Connection, key_id: int) -> bool:
    """Revoke a key; False if there is none."""
    return bool(connection.execute(delete(api_key).where(api_key.c.id == key_id)).rowcount)
