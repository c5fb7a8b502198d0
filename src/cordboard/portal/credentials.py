"""Credentials the portal hands out: inbound webhooks, and applications with their first tokens.

In:   a connection in a transaction, whose they are, the moment (µs).
Out:  the secrets in the clear, once; the database keeps their SHA-256.
"""

from __future__ import annotations

from typing import cast

from sqlalchemy import Connection, delete, insert, select

from cordboard.portal.rest.auth import new_secret, secret_hash
from cordboard.portal.tables import application, token, webhook

__all__ = ["ALL_SCOPES", "add_application", "add_webhook", "replace_printed"]

#: what a telephony integration may ask for, and a little more
ALL_SCOPES = "telephony,crm,user,user_basic,user_brief,department,task,tasks_extended,im,disk,call,placement"

#: how long an access token lives, and a refresh token
ACCESS_SECONDS, REFRESH_SECONDS = 3600, 180 * 86400


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


def replace_printed(connection: Connection, user_id: int, now: int) -> tuple[str, dict[str, str]]:
    """The webhook and application of the ready line, made anew; those printed at the last start are dead."""
    connection.execute(delete(webhook).where(webhook.c.printed))
    old = select(application.c.id).where(application.c.printed)
    connection.execute(delete(token).where(token.c.application_id.in_(old)))
    connection.execute(delete(application).where(application.c.printed))
    path = add_webhook(connection, user_id, now, title="printed at start", printed=True)
    return path, add_application(connection, "Printed at start", user_id, now, printed=True)
