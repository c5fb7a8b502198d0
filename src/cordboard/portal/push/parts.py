"""Parts: what of an open page lives, beside the cards; each screen that lives adds one to `PARTS`.

In:   the page, and the changes since it was told last. Out: messages that make its regions what they would be if the
page were drawn anew.

Most screens want `Regions`: a function that draws all its live regions. The hub draws them again after a change that
concerns them and sends those that came out differently, so snapshot + messages = fresh snapshot holds by construction.
The list of calls is the exception, because a row that stands still must not be sent again with every call.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from sqlalchemy import Connection

from cordboard.portal.changes import (
    CallChanged,
    CallFinished,
    CallRegistered,
    CallStateChanged,
    Change,
    ClientChanged,
    CommandFailed,
)
from cordboard.portal.push.page import Message, OpenPage
from cordboard.portal.views import regions
from cordboard.web.words import translations

if TYPE_CHECKING:
    from cordboard.portal.portal import Portal

__all__ = ["PARTS", "Look", "Part", "Regions", "parts_of"]

CALLS = (CallRegistered, CallStateChanged, CallFinished, CallChanged)


@dataclass(frozen=True, slots=True)
class Look:
    """One look at the database on behalf of one page."""

    database: Connection
    portal: Portal
    page: OpenPage
    now: int


class Part(Protocol):
    """Something on a page that lives."""

    def is_on(self, page: OpenPage) -> bool:
        """Whether this page has it."""
        ...

    def concerns(self, change: Change, page: OpenPage) -> bool:
        """Whether a change may alter it, as far as can be said without reading."""
        ...

    def messages(self, look: Look, changes: list[Change], *, stale: bool) -> list[Message]:
        """What the page is to be told; `stale`: nobody knows what it shows."""
        ...


@dataclass(frozen=True, slots=True)
class Regions:
    """Regions of a page that are few and small: drawn whole, sent where they differ."""

    on: Callable[[OpenPage], bool]
    #: kinds of changes that may alter them
    hears: tuple[type[Change], ...]
    #: element id → HTML of the whole element
    draw: Callable[[Look], dict[str, str]]

    def is_on(self, page: OpenPage) -> bool:
        return self.on(page)

    def concerns(self, change: Change, page: OpenPage) -> bool:
        return isinstance(change, self.hears)

    def messages(self, look: Look, changes: list[Change], *, stale: bool) -> list[Message]:
        if not stale and not any(self.concerns(change, look.page) for change in changes):
            return []
        drawn, found = look.page.drawn, list[Message]()
        for element, content in self.draw(look).items():
            if stale or drawn.get(element) != hash(content):
                found.append({"target": f"#{element}", "swap": "outerHTML", "content": content})
            drawn[element] = hash(content)
        return found


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


#: every part there is; a page has those whose `is_on` says so
PARTS: list[Part] = [Notices(), ListOfCalls(), Timeline()]


def parts_of(page: OpenPage) -> list[Part]:
    """The parts of this page, in the order in which they are told."""
    return [part for part in PARTS if part.is_on(page)]
