"""Short commands on a portal's database, beside a portal that may be running on it."""

from __future__ import annotations

from contextlib import AbstractContextManager

from sqlalchemy import Connection, select

from cordboard.cli.beside import used
from cordboard.cli.ending import fail
from cordboard.portal.credentials import is_address
from cordboard.portal.portal import MIGRATIONS
from cordboard.portal.rest.event_names import EVENTS
from cordboard.portal.tables import users
from cordboard.store import Store

__all__ = ["fail", "find_user", "open_beside", "read_address", "read_event"]


def open_beside(db: str) -> AbstractContextManager[Store]:
    """The database for one short work; ends the program with a sentence where it cannot be used."""
    return used(
        lambda: Store.open(db, migrations=MIGRATIONS, exclusive=False), "portal, or one of another release", "portal"
    )


def find_user(connection: Connection, login: str) -> int:
    """The id of an active user; ends the program where there is none."""
    query = select(users.c.id).where(users.c.login == login, users.c.active.is_(True))
    found = connection.execute(query).scalar()
    if found is None:
        fail(f"there is no active user with the login {login}", 2)
    return found


def read_event(name: str) -> str:
    """The name of an event as it is stored; ends the program where there is no such event."""
    event = name.strip().upper()
    if event not in EVENTS:
        fail(f"there is no event {name}; the REST method `events` lists them", 2)
    return event


def read_address(text: str) -> str:
    """An address that events can be posted to; ends the program where it is none."""
    if not is_address(text):
        fail(f"{text} is no address to post to; it must begin with http:// or https://", 2)
    return text
