"""`cordboard db seed|export`: a portal's database as a whole.

Out:  `seed` adds clients and calls by the thousand, and tells how long it took; `export --fixture` prints a file.
Exit codes: 2 wrong options, 3 the database is in use, 4 it cannot be opened.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime

import msgspec
from cyclopts import App
from sqlalchemy import Connection

from cordboard.cli.ending import fail
from cordboard.cli.portal_database import open_beside
from cordboard.portal import basics, bulk
from cordboard.portal.fixture import write_fixture
from cordboard.portal.passwords import new_password
from cordboard.portal.portal import MIGRATIONS
from cordboard.portal.rest.moments import micros
from cordboard.store import Store, StoreError

__all__ = ["app"]

app = App(name="db", help="The portal's database.")


@app.command
def seed(*, db: str = "sqlite:///portal.db", contacts: int = 0, calls: int = 0, json: bool = False) -> None:
    """Add contacts with a number each, and finished calls of theirs, to see the portal under load.

    Parameters
    ----------
    db
        Database of the portal, which must not be running; a new one is made.
    contacts
        How many contacts; contact 5 has the number +79000000005.
    calls
        How many calls, spread over the past year.
    json
        Print one JSON line at the end, for programs.
    """
    if contacts < 0 or calls < 0 or not contacts + calls:
        fail("--contacts or --calls must say how many, such as --contacts 1000000", 2)
    begun = time.monotonic()
    password = new_password()
    try:
        store = Store.open(db, migrations=MIGRATIONS)
        try:
            made = store.write_sync(lambda connection: install(connection, password))
            bulk.add_contacts(store, contacts, datetime.now(UTC), lambda done: tell("contacts", done, contacts))
            bulk.add_calls(store, calls, datetime.now(UTC), lambda done: tell("calls", done, calls))
        finally:
            store.close_sync()
    except StoreError as error:
        fail(str(error), error.exit_code)
    told = {"contacts": contacts, "calls": calls, "seconds": round(time.monotonic() - begun, 1)}
    keys = {"login": "admin", "password": password} if made else {}
    print(msgspec.json.encode(told | keys).decode() if json else words(told | keys))


def install(connection: Connection, password: str) -> bool:
    """The administrator of a new portal; whether it is one."""
    if not basics.is_new(connection):
        return False
    now = micros(datetime.now(UTC))
    basics.install(connection, now, login="admin", password=password, name="Maria", last_name="Stern")
    return True


def tell(what: str, done: int, count: int) -> None:
    if sys.stderr.isatty():
        print(f"\r{what} {done} of {count}", end="\n" if done == count else "", file=sys.stderr, flush=True)


def words(told: Mapping[str, object]) -> str:
    return "\n".join(f"{key}\t{value}" for key, value in told.items())


@app.command
def export(*, db: str = "sqlite:///portal.db", fixture: bool = False) -> None:
    """Print what is in the portal, also while it runs; `cordboard portal --seed FILE` loads it into a new one.

    Parameters
    ----------
    db
        Database of the portal.
    fixture
        As a TOML file: people, lines, switches, clients and calls; no password and no key.
    """
    if not fixture:
        fail("--fixture is the one form there is; `cordboard db export --fixture >FILE.toml`", 2)
    with open_beside(db) as store:
        print(store.read_sync(write_fixture), end="")
