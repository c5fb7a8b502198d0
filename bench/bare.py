"""Bare: what a database alone takes to register a call, with no HTTP, Core or Python objects around it.

In:   a database with clients. Out: transactions a second of the look-ups and inserts of `register`, one commit each, by
the driver itself, on one connection: SQLite synchronous FULL, PostgreSQL as it is begun.
"""

from __future__ import annotations

import random
import sqlite3
import time
from typing import Any

import psycopg
from sqlalchemy import make_url

from cordboard.portal.bulk import FIRST_NUMBER

__all__ = ["bare_rate", "execute"]

CALLS = 2000


def bare_rate(url: str, numbers: int) -> float:
    """Transactions a second."""
    connection = connect(url)
    begun = time.perf_counter()
    for count in range(CALLS):
        connection.execute("BEGIN")
        key = str(FIRST_NUMBER + 1 + random.randrange(numbers))
        for statement, values in LOOKS:
            connection.execute(statement, [key if value == "KEY" else value for value in values]).fetchall()
        call_id, now = f"bare.{random.getrandbits(60):x}", time.time_ns() // 1000
        connection.execute(OPEN_CALL, (call_id, key, f"bare-{count}", now, now, f'[["CONTACT",{int(key[-6:])}]]'))
        connection.execute("INSERT INTO card (call_id, user_id, shown_at) VALUES (%s, 1, %s)", (call_id, now))
        connection.execute("COMMIT")
    spent = time.perf_counter() - begun
    connection.execute("DELETE FROM open_call WHERE call_id LIKE 'bare.%%'")
    connection.close()
    return CALLS / spent


def execute(url: str, *statements: str) -> None:
    """Run statements beside the portal, each in its own transaction."""
    connection = connect(url)
    for statement in statements:
        connection.execute(statement)
    connection.close()


def connect(url: str) -> Any:
    """A connection of the driver without transactions of its own, that takes `%s` for a value."""
    if url.startswith("sqlite"):
        return Sqlite(make_url(url).database or "")
    return psycopg.connect(url, autocommit=True)


class Sqlite:
    """The standard library's connection, with psycopg's marks."""

    def __init__(self, path: str) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None, timeout=30)
        self._connection.execute("PRAGMA synchronous = FULL")
        self.close = self._connection.close

    def execute(self, statement: str, values: Any = ()) -> sqlite3.Cursor:
        if statement == "BEGIN":
            return self._connection.execute("BEGIN IMMEDIATE")
        return self._connection.execute(TEXT.get(statement) or statement.replace("%s", "?"), values)


LOOKS: tuple[tuple[str, list[object]], ...] = (
    ("SELECT id FROM users WHERE id = %s AND active AND external_auth_id = ''", [1]),
    (
        "SELECT p.user_id, p.kind FROM user_phone p JOIN users u ON u.id = p.user_id"
        " WHERE p.value IN (%s, %s) AND u.active",
        ["KEY", "KEY"],
    ),
    (
        "SELECT * FROM open_call WHERE user_id = 1 AND phone_number = %s AND type = 2 AND application_id = 0"
        " AND start_at > 0 ORDER BY registered_at DESC",
        ["KEY"],
    ),
    ("SELECT id FROM exclusion WHERE type = 'PHONE' LIMIT 1", []),
    ("SELECT entity_type, entity_id FROM phone WHERE key = %s ORDER BY entity_id LIMIT 1000", ["KEY"]),
    ("SELECT id, company_id FROM contact WHERE id = (SELECT entity_id FROM phone WHERE key = %s)", ["KEY"]),
    (
        "SELECT entity_id, contact_id FROM entity_contact WHERE entity_type = 'DEAL'"
        " AND contact_id = (SELECT entity_id FROM phone WHERE key = %s)",
        ["KEY"],
    ),
    (
        "SELECT id, date_modify, date_create FROM deal WHERE contact_id = (SELECT entity_id FROM phone WHERE key = %s)"
        " AND stage_semantic_id = 'P' AND NOT is_recurring",
        ["KEY"],
    ),
    (
        "SELECT id FROM lead WHERE contact_id = (SELECT entity_id FROM phone WHERE key = %s)"
        " AND status_semantic_id = 'P' AND is_return_customer AND NOT hidden",
        ["KEY"],
    ),
)
OPEN_CALL = (
    "INSERT INTO open_call (call_id, user_id, phone_number, type, application_id, line_number, external_call_id,"
    " start_at, registered_at, entity_type, entity_id, bindings, created, excluded, reasons)"
    " VALUES (%s, 1, %s, 2, 0, '', %s, %s, %s, 'CONTACT', 1, %s, '[]', false, '[\"contact 1 has this number\"]')"
)
#: the marks of a statement are changed once
TEXT = {statement: statement.replace("%s", "?") for statement in (OPEN_CALL, *(look for look, _ in LOOKS))}
