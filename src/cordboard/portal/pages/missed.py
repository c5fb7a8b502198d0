"""`/missed`: the people still waiting, and what somebody does about one of them.

In:   forms of ours with the key of a number. Out: the board; one line of words for what was pressed.
The board looks after itself: a talk takes a row away on every open page (`push/screens.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from litestar import Response, get, post
from litestar.types import ControllerRouterHandler
from sqlalchemy import Connection

from cordboard.portal import missed_board
from cordboard.portal.changes import MissedChanged
from cordboard.portal.pages.site import N_, Site, Visit, Web
from cordboard.portal.views.missed import Board, board_of, read_board
from cordboard.web.words import translations


def handlers(site: Site) -> list[ControllerRouterHandler]:
    @get("/missed")
    async def board(request: Web) -> Response[str]:
        visit = await site.visitor(request)
        version, now = site.hub.version, site.now()
        tab, short = request.query_params.get("tab", ""), request.query_params.get("short", "")
        user_id, talked = visit.viewer.user_id, site.portal.switch("missed_talk")
        values = await site.portal.store.read(
            lambda database: read_board(database, board_of(database, user_id, now, talked), tab, short)
        )
        return await site.page(visit, "missed.html", version, section="missed", **values)

    @post("/missed/take", status_code=200)
    async def take(request: Web) -> Response[str]:
        """I'll call: the others see who does."""
        visit, form = await site.sent(request)
        return await do(site, visit, form, missed_board.take, N_("You call them back."))

    @post("/missed/close", status_code=200)
    async def close(request: Web) -> Response[str]:
        visit, form = await site.sent(request)
        closing = partial(missed_board.close, reason=form.get("reason", ""))
        return await do(site, visit, form, closing, N_("Nobody waits for this any more."))

    @post("/missed/reopen", status_code=200)
    async def reopen(request: Web) -> Response[str]:
        """What was closed by hand waits again."""
        visit, form = await site.sent(request)
        return await do(site, visit, form, missed_board.reopen, N_("They wait again."))

    return [board, take, close, reopen]


async def do(
    site: Site, visit: Visit, form: dict[str, str], work: Callable[[Connection, int, str, Board], bool], said: str
) -> Response[str]:
    """Change the row of one number; a caller who is not on this user's board is told of in words."""
    key, user_id, now = form.get("key", ""), visit.viewer.user_id, site.now()
    talked = site.portal.switch("missed_talk")
    done = await site.portal.store.write(
        lambda database: work(database, user_id, key, board_of(database, user_id, now, talked))
    )
    if done:
        site.portal.publish(MissedChanged(key))
    words = translations(visit.viewer.language).gettext(said if done else N_("This caller is not waiting any more."))
    return Response(words, status_code=200 if done else 409, media_type="text/plain; charset=utf-8")
