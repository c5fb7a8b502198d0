"""Address: what kind of source an address names, without opening it.

In:   a path or a URL as people wrote it. Out: whether it is a database's, and how it may be shown.
"""

from __future__ import annotations

TABLES = frozenset({"sqlite", "postgresql", "postgres", "mysql", "mariadb"})


def is_table(address: str) -> bool:
    """Whether the address is a database's, with or without the name of a driver."""
    scheme, there, _ = address.partition("://")
    return bool(there) and scheme.partition("+")[0].lower() in TABLES


def shown(address: str) -> str:
    """The address for people: without its password."""
    if "://" not in address:
        return address
    before, _, place = address.partition("://")
    account, at, host = place.rpartition("@")
    user, colon, _ = account.partition(":")
    return f"{before}://{user}{':***' if colon else ''}{at}{host}"
