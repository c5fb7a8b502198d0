"""`cordboard app add|list|remove`: local applications of a portal's database, also while the portal runs.

Out:  `add` prints secrets and tokens once (the database keeps hashes only); a running portal takes them within seconds.
"""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
from cyclopts import App
from sqlalchemy import Connection, select

from cordboard.cli.ending import fail
from cordboard.cli.portal_database import find_user, open_beside, read_address, read_event
from cordboard.portal.credentials import (
    ACCESS_SECONDS,
    ALL_SCOPES,
    Binding,
    add_application,
    bind_event,
    remove_application,
    say_installed,
)
from cordboard.portal.outbox import Outbox
from cordboard.portal.rest.moments import micros
from cordboard.portal.tables import application

__all__ = ["app"]

app = App(name="app", help="Local applications of the portal.")


@app.command
def add(
    name: str,
    *,
    db: str = "sqlite:///portal.db",
    user: str = "admin",
    scope: str = ALL_SCOPES,
    redirect: str = "",
    bind: list[str] | None = None,
    json: bool = False,
) -> None:
    """Install a local application and print its secrets and first tokens, once.

    Parameters
    ----------
    name
        What people call it.
    db
        Database of the portal.
    user
        Login of the user its first tokens act as.
    scope
        Comma list of scopes.
    redirect
        Address the browser comes back to with a code.
    bind
        EVENT=URL: send an event to an address; may be given several times.
    json
        Print JSON, for programs.
    """
    now = micros(datetime.now(UTC))
    bindings = [read_binding(text) for text in bind or ()]

    def work(connection: Connection, user_id: int) -> dict[str, str]:
        made = add_application(connection, name, user_id, now, scopes=scope, redirect=redirect)
        own = select(application.c.id).where(application.c.client_id == made["client_id"])
        application_id = connection.execute(own).scalar_one()
        for event, address in bindings:
            bind_event(connection, application_id, Binding(event, address), now)
        say_installed(Outbox(connection, user_id, "", now), application_id)
        return made

    with open_beside(db) as store:
        user_id = store.read_sync(lambda connection: find_user(connection, user))
        made = store.write_sync(lambda connection: work(connection, user_id))
    given = {**made, "expires_in": ACCESS_SECONDS}
    print(msgspec.json.encode(given).decode() if json else "\n".join(f"{key}\t{value}" for key, value in given.items()))


@app.command(name="list")
def list_applications(*, db: str = "sqlite:///portal.db", json: bool = False) -> None:
    """List the applications, without their secrets.

    Parameters
    ----------
    db
        Database of the portal.
    json
        Print JSON, for programs.
    """
    with open_beside(db) as store:
        rows = store.read_sync(lambda c: c.execute(select(application).order_by(application.c.id)).all())
    for row in rows:
        known = {"id": row.id, "name": row.name, "client_id": row.client_id, "scope": row.scopes}
        print(msgspec.json.encode(known).decode() if json else f"{row.id}\t{row.client_id}\t{row.name}\t{row.scopes}")


@app.command
def remove(client_id: str, *, db: str = "sqlite:///portal.db") -> None:
    """Uninstall an application; its tokens, lines and event handlers are gone with it.

    Parameters
    ----------
    client_id
        Its client id.
    db
        Database of the portal.
    """

    def work(connection: Connection) -> bool:
        own = select(application.c.id).where(application.c.client_id == client_id)
        application_id = connection.execute(own).scalar()
        if application_id is None:
            return False
        remove_application(Outbox(connection, 0, "", micros(datetime.now(UTC))), application_id)
        return True

    with open_beside(db) as store:
        gone = store.write_sync(work)
    if not gone:
        fail(f"there is no application {client_id}; `cordboard app list` shows them", 2)


def read_binding(text: str) -> tuple[str, str]:
    """`EVENT=URL`; ends the program where it is none."""
    event, equals, address = text.partition("=")
    if not equals:
        fail(f"--bind {text}: write EVENT=URL, such as OnVoximplantCallEnd=http://127.0.0.1:9000/events", 2)
    return read_event(event), read_address(address)
