"""Call page: one call with everybody who was rung, as a strip of time and as a list.

In:   a reading connection, the live states, a CALL_ID, the user who looks. Out: the values of the page; None for a call
that is not there, or that this user may not see.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from cordboard.b24wire.loose import as_items, as_map, as_text
from cordboard.portal.live import LiveCalls
from cordboard.portal.rights import visible_users
from cordboard.portal.tables import call, note, open_call
from cordboard.portal.views.call_facts import CallView, row_of
from cordboard.portal.views.card_state import SECOND, moment, user_of
from cordboard.portal.views.client_facts import user_names

#: the strip is this wide in its own units
WIDTH = 1000


@dataclass(frozen=True, slots=True)
class Leg:
    """One person who was rung."""

    name: str
    extension: str
    rang_at: int | None
    answered_at: int | None
    ended_at: int | None
    #: answered-elsewhere, declined, busy, no-answer, transferred, hung-up; empty while it goes on
    end: str
    #: seconds between ringing and answer (or end), and of talk
    waited: int
    talked: int
    #: (from, length) on the strip, in units of `WIDTH`
    ringing: tuple[int, int]
    talking: tuple[int, int]


def read_call_page(
    database: Connection, live: LiveCalls, call_id: str, user_id: int, now: int
) -> dict[str, Any] | None:
    """Everything the page says of a call."""
    seen = visible_users(database, user_id, "calls")
    view = row_of(database, live, call_id, seen)
    if view is None:
        return None
    row, state, end = facts_of(database, live, call_id, now)
    conversations = [as_map(one) for one in as_items(state.get("CONVERSATIONS"))]
    return {
        "call": view,
        "legs": legs_of(conversations, user_names(database), view.start, end),
        "whole": max(1, (end - view.start) // SECOND),
        "notes": notes_of(database, call_id),
        "came_by_menu": as_text(state.get("MENU")),
        "came_by_queue": as_text(state.get("QUEUE")),
        "reasons": [as_text(one) for one in as_items(row.reasons)],
        "external_id": row.external_call_id or "",
        "record": record_of(view, row),
    }


def facts_of(database: Connection, live: LiveCalls, call_id: str, now: int) -> tuple[Any, Any, int]:
    """The row of a call that is there, the last word of its connector, and its end (or now)."""
    row: Any = database.execute(select(open_call).where(open_call.c.call_id == call_id)).one_or_none()
    if row is not None:
        told = live.get(call_id)
        return row, told.state if told else {}, now
    row = database.execute(select(call).where(call.c.call_id == call_id)).one()
    return row, as_map(row.state), row.finished_at


def legs_of(conversations: list[Any], names: dict[int, str], start: int, end: int) -> list[Leg]:
    """Who was rung, in the order in which it happened."""
    legs = [leg_of(one, names, start, end) for one in conversations]
    return sorted(legs, key=lambda leg: leg.rang_at or leg.answered_at or start)


def leg_of(told: Any, names: dict[int, str], start: int, end: int) -> Leg:
    rang, answered, ended = (moment(told.get(name)) for name in ("RANG_AT", "ANSWERED_AT", "ENDED_AT"))
    over = ended or end
    rings_until = answered or over
    return Leg(
        names.get(user_of(told), ""),
        as_text(told.get("EXTENSION")),
        rang,
        answered,
        ended,
        as_text(told.get("END")),
        max(0, rings_until - (rang or rings_until)) // SECOND,
        max(0, over - (answered or over)) // SECOND,
        span(rang or rings_until, rings_until, start, end),
        span(answered or over, over, start, end),
    )


def span(begin: int, until: int, start: int, end: int) -> tuple[int, int]:
    """A stretch of time on the strip: from, length."""
    whole = max(SECOND, end - start)
    left, right = (min(WIDTH, max(0, (at - start) * WIDTH // whole)) for at in (begin, until))
    return left, right - left


def notes_of(database: Connection, call_id: str) -> list[tuple[str, str]]:
    """Who wrote what on their cards of this call."""
    names = user_names(database)
    written = select(note.c.user_id, note.c.text).where(note.c.call_id == call_id, note.c.text != "")
    return [(names.get(row.user_id, ""), row.text) for row in database.execute(written.order_by(note.c.changed_at))]


def record_of(view: CallView, row: Any) -> str:
    """The state of its recording: written, ready, unanswered, none."""
    if view.running:
        return "written"
    if row.record_file_id:
        return "ready"
    return "none" if row.call_duration else "unanswered"
