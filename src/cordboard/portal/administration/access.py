"""Keys of every kind, as a page lists them: inbound and outbound webhooks, applications, keys of our API.

In:   a connection. Out: rows without secrets, and removals.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, func, select

from cordboard.portal.credentials import unbind
from cordboard.portal.tables import api_key, application, event_handler, token, users, webhook

__all__ = [
    "Outbound",
    "list_applications",
    "list_inbound",
    "list_keys",
    "list_outbound",
    "people_to_choose",
    "remove_inbound",
    "remove_outbound",
]


@dataclass(frozen=True, slots=True)
class Outbound:
    """An address that hears events."""

    #: of its first event: names the whole
    id: int
    address: str
    events: tuple[str, ...]
    created_at: int | None


def people_to_choose(connection: Connection) -> list[Any]:
    """Active people, by name: on whose behalf a key works."""
    query = select(users.c.id, users.c.name, users.c.last_name, users.c.login, users.c.is_admin)
    active = query.where(users.c.active.is_(True), users.c.external_auth_id == "")
    return list(connection.execute(active.order_by(users.c.last_name, users.c.name)))


def list_inbound(connection: Connection) -> list[Any]:
    """Inbound webhooks with their owners, newest first."""
    owner = (users.c.name, users.c.last_name, users.c.login, users.c.active)
    query = select(webhook, *owner).join_from(webhook, users, users.c.id == webhook.c.user_id)
    return list(connection.execute(query.order_by(webhook.c.id.desc())))


def remove_inbound(connection: Connection, webhook_id: int) -> bool:
    """Revoke an inbound webhook; False if there is none."""
    return bool(connection.execute(delete(webhook).where(webhook.c.id == webhook_id)).rowcount)


def list_outbound(connection: Connection) -> list[Outbound]:
    """Outbound webhooks: bindings that share an application token are one."""
    rows = connection.execute(
        select(event_handler).where(event_handler.c.application_id == 0).order_by(event_handler.c.id)
    )
    found: dict[str, Outbound] = {}
    for row in rows:
        known = found.get(row.application_token)
        events = (*known.events, row.event) if known else (row.event,)
        first = known.id if known else row.id
        found[row.application_token] = Outbound(first, row.handler, events, row.created_at)
    return list(found.values())


def remove_outbound(connection: Connection, handler_id: int) -> bool:
    """End an outbound webhook with all its events; False if there is none."""
    mine = (event_handler.c.id == handler_id, event_handler.c.application_id == 0)
    its_token = connection.execute(select(event_handler.c.application_token).where(*mine)).scalar()
    if its_token is None:
        return False
    return bool(unbind(connection, event_handler.c.application_id == 0, event_handler.c.application_token == its_token))


def list_applications(connection: Connection) -> list[Any]:
    """Applications with the number of their tokens and events, newest first."""
    tokens = select(func.count()).select_from(token).where(token.c.application_id == application.c.id).scalar_subquery()
    mine = event_handler.c.application_id == application.c.id
    events = select(func.count()).select_from(event_handler).where(mine).scalar_subquery()
    query = select(application, tokens.label("tokens"), events.label("events"))
    return list(connection.execute(query.order_by(application.c.id.desc())))


def list_keys(connection: Connection) -> list[Any]:
    """Keys of our API with their owners, newest first."""
    owner = (users.c.name, users.c.last_name, users.c.login, users.c.active)
    query = select(api_key, *owner).join_from(api_key, users, users.c.id == api_key.c.user_id)
    return list(connection.execute(query.order_by(api_key.c.id.desc())))
