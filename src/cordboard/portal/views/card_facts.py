"""Card facts: what only the card says of a call: why the client may call, who answers for them, what can be done.

In:   a reading connection, the live states, a CALL_ID, the user whose card it is. Out: the `CallView` with all of it.
Every fact here is one look at an index: a card must be on the screen before the second ring.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

from sqlalchemy import Connection, bindparam, select

from cordboard.b24wire.loose import as_map, as_text
from cordboard.portal.crm.phone_key import index_key
from cordboard.portal.live import CallLive, LiveCalls
from cordboard.portal.tables import activity, activity_binding, call, note, open_call, phone, task
from cordboard.portal.views.call_facts import CallView, Colleague, Last, finished_view, running_view
from cordboard.portal.views.card_state import whole_number
from cordboard.portal.views.client_facts import Client, open_deal, user_names
from cordboard.portal.views.tasks import DONE, is_about, mark_of
from cordboard.store.hot import Hot

__all__ = ["find_card"]


def find_card(database: Connection, live: LiveCalls, call_id: str, user_id: int, now: int) -> CallView | None:
    """A call as its card shows it to this user; None for a call that is not known."""
    names = user_names(database)
    row: Any = database.execute(select(open_call).where(open_call.c.call_id == call_id)).one_or_none()
    if row is not None:
        state = live.get(call_id)
        view = running_view(database, row, state, user_id, names)
        return with_facts(database, with_state(database, live, view, row, state), row, user_id, now, names)
    row = database.execute(select(call).where(call.c.call_id == call_id)).one_or_none()
    return with_facts(database, finished_view(database, row, user_id, names), row, user_id, now, names) if row else None


def with_state(database: Connection, live: LiveCalls, view: CallView, row: Any, state: CallLive | None) -> CallView:
    """What the connector told: the way the caller came, who passed the call on, what can be done with it."""
    if state is None:
        return replace(view, excluded=row.excluded)
    told = state.state
    way = {"queue": as_text(told.get("QUEUE")), "menu": as_text(told.get("MENU"))}
    said = view.said
    if view.said_by and not said:
        # the first person wrote a note instead of telling the exchange
        giver = whole_number(as_map(told.get("TRANSFER")).get("BY"))
        written = select(note.c.text).where(note.c.call_id == view.call_id, note.c.user_id == giver)
        said = database.execute(written).scalar() or ""
    return replace(view, excluded=row.excluded, actions=live.actions(state.pbx), said=said, **way)


def with_facts(
    database: Connection, view: CallView, row: Any, user_id: int, now: int, names: dict[int, str]
) -> CallView:
    client = view.client
    known = client if client is not None and not isinstance(client, Colleague) else None
    made = cast("list[tuple[str, int]]", row.created or [])
    leads = [entity_id for kind, entity_id in made if kind == "LEAD"]
    typed = select(note.c.text).where(note.c.call_id == view.call_id, note.c.user_id == user_id)
    key = index_key(view.number)
    facts: dict[str, Any] = {"new_lead": leads[0] if leads else 0, "note": database.execute(typed).scalar() or ""}
    if known is not None:
        facts |= {"responsible": known.responsible, "responsible_is_me": known.responsible_id == user_id}
        facts |= {"deal": open_deal(database, known), "last": last_contact(database, known, view.call_id, names)}
        facts |= {"overdue": overdue_task(database, known, now)}
    if key and not view.internal:
        earlier, unreturned = earlier_calls(database, key, view)
        facts |= {"matches": matches(database, key), "earlier": earlier, "unreturned": unreturned}
    return replace(view, **facts)


def last_contact(database: Connection, client: Client, call_id: str, names: dict[int, str]) -> Last | None:
    """The newest activity of a client before this call."""
    rows = LAST.rows(database, kind=client.kind, client=client.id, origin=f"VI_{call_id}")
    if not rows:
        return None
    subject, start, created, by, text = rows[0]
    return Last(subject, start or created or 0, names.get(by or 0, ""), text)


def matches(database: Connection, key: str) -> int:
    """How many clients have this number: more than one, and somebody has to choose."""
    return len(MATCHES.rows(database, key=key))


def earlier_calls(database: Connection, key: str, view: CallView) -> tuple[int, int | None]:
    """How many calls this number made or got before, and when it was missed, if nobody has made that good since."""
    rows = EARLIER.rows(database, key=key, before=view.start)
    last = rows[0] if rows else None
    is_missed = last is not None and last[0] in (2, 3) and not last[1]
    return len(rows), int(last[2]) if last is not None and is_missed else None


def overdue_task(database: Connection, client: Client, now: int) -> str:
    """The title of a task about this client that should be done by now."""
    rows = OVERDUE.rows(database, now=now, mark=mark_of(client.kind, client.id))
    return str(rows[0][0]) if rows else ""


LAST = Hot(
    select(activity.c.subject, activity.c.start_time, activity.c.created, activity.c.responsible_id)
    .add_columns(activity.c.description)
    .join(activity_binding, activity_binding.c.activity_id == activity.c.id)
    .where(activity_binding.c.entity_type == bindparam("kind"), activity_binding.c.entity_id == bindparam("client"))
    .where(activity.c.origin_id != bindparam("origin"))
    .order_by(activity.c.id.desc())
    .limit(1)
)
MATCHES = Hot(
    select(phone.c.entity_type, phone.c.entity_id).where(phone.c.key == bindparam("key")).distinct().limit(10)
)
EARLIER = Hot(
    select(call.c.incoming, call.c.call_status, call.c.call_start_date)
    .where(call.c.phone_key == bindparam("key"), call.c.call_start_date < bindparam("before"))
    .order_by(call.c.call_start_date.desc())
    .limit(100)
)
OVERDUE = Hot(
    select(task.c.title)
    .where(task.c.status != DONE, task.c.deadline < bindparam("now"), is_about(bindparam("mark")))
    .order_by(task.c.deadline)
    .limit(1)
)
