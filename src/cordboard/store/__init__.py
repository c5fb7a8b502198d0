"""This package is the one way to a database: one writer thread with group commit, readers on their own connections.

Reading order: `store` (what others use), `writer` (how many requests share one commit), `engines` (SQLite and
PostgreSQL made alike), `lock` (one process per database), `migrate` (the schema brought up to date), `errors`.
"""

from cordboard.store.errors import StoreError, StoreForeign, StoreLocked, StoreOld, StoreUnreachable, StoreWriteFailed
from cordboard.store.store import Store

__all__ = ["Store", "StoreError", "StoreForeign", "StoreLocked", "StoreOld", "StoreUnreachable", "StoreWriteFailed"]
