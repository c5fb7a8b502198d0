"""OAuth of local applications: a code from a signed-in user, tokens from a code, new tokens for old.

In:   what `/oauth/authorize/` and `/oauth/token/` receive, the moment (µs).
Out:  the redirect's address; the token object; a ``RestError`` in the token server's words.

A code lives 30 seconds and works once. An access token lives an hour; a refresh token 180 days and is replaced at each
refresh, so that a copied one is noticed. Only hashes are stored.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from sqlalchemy import Connection, Row, delete, insert, select

from cordboard.b24wire.envelope import encode_json
from cordboard.b24wire.errors import RestError
from cordboard.b24wire.params import split_form
from cordboard.portal.keys import new_secret, secret_hash
from cordboard.portal.rest.moments import micros
from cordboard.portal.tables import application, auth_code, token

if TYPE_CHECKING:
    from cordboard.portal.portal import Portal

__all__ = [
    "ACCESS_SECONDS",
    "REFRESH_SECONDS",
    "Grant",
    "TokenApp",
    "exchange_code",
    "find_application",
    "member_id",
    "new_code",
    "refresh",
]

CODE_SECONDS = 30
ACCESS_SECONDS = 3600
REFRESH_SECONDS = 180 * 86400
_SECOND = 1_000_000


@dataclass(frozen=True, slots=True)
class Grant:
    """Fresh tokens, in the clear for the only time."""

    access_token: str
    refresh_token: str
    user_id: int
    scopes: str
    status: str
    #: Unix time.
    expires: int


def member_id(base_url: str) -> str:
    """The stable id of this portal: 32 hex digits."""
    return hashlib.md5(urlsplit(base_url).netloc.encode(), usedforsecurity=False).hexdigest()


def find_application(connection: Connection, client_id: str) -> Row[Any]:
    """The installed application with this id."""
    row = connection.execute(select(application).where(application.c.client_id == client_id)).one_or_none()
    if row is None:
        raise RestError("invalid_client", "Unknown client", 401)
    return row


def new_code(connection: Connection, client_id: str, user_id: int, now: int) -> tuple[str, Row[Any]]:
    """A code with which the application may fetch tokens of this user; and the application."""
    row = find_application(connection, client_id)
    code = new_secret(40)
    values = {"code_hash": secret_hash(code), "application_id": row.id, "user_id": user_id, "scopes": row.scopes}
    connection.execute(delete(auth_code).where(auth_code.c.expires_at <= now))
    connection.execute(insert(auth_code).values(expires_at=now + CODE_SECONDS * _SECOND, **values))
    return code, row


def redirect_address(row: Row[Any], code: str, state: str, base_url: str) -> str:
    """Where the browser goes with its code."""
    said = {"code": code, "state": state, "domain": urlsplit(base_url).netloc, "member_id": member_id(base_url)}
    said |= {"scope": row.scopes, "server_domain": urlsplit(base_url).netloc}
    return f"{row.redirect_uri}{'&' if '?' in row.redirect_uri else '?'}{urlencode(said)}"


def exchange_code(connection: Connection, client_id: str, client_secret: str, code: str, now: int) -> Grant:
    """Tokens for a code, which is used up by this."""
    client = _authenticated(connection, client_id, client_secret)
    own = (auth_code.c.code_hash == secret_hash(code), auth_code.c.application_id == client.id)
    row = connection.execute(select(auth_code).where(*own)).one_or_none()
    connection.execute(delete(auth_code).where(*own))
    if row is None or row.expires_at <= now:
        return _refuse_grant()
    return _grant(connection, client, row.user_id, row.scopes, now)


def refresh(connection: Connection, client_id: str, client_secret: str, refresh_token: str, now: int) -> Grant:
    """New tokens for a refresh token; both old ones are dead."""
    client = _authenticated(connection, client_id, client_secret)
    own = (token.c.refresh_hash == secret_hash(refresh_token), token.c.application_id == client.id)
    row = connection.execute(select(token).where(*own)).one_or_none()
    if row is None or row.refresh_expires_at <= now:
        return _refuse_grant()
    connection.execute(delete(token).where(token.c.id == row.id))
    return _grant(connection, client, row.user_id, row.scopes, now)


class TokenApp:
    """`/oauth/token/`: the token endpoint as an ASGI application."""

    def __init__(self, portal: Portal) -> None:
        self.portal = portal

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        try:
            status, body = 200, await self._answer(scope, receive)
        except RestError as error:
            status, body = error.status, error.body()
        text = encode_json(body)
        headers = [(b"content-type", b"application/json; charset=utf-8"), (b"cache-control", b"no-store")]
        headers.append((b"content-length", str(len(text)).encode()))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": text})

    async def _answer(self, scope: Any, receive: Any) -> dict[str, object]:
        sent = dict(split_form(scope["query_string"]))
        if scope["method"] == "POST":
            message = await receive()
            sent.update(split_form(message.get("body", b"")[:65536]))
        grant = await self._grant(sent)
        host = dict(scope["headers"]).get(b"host", b"").decode("latin-1")
        base_url = self.portal.settings.public_url or f"{scope.get('scheme', 'http')}://{host}"
        return token_object(grant, base_url)

    async def _grant(self, sent: Mapping[str, str]) -> Grant:
        client = sent.get("client_id", ""), sent.get("client_secret", "")
        now = micros(self.portal.clock())
        match sent.get("grant_type"):
            case "authorization_code":
                code = sent.get("code", "")
                grant = await self.portal.store.write(lambda c: _outcome(lambda: exchange_code(c, *client, code, now)))
            case "refresh_token":
                old = sent.get("refresh_token", "")
                grant = await self.portal.store.write(lambda c: _outcome(lambda: refresh(c, *client, old, now)))
            case _:
                raise RestError("invalid_request", "grant_type must be authorization_code or refresh_token", 400)
        if isinstance(grant, RestError):
            raise grant
        return grant


def token_object(grant: Grant, base_url: str) -> dict[str, object]:
    """What the token endpoint answers."""
    return {
        "access_token": grant.access_token,
        "refresh_token": grant.refresh_token,
        "expires": grant.expires,
        "expires_in": ACCESS_SECONDS,
        "client_endpoint": f"{base_url}/rest/",
        "server_endpoint": f"{base_url}/rest/",
        "domain": urlsplit(base_url).netloc,
        "member_id": member_id(base_url),
        "scope": grant.scopes,
        "status": grant.status,
        "user_id": grant.user_id,
    }


def _outcome(work: Any) -> Grant | RestError:
    """A refusal as a value: the used-up code must stay used up, so the transaction may not roll back."""
    try:
        return work()
    except RestError as error:
        return error


def _authenticated(connection: Connection, client_id: str, client_secret: str) -> Row[Any]:
    row = find_application(connection, client_id)
    if not hmac.compare_digest(row.client_secret_hash, secret_hash(client_secret)):
        raise RestError("invalid_client", "Wrong client secret", 401)
    return row


def _refuse_grant() -> Grant:
    raise RestError("invalid_grant", "The code or refresh token is unknown, used or expired", 400)


def _grant(connection: Connection, client: Row[Any], user_id: int, scopes: str, now: int) -> Grant:
    access, renewal = new_secret(64), new_secret(64)
    connection.execute(delete(token).where(token.c.refresh_expires_at <= now))  # nobody can use those any more
    expires = now + ACCESS_SECONDS * _SECOND
    values = {"application_id": client.id, "user_id": user_id, "scopes": scopes}
    values |= {"access_hash": secret_hash(access), "refresh_hash": secret_hash(renewal)}
    values |= {"expires_at": expires, "refresh_expires_at": now + REFRESH_SECONDS * _SECOND}
    connection.execute(insert(token).values(**values))
    return Grant(access, renewal, user_id, scopes, client.status, expires // _SECOND)
