"""`cordboard webhook add|list|remove`: inbound webhooks of a portal's database, also while the portal runs.

Out:  `add` prints the address' path once (the database keeps a hash only); a running portal takes it within seconds.
"""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
from cyclopts import App
from sqlalchemy import delete, select

from cordboard.cli.portal_database import fail, find_user, open_beside
from cordboard.portal.credentials import ALL_SCOPES, add_webhook
from cordboard.portal.rest.moments import micros, shown
from cordboard.portal.tables import users, webhook

__all__ = ["app"]

app = App(name="webhook", help="Inbound webhooks of the portal.")


@app.command
def add(
    *,
    db: str = "sqlite:///portal.db",
    user: str = "admin",
    scope: str = ALL_SCOPES,
    title: str = "",
    json: bool = False,
) -> None:
    """Make an inbound webhook and print its path, once.

    Parameters
    ----------
    db
        Database of the portal.
    user
        Login of the user the webhook acts as.
    scope
        Comma list of scopes.
    title
        Words to know it by.
    json
        Print JSON, for programs.
    """
    now = micros(datetime.now(UTC))
    with open_beside(db) as store:
        user_id = store.read_sync(lambda connection: find_user(connection, user))
        path = store.write_sync(lambda c: add_webhook(c, user_id, now, scopes=scope, title=title))
    print(msgspec.json.encode({"webhook": path}).decode() if json else path)


@app.command(name="list")
def list_webhooks(*, db: str = "sqlite:///portal.db", json: bool = False) -> None:
    """List the webhooks, without their secrets.

    Parameters
    ----------
    db
        Database of the portal.
    json
        Print JSON, for programs.
    """
    query = select(webhook, users.c.login).join_from(webhook, users, users.c.id == webhook.c.user_id)
    with open_beside(db) as store:
        rows = store.read_sync(lambda connection: connection.execute(query.order_by(webhook.c.id)).all())
    for row in rows:
        made = shown(row.created_at, UTC)
        known = {"id": row.id, "user": row.login, "scope": row.scopes, "title": row.title, "made": made}
        print(
            msgspec.json.encode(known).decode() if json else f"{row.id}\t{row.login}\t{made}\t{row.title}\t{row.scopes}"
        )


@app.command
def remove(number: int, *, db: str = "sqlite:///portal.db") -> None:
    """Remove a webhook; its address stops working within seconds.

    Parameters
    ----------
    number
        Its number in the list.
    db
        Database of the portal.
    """
    with open_beside(db) as store:
        gone = store.write_sync(
            lambda connection: connection.execute(delete(webhook).where(webhook.c.id == number)).rowcount
        )
    if not gone:
        fail(f"there is no webhook {number}; `cordboard webhook list` shows them", 2)
