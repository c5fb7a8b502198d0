"""`cordboard webhook add|list|remove`: webhooks of a portal's database, also while the portal runs.

Out:  `add` prints the address' path once (the database keeps a hash only); a running portal takes it within seconds.
An outbound webhook (`--outbound`) is not an address of ours but one of yours; `add` prints its application token.
"""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
from cyclopts import App
from sqlalchemy import Connection, delete, select

from cordboard.cli.ending import fail
from cordboard.cli.portal_database import find_user, open_beside, read_address, read_event
from cordboard.portal.credentials import ALL_SCOPES, add_outbound, add_webhook, unbind
from cordboard.portal.rest.moments import micros, shown
from cordboard.portal.tables import event_handler, users, webhook

__all__ = ["app"]

app = App(name="webhook", help="Webhooks of the portal.")


@app.command
def add(
    *,
    db: str = "sqlite:///portal.db",
    user: str = "admin",
    scope: str = ALL_SCOPES,
    title: str = "",
    outbound: str = "",
    event: list[str] | None = None,
    json: bool = False,
) -> None:
    """Make an inbound webhook and print its path, once; or an outbound one and print its application token.

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
    outbound
        Address that events are posted to; makes an outbound webhook, which has neither scopes nor a title.
    event
        Event it sends, such as OnVoximplantCallEnd; may be given several times.
    json
        Print JSON, for programs.
    """
    if bool(outbound) != bool(event):
        fail("--outbound and --event belong together", 2)
    now = micros(datetime.now(UTC))
    address, events = read_address(outbound) if outbound else "", [read_event(name) for name in event or ()]
    with open_beside(db) as store:
        user_id = store.read_sync(lambda connection: find_user(connection, user))
        if address:
            made = store.write_sync(lambda c: add_outbound(c, address, dict.fromkeys(events), user_id, now))
            print(msgspec.json.encode({"application_token": made}).decode() if json else made)
            return
        path = store.write_sync(lambda c: add_webhook(c, user_id, now, scopes=scope, title=title))
    print(msgspec.json.encode({"webhook": path}).decode() if json else path)


@app.command(name="list")
def list_webhooks(*, db: str = "sqlite:///portal.db", outbound: bool = False, json: bool = False) -> None:
    """List the webhooks, without their secrets.

    Parameters
    ----------
    db
        Database of the portal.
    outbound
        Show the outbound ones: a line for each event.
    json
        Print JSON, for programs.
    """
    if outbound:
        list_outbound(db, json)
        return
    query = select(webhook, users.c.login).join_from(webhook, users, users.c.id == webhook.c.user_id)
    with open_beside(db) as store:
        rows = store.read_sync(lambda connection: connection.execute(query.order_by(webhook.c.id)).all())
    for row in rows:
        made = shown(row.created_at, UTC)
        known = {"id": row.id, "user": row.login, "scope": row.scopes, "title": row.title, "made": made}
        print(
            msgspec.json.encode(known).decode() if json else f"{row.id}\t{row.login}\t{made}\t{row.title}\t{row.scopes}"
        )


def list_outbound(db: str, json: bool) -> None:
    """Print a line for each event of each outbound webhook."""
    query = select(event_handler).where(event_handler.c.application_id == 0).order_by(event_handler.c.id)
    with open_beside(db) as store:
        rows = store.read_sync(lambda connection: connection.execute(query).all())
    for row in rows:
        known = {"id": row.id, "event": row.event, "address": row.handler}
        print(msgspec.json.encode(known).decode() if json else f"{row.id}\t{row.event}\t{row.handler}")


@app.command
def remove(number: int, *, db: str = "sqlite:///portal.db", outbound: bool = False) -> None:
    """Remove a webhook; its address stops working within seconds.

    Parameters
    ----------
    number
        Its number in the list.
    db
        Database of the portal.
    outbound
        It is a number of the outbound list.
    """

    def work(connection: Connection) -> int:
        if outbound:
            return unbind(connection, event_handler.c.id == number, event_handler.c.application_id == 0)
        return connection.execute(delete(webhook).where(webhook.c.id == number)).rowcount

    with open_beside(db) as store:
        gone = store.write_sync(work)
    if not gone:
        fail(f"there is no webhook {number}; `cordboard webhook list` shows them", 2)
