"""The missed-calls board, written: who takes a caller on, closes one by hand, or takes that back.

In:   a connection in a transaction, who does it, the key of the number, their board. Out: whether it was theirs to do.
"""

from __future__ import annotations

from sqlalchemy import Connection, delete, insert

from cordboard.portal.tables import missed_closed, missed_taken
from cordboard.portal.views.missed import Board, is_waiting, list_handled

__all__ = ["close", "reopen", "take"]

LONGEST_REASON = 200


def take(database: Connection, user_id: int, key: str, board: Board) -> bool:
    """I'll call: the others see who does. False for a caller who does not wait on this user's board."""
    if not is_waiting(database, key, board):
        return False
    database.execute(delete(missed_taken).where(missed_taken.c.phone_key == key))
    database.execute(insert(missed_taken).values(phone_key=key, user_id=user_id, taken_at=board.now))
    return True


def close(database: Connection, user_id: int, key: str, board: Board, reason: str = "") -> bool:
    """Take a caller off the board by hand."""
    if not is_waiting(database, key, board):
        return False
    values = {"user_id": user_id, "closed_at": board.now, "reason": reason[:LONGEST_REASON]}
    database.execute(delete(missed_closed).where(missed_closed.c.phone_key == key))
    database.execute(insert(missed_closed).values(phone_key=key, **values))
    return True


def reopen(database: Connection, user_id: int, key: str, board: Board) -> bool:
    """What was closed by hand waits again."""
    handled = list_handled(database, board)
    if key not in {one.key for one in handled if one.how == "closed"}:
        return False
    database.execute(delete(missed_closed).where(missed_closed.c.phone_key == key))
    return True
