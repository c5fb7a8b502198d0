"""Parts: what of an open page lives, beside the cards. `screens.py` lists them.

In:   the page, and the changes since it was told last. Out: messages that make its regions what they would be if the
page were drawn anew.

Most screens want `Regions`: a function that draws all its live regions. The hub draws them again after a change that
concerns them and sends those that came out differently, so snapshot + messages = fresh snapshot holds by construction.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from sqlalchemy import Connection

from cordboard.portal.changes import Change
from cordboard.portal.push.page import Message, OpenPage

if TYPE_CHECKING:
    from cordboard.portal.portal import Portal

__all__ = ["Look", "Part", "Regions"]


@dataclass(frozen=True, slots=True)
class Look:
    """One look at the database on behalf of one page."""

    database: Connection
    portal: Portal
    page: OpenPage
    now: int
    #: what other pages asked for since the last change, and found
    shared: dict[object, Any] = field(default_factory=dict[object, Any])


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
