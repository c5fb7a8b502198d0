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
    FaultsChanged,
    MissedChanged,
    TaskChanged,
)
from cordboard.portal.push.page import Message, OpenPage
from cordboard.portal.push.parts import Look, Part, Regions
from cordboard.portal.views import regions
from cordboard.portal.views.call_page import read_call_page
from cordboard.portal.views.card_state import whole_number
from cordboard.portal.views.client_page import read_client_page, read_clients
from cordboard.portal.views.missed import Board, board_of, read_board, shared_count
from cordboard.portal.views.tasks import read_tasks
from cordboard.web.render import render
from cordboard.web.words import translations

__all__ = ["PARTS", "parts_of"]

CALLS = (CallRegistered, CallStateChanged, CallFinished, CallChanged)
#: lists of clients by their address
LISTS = {"leads": "LEAD", "contacts": "CONTACT", "companies": "COMPANY", "deals": "DEAL"}
#: what may come to stand beside a client of a kind; leads do not, and they are what calls make in masses
NEIGHBOURS = {"CONTACT": ("DEAL",), "COMPANY": ("CONTACT", "DEAL"), "DEAL": (), "LEAD": ()}
#: kinds whose changes show on a list of each kind: a contact names its company, a deal its client
SHOWN_ON = {
    "LEAD": ("LEAD",),
    "COMPANY": ("COMPANY",),
    "CONTACT": ("CONTACT", "COMPANY"),
    "DEAL": ("DEAL", "CONTACT", "COMPANY"),
}


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


class ClientPage(Regions):
    """The page of a client: drawn again when this client changes, or one of those that stand beside it."""

    def concerns(self, change: Change, page: OpenPage) -> bool:
        if isinstance(change, ClientChanged):
            # before the first look nobody knows who stands beside the client
            return "client-facts" not in page.drawn or self._is_near(change, page)
        return isinstance(change, self.hears)

    @staticmethod
    def _is_near(change: ClientChanged, page: OpenPage) -> bool:
        """Whether it is this client, one that stands beside it, or one that may have come to stand there."""
        kind, _ = regions.client_at(page.place)
        may_come = change.what != "timeline" and change.kind in NEIGHBOURS[kind]
        return may_come or (change.kind, change.id) in page.named


def draw_client(look: Look) -> dict[str, str]:
    """Every live region of a client's page; none once the client is gone."""
    page = look.page
    kind, client_id = regions.client_at(page.place)
    values = read_client_page(look.database, kind, client_id, look.now, page.query.get("show", ""))
    if values is None:
        return {}
    page.named = {(one.kind, one.id) for one in (values["client"], *values["related"])}
    parts = {"client-head": "client_head", "client-facts": "client_facts", "related": "client_related"}
    parts |= {"planned": "client_planned", "timeline": "timeline"}
    return {element: render(f"{name}.html", page.viewer, look.now, **values) for element, name in parts.items()}


class ListOfClients(Regions):
    """A list of clients of one kind; calls make leads in masses, which no other list shows."""

    def concerns(self, change: Change, page: OpenPage) -> bool:
        return isinstance(change, ClientChanged) and change.kind in SHOWN_ON[LISTS[page.place.strip("/")]]


def draw_clients(look: Look) -> dict[str, str]:
    """The rows of a list of clients."""
    page = look.page
    kind = LISTS[page.place.strip("/")]
    number = max(1, whole_number(page.query.get("page")))
    values = read_clients(look.database, kind, page.query.get("q", ""), number)
    return {"client-rows": render("client_rows.html", page.viewer, look.now, section=page.place.strip("/"), **values)}


def draw_call(look: Look) -> dict[str, str]:
    """The story of one call; nothing for a call that its viewer may not see any more."""
    page, live = look.page, look.portal.live
    values = read_call_page(look.database, live, call_at(page), page.viewer.user_id, look.now)
    return {"call-story": render("call_story.html", page.viewer, look.now, **values)} if values else {}


def call_at(page: OpenPage) -> str:
    """The call whose page this is, or nothing."""
    return page.place.removeprefix("/calls/") if page.place.startswith("/calls/") else ""


def draw_tasks(look: Look) -> dict[str, str]:
    """The list of tasks."""
    page, query = look.page, look.page.query
    values = read_tasks(look.database, page.viewer.user_id, look.now, query.get("show", ""), query.get("whose", ""))
    return {"task-list": render("task_list.html", page.viewer, look.now, **values)}


class ListOfTasks(Regions):
    """The list of tasks; of a client it has the name, so one that is new or has a longer timeline changes nothing."""

    def concerns(self, change: Change, page: OpenPage) -> bool:
        if isinstance(change, ClientChanged):
            return change.what in ("update", "delete")
        return isinstance(change, self.hears)


class OneCall(Regions):
    """The page of one call: only what happens to this one is of interest."""

    def concerns(self, change: Change, page: OpenPage) -> bool:
        if isinstance(change, ClientChanged):
            return change.what == "update"
        return isinstance(change, CALLS) and change.call_id == call_at(page)


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


def board_at(look: Look) -> Board:
    """The board of who looks."""
    return board_of(look.database, look.page.viewer.user_id, look.now, look.portal.switch("missed_talk"))


def draw_count(look: Look) -> dict[str, str]:
    """How many callers wait, beside the menu's entry."""
    viewer = look.page.viewer
    count = shared_count(look.database, look.shared, board_at(look))
    return {"missed-count": render("menu_count.html", viewer, look.now, waiting_count=count)}


def draw_faults(look: Look) -> dict[str, str]:
    """The strip that says that the REST answers wrongly on purpose."""
    return {"faults-on": render("faults_on.html", look.page.viewer, look.now, faults=look.portal.faults.active)}


def draw_missed(look: Look) -> dict[str, str]:
    """The board of missed callers as this page shows it."""
    viewer, query = look.page.viewer, look.page.query
    values = read_board(look.database, board_at(look), query.get("tab", ""), query.get("short", ""))
    return {"missed-board": render("missed_board.html", viewer, look.now, **values)}


#: every part there is; a page has those whose `is_on` says so
PARTS: list[Part] = [
    Notices(),
    ListOfCalls(),
    ClientPage(lambda page: bool(regions.client_at(page.place)[0]), (CallChanged, TaskChanged), draw_client),
    ListOfClients(lambda page: page.place.strip("/") in LISTS, (ClientChanged,), draw_clients),
    OneCall(lambda page: bool(call_at(page)), (*CALLS, ClientChanged), draw_call),
    ListOfTasks(lambda page: page.place == "/tasks", (TaskChanged,), draw_tasks),
    Regions(lambda page: True, (CallFinished, MissedChanged), draw_count),
    Regions(lambda page: True, (FaultsChanged,), draw_faults),
    Regions(
        lambda page: page.place == "/missed", (CallFinished, CallChanged, MissedChanged, ClientChanged), draw_missed
    ),
]


def parts_of(page: OpenPage) -> list[Part]:
    """The parts of this page, in the order in which they are told."""
    return [part for part in PARTS if part.is_on(page)]
