"""Ended cards: `finish` clears the set of cards in the database, but people still read the card of an ended call.

In:   what happened with a call's card. Out: the calls whose ended card a user still has before their eyes, until it is
closed by hand or its time is up. Kept in memory: after a restart no page is drawn with them, but one that was open may
still send what its user typed, and `took_part` lets it in.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, select

from cordboard.portal.changes import CallFinished, CardHidden, Change
from cordboard.portal.live import LiveCalls
from cordboard.portal.tables import call, note
from cordboard.portal.views.card_state import ELSEWHERE_STAYS, state_word, user_of

SECOND = 1_000_000
#: ended cards that one user may have before their eyes
MOST_ENDED = 6
#: a missed or kept card nobody closes is forgotten then
FORGOTTEN = 3 * 3600 * SECOND


def took_part(database: Connection, call_id: str, user_id: int, now: int) -> bool:
    """Whether a user served or was rung for a call that ended lately, or wrote a note on its card."""
    row: Any = database.execute(
        select(call.c.portal_user_id, call.c.state).where(
            call.c.call_id == call_id, call.c.finished_at > now - FORGOTTEN
        )
    ).one_or_none()
    if row is None:
        return False
    state: dict[str, Any] = row.state or {}
    rung = {user_of(one) for one in state.get("CONVERSATIONS", [])}
    wrote = select(note.c.user_id).where(note.c.call_id == call_id, note.c.user_id == user_id)
    return user_id in {row.portal_user_id, *rung} or database.execute(wrote).first() is not None


class EndedCards:
    """The ended cards of all users."""

    def __init__(self, live: LiveCalls) -> None:
        self._live = live
        #: user → call → when its card is forgotten
        self._until: dict[int, dict[str, int]] = {}

    def hear(self, change: Change, now: int) -> None:
        if isinstance(change, CallFinished):
            for user_id in change.user_ids:
                self._keep(user_id, change.call_id, now + FORGOTTEN)
        elif isinstance(change, CardHidden):
            # a connector hides the cards of those who did not answer; theirs may still say who did
            for user_id in change.user_ids:
                if self._answered_by_another(change.call_id, user_id):
                    self._keep(user_id, change.call_id, now + ELSEWHERE_STAYS)

    def of(self, user_id: int, now: int) -> list[str]:
        """The calls, in the order in which they ended."""
        return [call_id for call_id, until in self._until.get(user_id, {}).items() if until > now]

    def holds(self, user_id: int, call_id: str) -> bool:
        return call_id in self._until.get(user_id, {})

    def forget(self, user_id: int, call_id: str) -> None:
        """The user closed the card."""
        self._until.get(user_id, {}).pop(call_id, None)

    def _keep(self, user_id: int, call_id: str, until: int) -> None:
        cards = self._until.setdefault(user_id, {})
        cards[call_id] = until
        while len(cards) > MOST_ENDED:
            cards.pop(next(iter(cards)))

    def _answered_by_another(self, call_id: str, user_id: int) -> bool:
        live = self._live.get(call_id)
        talks = [one for one in live.conversations if state_word(one) == "talking"] if live else []
        mine = [one for one in live.conversations if user_of(one) == user_id] if live else []
        return bool(mine and talks) and all(user_of(one) != user_id for one in talks)
