"""Credentials the portal hands out: inbound webhooks, and applications with their first tokens.

In:   a connection in a transaction, whose they are, the moment (µs).
Out:  the secrets in the clear, once; the database keeps their SHA-256.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, cast
from urllib.parse import urlsplit

from sqlalchemy import ColumnElement, Connection, delete, insert, select, update

from cordboard.portal.keys import new_secret, secret_hash
from cordboard.portal.outbox import Outbox
from cordboard.portal.tables import (
    application,
    auth_code,
    event_handler,
    event_offline,
    event_outbox,
    line,
    token,
    webhook,
)

__all__ = [
    "ALL_SCOPES",
    "Binding",
    "add_application",
    "add_outbound",
    "add_webhook",
    "bind_event",
    "is_address",
    "remove_application",
    "replace_printed",
    "say_installed",
    "unbind",
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


@dataclass(frozen=True, slots=True)
class Binding:
    """What an application wants to hear of, and how."""

    event: str
    #: empty for offline events
    address: str
    #: the user whose token is sent; 0: of whoever caused the event
    auth_type: int = 0
    #: a binding by somebody who is no administrator hears only this user's events
    only_user: int | None = None
    offline: bool = False
    connector_id: str = ""
    options: Mapping[str, object] = field(default_factory=dict[str, object])


def bind_event(connection: Connection, application_id: int, binding: Binding, now: int) -> None:
    """Tell an application of an event (upper case) from now on."""
    its_token = select(application.c.application_token).where(application.c.id == application_id)
    values = {"application_id": application_id, "event": binding.event, "handler": binding.address}
    values |= {"user_id": binding.only_user, "offline": binding.offline, "connector_id": binding.connector_id}
    values |= {"application_token": connection.execute(its_token).scalar() or "", "created_at": now}
    values |= {"auth_type": binding.auth_type or None, "options": dict(binding.options)}
    connection.execute(insert(event_handler).values(**values))


def unbind(connection: Connection, *which: ColumnElement[bool]) -> int:
    """End bindings; what waits for them is not sent any more: out, how many there were."""
    ids = list(connection.execute(select(event_handler.c.id).where(*which)).scalars())
    connection.execute(delete(event_outbox).where(event_outbox.c.handler_id.in_(ids)))
    connection.execute(delete(event_handler).where(event_handler.c.id.in_(ids)))
    return len(ids)


def say_installed(outbox: Outbox, application_id: int) -> None:
    """The first event of an application, with tokens and the application token to keep."""
    row: Any = outbox.connection.execute(select(application).where(application.c.id == application_id)).one()
    data = {"VERSION": row.version, "ACTIVE": "Y", "INSTALLED": "Y", "LANGUAGE_ID": "en"}
    outbox.add("ONAPPINSTALL", data, application_id=application_id)


def remove_application(outbox: Outbox, application_id: int) -> None:
    """Uninstall an application: it hears of it, its bindings, lines and codes go, its tokens say that it is gone."""
    connection = outbox.connection
    unbind(connection, event_handler.c.application_id == application_id, event_handler.c.event != "ONAPPUNINSTALL")
    outbox.add("ONAPPUNINSTALL", {"CLEAN": "N", "LANGUAGE_ID": "en"}, application_id=application_id)
    for table in (event_handler, event_offline, auth_code, line):
        connection.execute(delete(table).where(table.c.application_id == application_id))
    # a token is answered by "Application not found" for as long as it would have lived
    renewals = update(token).where(token.c.application_id == application_id)
    connection.execute(renewals.values(refresh_expires_at=token.c.expires_at))
    connection.execute(delete(application).where(application.c.id == application_id))


def add_outbound(
    connection: Connection,
    address: str,
    events: Iterable[str],
    user_id: int,
    now: int,
    options: Mapping[str, object] = MappingProxyType({}),
) -> str:
    """An outbound webhook that sends events to an address; out: its `application_token`, to be checked there."""
    application_token = new_secret(32)
    values = {"application_id": 0, "user_id": user_id, "handler": address, "options": dict(options)}
    values |= {"application_token": application_token, "created_at": now}
    connection.execute(insert(event_handler), [{"event": event, **values} for event in events])
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
    unbind(connection, event_handler.c.application_id.in_(old))
    connection.execute(delete(token).where(token.c.application_id.in_(old)))
    connection.execute(delete(application).where(application.c.printed))
    path = add_webhook(connection, user_id, now, title="printed at start", printed=True)
    return path, add_application(connection, "Printed at start", user_id, now, printed=True)
