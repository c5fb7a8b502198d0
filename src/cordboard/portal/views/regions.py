"""Regions: the rows of the list of calls, which change one by one; and which client a page is about.

In:   the changes since a page was told last, and its viewer. Out: messages that replace or add regions.
"""

from typing import Any

from sqlalchemy import Connection, select

from cordboard.portal.changes import (
    CallChanged,
    CallFinished,
    CallRegistered,
    CallStateChanged,
    Change,
    ClientChanged,
)
from cordboard.portal.live import LiveCalls
from cordboard.portal.rights import visible_users
from cordboard.portal.tables import call, call_binding, open_call
from cordboard.portal.views.call_facts import CallView, element_key, list_calls, row_of
from cordboard.portal.views.card_state import whole_number
from cordboard.portal.views.client_facts import PAGES
from cordboard.web.render import Viewer, render

Message = dict[str, Any]
#: rows on the first page of the list
ROWS = 50


def list_messages(
    database: Connection,
    live: LiveCalls,
    viewer: Viewer,
    now: int,
    changes: list[Change],
    *,
    first: bool,
    stale: bool,
) -> list[Message]:
    """What changes on the list of calls: new rows on top of its first page, and rows that are there already."""
    if not stale and not any(isinstance(change, (*CALLS, ClientChanged)) for change in changes):
        return []
    seen = visible_users(database, viewer.user_id, "calls")
    moved = [change for change in changes if isinstance(change, CallFinished) and changes_hands(change, seen)]
    if stale or (moved and first):
        return whole_list(database, live, viewer, seen, now) if first else []
    changed = dict.fromkeys(change.call_id for change in changes if isinstance(change, CALLS))
    changed |= dict.fromkeys(calls_of_clients(database, changes))
    rows = [view for call_id in changed if (view := row_of(database, live, call_id, seen)) is not None]
    new_ids = {change.call_id for change in changes if isinstance(change, CallRegistered)}
    new = [view for view in rows if view.call_id in new_ids] if first else []
    if new and not newest_are(database, live, seen, now, new):
        return whole_list(database, live, viewer, seen, now)
    messages = [take_away(change.call_id) for change in moved]
    for view in sorted(new, key=lambda view: (view.start, view.call_id)):
        # the page, or a whole list told since, may have been read when the call was there and not yet announced
        messages += [take_away(view.call_id), put_on_top(viewer, now, view)]
    messages += [take_away(call_id) for call_id in pushed_out(database, live, seen, now, len(new))]
    old = [view for view in rows if view.call_id not in new_ids]
    return messages + [
        {"target": f"#call-{view.key}", "swap": "outerHTML", "content": row(viewer, now, view)} for view in old
    ]


def changes_hands(change: CallFinished, seen: set[int] | None) -> bool:
    """Whether a call comes into this list, or leaves it, because it ended with another user than it began with."""
    if seen is None or not change.registered_user_id:
        return False
    return (change.registered_user_id in seen) != (change.user_id in seen)


def calls_of_clients(database: Connection, changes: list[Change]) -> list[str]:
    """The calls that may be on the page and name a client that changed."""
    found: list[str] = []
    for kind, client_id in {(one.kind, one.id) for one in changes if isinstance(one, ClientChanged)}:
        running = (open_call.c.entity_type == kind) & (open_call.c.entity_id == client_id)
        found += database.execute(select(open_call.c.call_id).where(running).limit(ROWS)).scalars()
        finished = select(call.c.call_id).join(call_binding, call_binding.c.call == call.c.id)
        finished = finished.where(call_binding.c.entity_type == kind, call_binding.c.entity_id == client_id)
        found += database.execute(finished.order_by(call.c.id.desc()).limit(ROWS)).scalars()
    return found


def newest_are(database: Connection, live: LiveCalls, seen: set[int] | None, now: int, new: list[CallView]) -> bool:
    """Whether these are the top of the list: a call may be told late and belong further down."""
    top = list_calls(database, live, seen, now, 0, len(new))
    return {view.call_id for view in top} == {view.call_id for view in new}


def pushed_out(database: Connection, live: LiveCalls, seen: set[int] | None, now: int, count: int) -> list[str]:
    """The calls that new ones pushed from the first page: as many as came, if there are so many."""
    return [view.call_id for view in list_calls(database, live, seen, now, ROWS, count)] if count else []


def whole_list(database: Connection, live: LiveCalls, viewer: Viewer, seen: set[int] | None, now: int) -> list[Message]:
    calls = list_calls(database, live, seen, now, 0, ROWS)
    content = render("call_rows.html", viewer, now, calls=calls)
    return [{"target": "#call-rows", "swap": "outerHTML", "content": content}]


def put_on_top(viewer: Viewer, now: int, view: CallView) -> Message:
    """The anchor is replaced by itself and the new row."""
    content = render("call_top.html", viewer, now) + row(viewer, now, view)
    return {"target": "#calls-top", "swap": "outerHTML", "content": content}


def take_away(call_id: str) -> Message:
    return {"target": f"#call-{element_key(call_id)}", "swap": "delete", "content": ""}


def row(viewer: Viewer, now: int, view: CallView) -> str:
    return render("call_row.html", viewer, now, call=view)


def client_at(path: str) -> tuple[str, int]:
    """The client whose page this is; "" for a page of no client."""
    word, _, number = path.strip("/").partition("/")
    kind = next((kind for kind, page in PAGES.items() if page == word), "")
    client_id = whole_number(number)
    return (kind, client_id) if kind and client_id else ("", 0)


CALLS = (CallRegistered, CallStateChanged, CallFinished, CallChanged)
