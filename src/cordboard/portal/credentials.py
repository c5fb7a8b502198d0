"""Credentials the portal hands out: inbound webhooks, and applications with their first tokens.

In:   a connection in a transaction, whose they are, the moment (µs).
Out:  the secrets in the clear, once; the database keeps their SHA-256.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast
from urllib.parse import urlsplit

from sqlalchemy import Connection, delete, insert, select

from cordboard.portal.keys import new_secret, secret_hash
from cordboard.portal.tables import application, event_handler, token, webhook

__all__ = [
    "ALL_SCOPES",
    "add_application",
    "add_outbound",
    "add_webhook",
    "bind_event",
    "is_address",
    "replace_printed",
]

#: what a telephony integration may ask for, and a little more
ALL_SCOPES = "telephony,crm,user,user_basic,user_brief,department,task,tasks_extended,im,disk,call,placement"

#: how long an access token lives, and a refresh token
ACCESS_SECONDS, REFRESH_SECONDS = 3600, 180 * 86400

#: the longest address of an event handler
_LONGEST_ADDRESS = 2000


def add_webhook(
    connection: Connection, user_id: int, now: int, *, scopes: str = ALL_SCOPES, title: str = "", printed: bool = False
) -> str:
    """A new inbound webhook; out: the path of its address, `/rest/1/secret/`."""
    secret = new_secret(24)
    values = {"user_id": user_id, "secret_hash": secret_hash(secret), "scopes": scopes, "title": title}
    connection.execute(insert(webhook).values(printed=printed, created_at=now, **values))
    return f"/rest/{user_id}/{secret}/"


def add_application(
    connection: Connection,
    name: str,
    user_id: int,
    now: int,
    *,
    scopes: str = ALL_SCOPES,
    redirect: str = "",
    printed: bool = False,
) -> dict[str, str]:
    """An installed local application with tokens of `user_id`; out: everything its maker must write down."""
    client_id, client_secret, application_token = f"local.{new_secret(24)}", new_secret(48), new_secret(32)
    values = {"client_id": client_id, "client_secret_hash": secret_hash(client_secret), "name": name, "scopes": scopes}
    values |= {"redirect_uri": redirect, "application_token": application_token}
    values |= {"installed_by": user_id, "created_at": now, "printed": printed}
    added = connection.execute(insert(application).values(**values)).inserted_primary_key
    access, refresh = new_secret(64), new_secret(64)
    rows = {"application_id": int(cast("tuple[int]", added)[0]), "user_id": user_id, "scopes": scopes}
    rows |= {"access_hash": secret_hash(access), "refresh_hash": secret_hash(refresh)}
    rows |= {"expires_at": now + ACCESS_SECONDS * 1_000_000, "refresh_expires_at": now + REFRESH_SECONDS * 1_000_000}
    connection.execute(insert(token).values(**rows))
    given = {"client_id": client_id, "client_secret": client_secret, "application_token": application_token}
    return given | {"access_token": access, "refresh_token": refresh}


def bind_event(
    connection: Connection,
    application_id: int,
    event: str,
    address: str,
    now: int,
    *,
    auth_type: int = 0,
    only_user: int | None = None,
) -> None:
    """Send an event (upper case) of an application to an address from now on."""
    its_token = select(application.c.application_token).where(application.c.id == application_id)
    values = {"application_id": application_id, "event": event, "handler": address, "user_id": only_user}
    values |= {"application_token": connection.execute(its_token).scalar() or "", "created_at": now}
    connection.execute(insert(event_handler).values(auth_type=auth_type or None, **values))


def add_outbound(connection: Connection, address: str, events: Iterable[str], user_id: int, now: int) -> str:
    """An outbound webhook that sends events to an address; out: its `application_token`, to be checked there."""
    application_token = new_secret(32)
    for event in events:
        values = {"application_id": 0, "user_id": user_id, "event": event, "handler": address}
        connection.execute(insert(event_handler).values(application_token=application_token, created_at=now, **values))
    return application_token


def is_address(text: str) -> bool:
    """Whether events can be posted to it."""
    try:
        parts = urlsplit(text)
        _ = parts.port  # raises for one that is no number
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and len(text) <= _LONGEST_ADDRESS


def replace_printed(connection: Connection, user_id: int, now: int) -> tuple[str, dict[str, str]]:
    """The webhook and application of the ready line, made anew; those printed at the last start are dead."""
    connection.execute(delete(webhook).where(webhook.c.printed))
    old = select(application.c.id).where(application.c.printed)
    for table in (token, event_handler):
        connection.execute(delete(table).where(table.c.application_id.in_(old)))
    connection.execute(delete(application).where(application.c.printed))
    path = add_webhook(connection, user_id, now, title="printed at start", printed=True)
    return path, add_application(connection, "Printed at start", user_id, now, printed=True)
