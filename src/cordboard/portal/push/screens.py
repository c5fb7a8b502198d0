"""Screens: which parts of which pages live; a new screen adds one to `PARTS`.

The list of calls is no plain `Regions`, because a row that stands still must not be sent again with every call.
"""

from __future__ import annotations

from cordboard.portal.changes import (
    CallChanged,
    CallFinished,
    CallRegistered,
    CallStateChanged,
    Change,
    ClientChanged,
    CommandFailed,
    MissedChanged,
    UserChanged,
)
from cordboard.portal.push.page import Message, OpenPage
from cordboard.portal.push.parts import Look, Part, Regions
from cordboard.portal.views import regions
from cordboard.portal.views.missed import read_board, shared_count
from cordboard.web.render import render
from cordboard.web.words import translations

__all__ = ["PARTS", "parts_of"]

CALLS = (CallRegistered, CallStateChanged, CallFinished, CallChanged)
MISSED = (CallFinished, CallChanged, MissedChanged)


class ListOfCalls:
    """The rows of the list of calls."""

    def is_on(self, page: OpenPage) -> bool:
        return page.place == "/calls"

    def concerns(self, change: Change, page: OpenPage) -> bool:
        return isinstance(change, (*CALLS, ClientChanged))

    def messages(self, look: Look, changes: list[Change], *, stale: bool) -> list[Message]:
        page = look.page
        first = page.query.get("page", "1") == "1"
        return regions.list_messages(
            look.database, look.portal.live, page.viewer, look.now, changes, first=first, stale=stale
        )


class Timeline:
    """What happened with the client whose page this is."""

    def is_on(self, page: OpenPage) -> bool:
        return regions.has_timeline(page.place)

    def concerns(self, change: Change, page: OpenPage) -> bool:
        return isinstance(change, (ClientChanged, CallFinished, CallChanged))

    def messages(self, look: Look, changes: list[Change], *, stale: bool) -> list[Message]:
        page = look.page
        return regions.timeline_messages(look.database, page.viewer, look.now, page.place, changes, stale=stale)


class Notices:
    """Lines for this user alone: what a button asked of the exchange, and it could not do."""

    def is_on(self, page: OpenPage) -> bool:
        return True

    def concerns(self, change: Change, page: OpenPage) -> bool:
        return isinstance(change, CommandFailed) and change.user_id == page.viewer.user_id

    def messages(self, look: Look, changes: list[Change], *, stale: bool) -> list[Message]:
        page = look.page
        failed = [one for one in changes if isinstance(one, CommandFailed) and one.user_id == page.viewer.user_id]
        text = translations(page.viewer.language).gettext("The exchange could not do it: %(reason)s")
        return [{"signal": "notice", "kind": "failed", "text": text % {"reason": one.reason}} for one in failed]


def draw_count(look: Look) -> dict[str, str]:
    """How many callers wait, beside the menu's entry."""
    viewer = look.page.viewer
    count = shared_count(look.database, look.shared, viewer.user_id, look.now)
    return {"missed-count": render("menu_count.html", viewer, look.now, waiting_count=count)}


def draw_missed(look: Look) -> dict[str, str]:
    """The board of missed callers as this page shows it."""
    viewer, query = look.page.viewer, look.page.query
    values = read_board(look.database, viewer.user_id, look.now, query.get("tab", ""), query.get("short", ""))
    return {"missed-board": render("missed_board.html", viewer, look.now, **values)}


#: every part there is; a page has those whose `is_on` says so
PARTS: list[Part] = [
    Notices(),
    ListOfCalls(),
    Timeline(),
    Regions(lambda page: True, (CallFinished, MissedChanged, UserChanged), draw_count),
    Regions(
        lambda page: page.place == "/missed", (CallFinished, CallChanged, MissedChanged, ClientChanged), draw_missed
    ),
]


def parts_of(page: OpenPage) -> list[Part]:
    """The parts of this page, in the order in which they are told."""
    return [part for part in PARTS if part.is_on(page)]
