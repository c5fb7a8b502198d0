"""`/missed`: the people still waiting, and what somebody does about one of them.

In:   forms of ours with the key of a number. Out: the board; one line of words for what was pressed.
The board looks after itself: a talk takes a row away on every open page (`push/screens.py`).
"""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from litestar.types import ControllerRouterHandler
from sqlalchemy import Connection, delete, insert

from cordboard.portal.changes import MissedChanged
from cordboard.portal.pages.site import N_, Site, Visit, Web
from cordboard.portal.rights import visible_users
from cordboard.portal.tables import missed_closed, missed_taken
from cordboard.portal.views.missed import is_waiting, list_handled, read_board
from cordboard.web.words import translations

LONGEST = 200


def handlers(site: Site) -> list[ControllerRouterHandler]:
    @get("/missed")
    async def board(request: Web) -> Response[str]:
        visit = await site.visitor(request)
        version, now = site.hub.version, site.now()
        tab, short = request.query_params.get("tab", ""), request.query_params.get("short", "")
        user_id = visit.viewer.user_id
        values = await site.portal.store.read(lambda database: read_board(database, user_id, now, tab, short))
        return await site.page(visit, "missed.html", version, section="missed", **values)

    @post("/missed/take", status_code=200)
    async def take(request: Web) -> Response[str]:
        """I'll call: the others see who does."""
        visit, form = await site.sent(request)
        values = {"user_id": visit.viewer.user_id, "taken_at": site.now()}
        return await change(site, visit, form.get("key", ""), missed_taken, values, N_("You call them back."))

    @post("/missed/close", status_code=200)
    async def close(request: Web) -> Response[str]:
        visit, form = await site.sent(request)
        values = {"user_id": visit.viewer.user_id, "closed_at": site.now(), "reason": form.get("reason", "")[:LONGEST]}
        return await change(
            site, visit, form.get("key", ""), missed_closed, values, N_("Nobody waits for this any more.")
        )

    @post("/missed/reopen", status_code=200)
    async def reopen(request: Web) -> Response[str]:
        """What was closed by hand waits again."""
        visit, form = await site.sent(request)
        key, user_id, now = form.get("key", ""), visit.viewer.user_id, site.now()

        def work(database: Connection) -> bool:
            seen = visible_users(database, user_id, "calls")
            if key not in {one.key for one in list_handled(database, seen, now)}:
                return False
            database.execute(delete(missed_closed).where(missed_closed.c.phone_key == key))
            return True

        done = await site.portal.store.write(work)
        return told(site, visit, key, done, N_("They wait again."))

    return [board, take, close, reopen]


async def change(site: Site, visit: Visit, key: str, table: Any, values: dict[str, Any], said: str) -> Response[str]:
    """Write the one row of a number, if it waits on this user's board."""
    user_id, now = visit.viewer.user_id, site.now()

    def work(database: Connection) -> bool:
        if not is_waiting(database, key, visible_users(database, user_id, "calls"), now):
            return False
        database.execute(delete(table).where(table.c.phone_key == key))
        database.execute(insert(table).values(phone_key=key, **values))
        return True

    return told(site, visit, key, await site.portal.store.write(work), said)


def told(site: Site, visit: Visit, key: str, done: bool, said: str) -> Response[str]:
    if done:
        site.portal.publish(MissedChanged(key))
    text = said if done else N_("This caller is not waiting any more.")
    words = translations(visit.viewer.language).gettext(text)
    return Response(words, status_code=200 if done else 409, media_type="text/plain; charset=utf-8")
