"""Consents: which applications a user has let in, so that `/oauth/authorize/` asks once.

In:   a connection, a user, an application. Out: whether that user agreed to just these scopes.
Kept with the user's preferences; an application that wants other scopes than before is asked about anew.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, select, update

from cordboard.portal.tables import users

__all__ = ["has_agreed", "remember"]

NAME = "let_in"


def has_agreed(connection: Connection, user_id: int, application: Any) -> bool:
    """Whether this user let the application in, with the scopes it has now."""
    return agreed(connection, user_id).get(application.client_id) == application.scopes


def remember(connection: Connection, user_id: int, application: Any) -> None:
    """The user lets the application in."""
    kept = preferences(connection, user_id)
    mine = {**agreed(connection, user_id), application.client_id: application.scopes}
    connection.execute(update(users).where(users.c.id == user_id).values(preferences={**kept, NAME: mine}))


def agreed(connection: Connection, user_id: int) -> dict[str, str]:
    return dict(preferences(connection, user_id).get(NAME) or {})


def preferences(connection: Connection, user_id: int) -> dict[str, Any]:
    kept: dict[str, Any] | None = connection.execute(select(users.c.preferences).where(users.c.id == user_id)).scalar()
    return kept or {}
