"""Whose request is this: inbound webhooks and access tokens of applications.

In:   a user and secret from the address, or an access token.
Out:  a ``Credential`` (user, scopes, application), or the ``RestError`` that says what is wrong with it.

Secrets are stored as SHA-256 and compared in constant time. Answers are remembered for two seconds, so that a
revocation by another process (`cordboard webhook remove`) works at once for a human and costs a call nothing.
"""

from __future__ import annotations

import hmac
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Connection, select

from cordboard.b24wire import errors
from cordboard.portal.keys import secret_hash
from cordboard.portal.tables import application, token, users, webhook

if TYPE_CHECKING:
    from cordboard.store import Store

__all__ = ["Credential", "Credentials", "scope_set"]

#: Seconds an answer is remembered.
_REMEMBERED = 2.0
_CACHED = 10_000


@dataclass(frozen=True, slots=True)
class Credential:
    """On whose behalf a request comes."""

    user_id: int
    scopes: frozenset[str]
    #: None for an inbound webhook.
    application_id: int | None = None
    #: Microseconds since the epoch after which an access token is dead; None for a webhook.
    expires_at: int | None = None
    #: Tells credentials apart for the limits: `w5`, `a3`.
    key: str = ""


def scope_set(text: str) -> frozenset[str]:
    """The scopes of a comma list."""
    return frozenset(scope.strip().lower() for scope in text.split(",") if scope.strip())


class Credentials:
    """Finds the credential of a request, from memory where it was seen a moment ago."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: OrderedDict[tuple[str, str], tuple[float, Credential]] = OrderedDict()

    async def of_webhook(self, user: str, secret: str) -> Credential:
        """The credential of an inbound webhook's address."""
        digest = secret_hash(secret)
        found = await self._remember(
            ("w" + user, digest), lambda: self._store.read(lambda c: _webhook(c, user, digest))
        )
        if found is None:
            raise errors.invalid_credentials()
        return found

    async def of_token(self, access_token: str, now: int) -> Credential:
        """The credential of an access token."""
        digest = secret_hash(access_token)
        found = await self._remember(("t", digest), lambda: self._store.read(lambda c: _token(c, digest)))
        if found is None:
            raise errors.invalid_token()
        if found.expires_at is not None and found.expires_at <= now:
            raise errors.expired_token()
        return found

    def forget(self) -> None:
        """Look everything up anew: a webhook, token or user was changed by this process."""
        self._known = OrderedDict()  # a look-up under way fills the old one

    async def _remember(
        self, key: tuple[str, str], look: Callable[[], Awaitable[Credential | None]]
    ) -> Credential | None:
        moment, remembered = time.monotonic(), self._known
        known = remembered.get(key)
        if known and moment - known[0] < _REMEMBERED:
            return known[1]
        if known:  # one request looks it up anew, the others do not queue behind it
            remembered[key] = (moment, known[1])
        try:
            found = await look()
        except BaseException:  # refused: it must not live on by having been looked up
            remembered.pop(key, None)
            raise
        if found is None:  # guesses must not push good ones out
            remembered.pop(key, None)
            return None
        remembered[key] = (moment, found)
        while len(remembered) > _CACHED:
            remembered.popitem(last=False)
        return found


def _webhook(connection: Connection, user: str, digest: str) -> Credential | None:
    """The webhook of this owner with this secret; a dismissed owner's is dead."""
    columns = (webhook.c.id, webhook.c.user_id, webhook.c.secret_hash, webhook.c.scopes, users.c.login, users.c.active)
    query = select(*columns).join_from(webhook, users, users.c.id == webhook.c.user_id)
    for row in connection.execute(query.where(webhook.c.secret_hash == digest)):
        same_secret = hmac.compare_digest(row.secret_hash, digest)
        if same_secret and row.active and user in (str(row.user_id), row.login):
            return Credential(row.user_id, scope_set(row.scopes), key=f"w{row.id}")
    return None


def _token(connection: Connection, digest: str) -> Credential | None:
    """The access token with this hash; its application must be installed and its user active."""
    query = (
        select(token, users.c.active, application.c.id.label("installed"))
        .join_from(token, users, users.c.id == token.c.user_id, isouter=True)
        .join(application, application.c.id == token.c.application_id, isouter=True)
    )
    row = connection.execute(query.where(token.c.access_hash == digest)).one_or_none()
    if row is None or not hmac.compare_digest(row.access_hash, digest):
        return None
    if row.installed is None:
        raise errors.application_not_found()
    if not row.active:
        raise errors.authorization_error()
    return Credential(row.user_id, scope_set(row.scopes), row.application_id, row.expires_at, f"a{row.application_id}")
