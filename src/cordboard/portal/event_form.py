"""The form of an outgoing event: its keys as Bitrix24 writes them, and the tokens it carries.

In:   a row of the outbox, an access token, the moment (unix time). Out: urlencoded text.
A handler of an application gets a token of the user who caused the event (or of the one `auth_type` names); an outbound
webhook, or an event nobody caused, carries none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlsplit

import msgspec
from sqlalchemy import Connection, delete, insert, select

from cordboard.b24wire.params import encode_form
from cordboard.portal.keys import new_secret, secret_hash
from cordboard.portal.rest.oauth import ACCESS_SECONDS, REFRESH_SECONDS, member_id
from cordboard.portal.tables import application, token, users

__all__ = ["Access", "Tokens", "form_of", "needs_token"]

SECOND = 1_000_000
#: events whose token can be renewed by the one who gets it
RENEWABLE = ("ONAPPINSTALL", "ONOFFLINEEVENT")


@dataclass(frozen=True, slots=True)
class Access:
    """A token made for events."""

    access_token: str
    #: told only with the events of `RENEWABLE`
    refresh_token: str
    user_id: int
    scopes: str
    status: str
    #: unix time
    expires: int


class Tokens:
    """Tokens for events, kept in memory for half their life: thousands of events do not make thousands of tokens."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, int], Access] = {}

    def known(self, row: Any, now: int) -> Access | None:
        """The token at hand for an event."""
        access = self._known.get(owner_of(row)) if row.event not in RENEWABLE else None
        return access if access and access.expires - now // SECOND > ACCESS_SECONDS // 2 else None

    def make(self, connection: Connection, row: Any, now: int) -> Access | None:
        """A new token for an event; none for a user who is gone."""
        renewable = row.event in RENEWABLE
        made = make(connection, *owner_of(row), now, renewable=renewable)
        if made and not renewable:
            self._known[owner_of(row)] = made
        return made


def owner_of(row: Any) -> tuple[int, int]:
    """Application and user of an event's token."""
    return row.application_id, row.auth_type or row.user_id


def needs_token(row: Any) -> bool:
    """An outbound webhook gets none, nor an event that nobody caused."""
    return all(owner_of(row))


def make(connection: Connection, application_id: int, user_id: int, now: int, *, renewable: bool) -> Access | None:
    """A fresh access token of an active user; those made before and dead by now are swept out."""
    owner = connection.execute(select(application).where(application.c.id == application_id)).one_or_none()
    active = select(users.c.id).where(users.c.id == user_id, users.c.active.is_(True))
    if owner is None or connection.execute(active).first() is None:
        return None
    dead = (token.c.application_id == application_id, token.c.refresh_expires_at <= now)
    connection.execute(delete(token).where(*dead))
    access, renewal, expires = new_secret(64), new_secret(64), now + ACCESS_SECONDS * SECOND
    values = {"application_id": application_id, "user_id": user_id, "scopes": owner.scopes, "expires_at": expires}
    values |= {"access_hash": secret_hash(access), "refresh_hash": secret_hash(renewal)}
    values["refresh_expires_at"] = now + REFRESH_SECONDS * SECOND if renewable else expires
    connection.execute(insert(token).values(**values))
    return Access(access, renewal if renewable else "", user_id, owner.scopes, owner.status, expires // SECOND)


def form_of(row: Any, access: Access | None, sent_at: int, url: str = "") -> str:
    """The body of the request; `url` is the portal's own, for an event that no request caused."""
    base_url = str(row.base_url) or url
    endpoint = f"{base_url}/rest/"
    auth: dict[str, object] = {
        "domain": urlsplit(base_url).netloc,
        "client_endpoint": endpoint,
        "server_endpoint": endpoint,
        "member_id": member_id(base_url),
        "application_token": row.application_token,
    }
    if access is not None:
        auth = {
            "access_token": access.access_token,
            "expires": access.expires,
            "expires_in": access.expires - sent_at,
            "scope": access.scopes,
            "status": access.status,
            "user_id": access.user_id,
            **auth,
        }
        if access.refresh_token:
            auth["refresh_token"] = access.refresh_token
    data = msgspec.json.decode(row.data)
    return encode_form(
        {"event": row.event, "event_handler_id": row.handler_id, "data": shown(data), "ts": sent_at, "auth": auth}
    )


def shown(value: object) -> object:
    """What PHP writes of a value: nothing is an empty text, and must not vanish from the form."""
    if isinstance(value, dict):
        return {name: shown(item) for name, item in cast("dict[str, object]", value).items()}
    if value is None or value is False:
        return ""
    return value
