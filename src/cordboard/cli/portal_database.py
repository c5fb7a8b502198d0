"""Short commands on a portal's database, beside a portal that may be running on it."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

from sqlalchemy import Connection, select
from sqlalchemy.exc import DBAPIError

from cordboard.cli.ending import fail
from cordboard.portal.credentials import is_address
from cordboard.portal.portal import MIGRATIONS
from cordboard.portal.rest.event_names import EVENTS
from cordboard.portal.tables import users
from cordboard.store import Store, StoreError

__all__ = ["fail", "find_user", "open_beside", "read_address", "read_event"]


@contextmanager
def open_beside(db: str) -> Generator[Store]:
    """The database for one short work; ends the program with a sentence where it cannot be used."""
    try:
        store = Store.open(db, migrations=MIGRATIONS, exclusive=False)
    except StoreError as error:
        fail(str(error), error.exit_code)
    try:
        yield store
    except DBAPIError as error:
        fail(
            f"{store.engines.name} holds no portal, or one of another release ({error.orig}); start the portal once", 4
        )
    except StoreError as error:
        fail(str(error), error.exit_code)
    finally:
        store.close_sync()


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
