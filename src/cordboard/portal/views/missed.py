"""Missed: the people who called, were not answered, and with whom nobody has talked since.

In:   a reading connection, whose calls the user may see, the moment. Out: one `Waiting` per number, not per attempt.
A number leaves the board by a talk with it in either direction, of whoever it was, or by hand.
The surprise: only the attempts since the last talk count; who called three times last week and was served is new today.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, select

from cordboard.b24wire.loose import as_items, as_map, as_text
from cordboard.portal.rights import visible_users
from cordboard.portal.search import find_by_keys
from cordboard.portal.tables import call, missed_closed, missed_taken
from cordboard.portal.views.call_facts import line_name, number_to_show
from cordboard.portal.views.card_state import SECOND, user_of
from cordboard.portal.views.client_facts import Client, find_client, open_deal, user_names

DAY = 86_400 * SECOND
#: how far back the board looks
RECENT = 30 * DAY
#: who hung up within this many seconds wanted perhaps nothing
SHORT = 5
#: rows of one list
MOST = 200
#: numbers that are none: two callers who withhold theirs are not the same person
WITHHELD = ("", "0")

MISSED = and_(call.c.incoming.in_((2, 3)), call.c.call_status == 0)


@dataclass(frozen=True, slots=True)
class Board:
    """Whose board it is, when it is looked at, and what counts as a talk."""

    #: users whose calls may be seen; None: everybody's
    seen: set[int] | None
    now: int
    #: a talk that is longer than this many seconds makes a missed call good (switch `missed_talk`)
    talked: int = 5

    @property
    def mine(self) -> list[ColumnElement[bool]]:
        """The condition that a call may be seen."""
        return [] if self.seen is None else [call.c.portal_user_id.in_(self.seen)]

    @property
    def talk(self) -> ColumnElement[bool]:
        """The condition that a call was a talk with a number that is one."""
        long_enough = call.c.call_duration > self.talked
        return and_(call.c.call_status == 1, long_enough, call.c.phone_key.not_in(WITHHELD))


def board_of(database: Connection, user_id: int, now: int, talked: int) -> Board:
    """The board of a user."""
    return Board(visible_users(database, user_id, "calls"), now, talked)


@dataclass(frozen=True, slots=True)
class Waiting:
    """One caller on the board."""

    key: str
    number: str
    client: Client | None
    #: a deal of theirs is open
    has_deal: bool
    attempts: int
    first: int
    last: int
    line: str
    #: who was rung by the last attempt
    rung: tuple[str, ...]
    menu: str
    #: seconds that the last attempt waited
    waited: int
    #: the last attempt was over almost at once
    short: bool
    #: the last attempt ended in the menu, before anybody was rung
    in_menu: bool
    #: who took it on
    taken_by: str = ""
    taken_by_id: int = 0
    #: how often somebody called back in vain, and when last
    tried: int = 0
    tried_at: int | None = None


@dataclass(frozen=True, slots=True)
class Handled:
    """A caller who is not waiting any more."""

    key: str
    number: str
    client: Client | None
    #: reached, called again, closed
    how: str
    by: str
    #: seconds from the missed call to the talk
    after: int
    at: int
    reason: str = ""


def read_board(database: Connection, board: Board, tab: str, short: str) -> dict[str, Any]:
    """What the page shows: one of its two lists (`tab` "handled", else who waits), with what it hides."""
    shows_handled, hides_short = tab == "handled", short == "hide"
    waiting = [] if shows_handled else list_waiting(database, board)
    shown = [one for one in waiting if not (hides_short and one.short)]
    handled = list_handled(database, board) if shows_handled else []
    values: dict[str, Any] = {"tab": "handled" if shows_handled else "open", "hides_short": hides_short}
    return values | {"waiting": shown, "hidden": len(waiting) - len(shown), "handled": handled}


def shared_count(database: Connection, shared: dict[object, Any], board: Board) -> int:
    """`count_waiting`; users of the same rights share one count (`shared` lives until the next change)."""
    key = ("missed", None if board.seen is None else frozenset(board.seen))
    if key not in shared:
        shared[key] = count_waiting(database, board)
    return shared[key]


def count_waiting(database: Connection, board: Board) -> int:
    """How many callers wait."""
    return database.execute(select(func.count()).select_from(open_keys(board).subquery())).scalar_one()


def list_waiting(database: Connection, board: Board) -> list[Waiting]:
    """Who waits: clients with an open deal first, then by how long."""
    names = user_names(database)
    rows = database.execute(open_keys(board).order_by("last").limit(MOST)).all()
    found = [waiting_of(database, row.phone_key, board, names) for row in rows]
    return sorted(found, key=lambda one: (not one.has_deal, one.first))


def is_waiting(database: Connection, key: str, board: Board) -> bool:
    """Whether this number stands on the board."""
    waiting = open_keys(board).subquery()
    query = select(waiting.c.phone_key).where(waiting.c.phone_key == key)
    return database.execute(query).first() is not None


def open_keys(board: Board) -> Select[Any, Any]:
    """The numbers that were missed and with which nobody has talked since: (phone_key, last)."""
    newest = select(call.c.phone_key, func.max(call.c.call_start_date).label("last"))
    newest = newest.where(MISSED, call.c.call_start_date > board.now - RECENT, *board.mine).group_by(call.c.phone_key)
    missed, talk = newest.subquery(), call.alias("talk")
    talked = (
        select(talk.c.id)
        .where(talk.c.phone_key == missed.c.phone_key, talk.c.call_start_date >= missed.c.last)
        .where(talk.c.call_status == 1, talk.c.call_duration > board.talked, talk.c.phone_key.not_in(WITHHELD))
    )
    closed = select(missed_closed.c.phone_key).where(
        missed_closed.c.phone_key == missed.c.phone_key, missed_closed.c.closed_at >= missed.c.last
    )
    return select(missed.c.phone_key, missed.c.last).where(~talked.exists(), ~closed.exists())


def waiting_of(database: Connection, key: str, board: Board, names: dict[int, str]) -> Waiting:
    since = max(board.now - RECENT, last_served(database, key, board))
    query = select(call).where(call.c.phone_key == key, MISSED, call.c.call_start_date > since, *board.mine)
    attempts: list[Any] = list(database.execute(query.order_by(call.c.call_start_date.desc()).limit(100)))
    last = attempts[0]
    client = client_of(database, last)
    told = as_map(last.state)
    conversations = [as_map(one) for one in as_items(told.get("CONVERSATIONS"))]
    waited = max(0, last.finished_at - last.call_start_date) // SECOND
    taken: Any = database.execute(select(missed_taken).where(missed_taken.c.phone_key == key)).one_or_none()
    if taken is not None and taken.taken_at < since:
        taken = None
    tries = tries_of(database, key, attempts[0].call_start_date)
    return Waiting(
        key,
        number_to_show(last.phone_number),
        client,
        client is not None and client.kind != "LEAD" and open_deal(database, client) is not None,
        len(attempts),
        attempts[-1].call_start_date,
        last.call_start_date,
        line_name(database, last.portal_number),
        tuple(dict.fromkeys(names[user_of(one)] for one in conversations if user_of(one) in names)),
        as_text(told.get("MENU")),
        waited,
        waited < SHORT,
        bool(told) and not conversations and not as_text(told.get("QUEUE")),
        names.get(taken.user_id, "") if taken else "",
        taken.user_id if taken else 0,
        len(tries),
        tries[0] if tries else None,
    )


def last_served(database: Connection, key: str, board: Board) -> int:
    """The last talk with this number, or when it was taken off the board; 0 if neither."""
    latest = select(func.max(call.c.call_start_date)).where(call.c.phone_key == key, board.talk)
    talked = database.execute(latest).scalar()
    closed = database.execute(select(missed_closed.c.closed_at).where(missed_closed.c.phone_key == key)).scalar()
    return max(talked or 0, closed or 0)


def tries_of(database: Connection, key: str, since: int) -> list[int]:
    """When somebody called this number in vain after a moment, newest first."""
    query = select(call.c.call_start_date).where(call.c.phone_key == key, call.c.incoming.in_((1, 4)))
    query = query.where(call.c.call_start_date > since, call.c.phone_key.not_in(WITHHELD))
    return list(database.execute(query.order_by(call.c.call_start_date.desc()).limit(50)).scalars())


def client_of(database: Connection, row: Any) -> Client | None:
    """The client of a call; one that was made or learnt the number later counts, too."""
    if row.crm_entity_type:
        return find_client(database, row.crm_entity_type, row.crm_entity_id or 0)
    found = find_by_keys(database, [row.phone_key]).primary if row.phone_key not in WITHHELD else None
    return find_client(database, *found) if found else None


def list_handled(database: Connection, board: Board, limit: int = 50) -> list[Handled]:
    """Who waited and does not any more, those served last first."""
    names = user_names(database)
    last = func.max(call.c.call_start_date).label("last")
    query = select(call.c.phone_key, last).where(MISSED, call.c.call_start_date > board.now - RECENT, *board.mine)
    rows: list[Any] = list(database.execute(query.group_by(call.c.phone_key).order_by(last.desc()).limit(4 * limit)))
    found = (handled_of(database, row.phone_key, row.last, board, names) for row in rows)
    served = [one for one in found if one is not None]
    return sorted(served, key=lambda one: -one.at)[:limit]


def handled_of(database: Connection, key: str, missed_at: int, board: Board, names: dict[int, str]) -> Handled | None:
    """How a number left the board after it was missed; None while it waits."""
    row: Any = database.execute(
        select(call).where(call.c.phone_key == key, call.c.call_start_date == missed_at, MISSED).limit(1)
    ).one()
    number, client = number_to_show(row.phone_number), client_of(database, row)
    query = select(call).where(call.c.phone_key == key, board.talk, call.c.call_start_date >= missed_at)
    talk: Any = database.execute(query.order_by(call.c.call_start_date).limit(1)).one_or_none()
    closed: Any = database.execute(
        select(missed_closed).where(missed_closed.c.phone_key == key, missed_closed.c.closed_at >= missed_at)
    ).one_or_none()
    if talk is not None:
        how = "reached" if talk.incoming in (1, 4) else "called again"
        after = (talk.call_start_date - row.finished_at) // SECOND
        return Handled(
            key, number, client, how, names.get(talk.portal_user_id, ""), max(0, after), talk.call_start_date
        )
    if closed is not None:
        after = (closed.closed_at - row.finished_at) // SECOND
        by = names.get(closed.user_id or 0, "")
        return Handled(key, number, client, "closed", by, max(0, after), closed.closed_at, closed.reason)
    return None
