"""Hub: all open pages, and what each of them is told.

In:   every change of the portal, and the pages that are open, each with its viewer. Out: messages, by page.

A page is drawn with a version (`epoch.n`: this run of the portal, and how many changes it had seen) and asks for what
came after. For each page the hub remembers what it shows, reads the present state, and sends the difference: so
snapshot + messages = fresh snapshot holds by construction, however many changes fell together.

The surprise: nothing is sent when a change comes; the tab's own sender asks, so changes that fall together cost one
look.
"""

from __future__ import annotations

import secrets
from collections import deque
from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from cordboard.portal.changes import Change, UserChanged
from cordboard.portal.push.cards import card_messages, touched_calls, touches_cards
from cordboard.portal.push.ended import EndedCards, took_part
from cordboard.portal.push.page import Message, OpenPage
from cordboard.portal.push.parts import Look
from cordboard.portal.push.screens import parts_of
from cordboard.portal.views.call_facts import CallView, card_ids
from cordboard.portal.views.card_facts import find_card
from cordboard.portal.views.card_state import whole_number
from cordboard.portal.views.sessions import session_holds

if TYPE_CHECKING:
    from cordboard.portal.portal import Portal

SECOND = 1_000_000
#: changes that are kept for pages that were away
KEPT = 1000


class Hub:
    """All open pages of this portal."""

    def __init__(self, portal: Portal) -> None:
        self._portal = portal
        self._epoch = secrets.token_hex(4)
        self._count = 0
        self._recent: deque[tuple[int, Change]] = deque(maxlen=KEPT)
        self._pages: set[OpenPage] = set()
        self._ended = EndedCards(portal.live)
        #: what many pages ask for alike, until the next change
        self.shared: dict[object, Any] = {}
        portal.subscribe(self._hear)

    @property
    def version(self) -> str:
        """What a page drawn now begins with."""
        return f"{self._epoch}.{self._count}"

    def now(self) -> int:
        return round(self._portal.clock().timestamp() * SECOND)

    @contextmanager
    def opened(self, page: OpenPage, after: str) -> Generator[None, None, None]:
        """The page gets messages from here on, beginning with what it missed since the version `after`."""
        missed = self._since(after)
        page.stale = missed is None
        page.pending = missed or []
        page.version = self.version
        page.something.set()
        self._pages.add(page)
        try:
            yield
        finally:
            self._pages.discard(page)

    def sign_out(self, secret_hash: str) -> None:
        """Close every page of this session."""
        for page in self._pages:
            if page.secret_hash == secret_hash:
                page.signed_out.set()
                page.something.set()

    async def cards_of(self, user_id: int) -> list[CallView]:
        """The cards this user has before their eyes, in the order they came; those whose time is up are gone."""
        return await self._portal.store.read(lambda database: self._read_cards(database, user_id, {}, None))

    async def has_card(self, user_id: int, call_id: str) -> bool:
        if self._ended.holds(user_id, call_id):
            return True
        now = self.now()
        return await self._portal.store.read(
            lambda database: call_id in card_ids(database, user_id) or took_part(database, call_id, user_id, now)
        )

    def forget_card(self, user_id: int, call_id: str) -> None:
        """The user closed the card of an ended call."""
        self._ended.forget(user_id, call_id)

    async def take(self, page: OpenPage) -> list[Message]:
        """What this page is to be told now; nothing if nothing on it changed."""
        page.something.clear()
        if page.doubted and not await self._may_stay(page):
            page.signed_out.set()
            return []
        changes, stale, version, shared = page.pending, page.stale, self.version, self.shared
        page.pending, page.stale, page.version = [], False, version
        if page.greeted and not stale and not any(concerns(change, page) for change in changes):
            return []
        messages = await self._portal.store.read(
            lambda database: self._messages(database, page, changes, stale, shared)
        )
        page.greeted = True
        # the clock goes with everything: timers must be right from the first message on
        return [{"v": version, "now": self.now(), **message} for message in messages]

    def _since(self, after: str) -> list[Change] | None:
        """The changes after a version; None if they are not known any more."""
        epoch, _, text = after.partition(".")
        count = whole_number(text)
        if epoch != self._epoch or str(count) != text or count > self._count:
            return None
        oldest = self._recent[0][0] if self._recent else self._count + 1
        if count < oldest - 1:
            return None
        return [change for number, change in self._recent if number > count]

    async def _may_stay(self, page: OpenPage) -> bool:
        """Whether the page's user may still work here."""
        page.doubted, now = False, self.now()
        return await self._portal.store.read(lambda database: session_holds(database, page.secret_hash, now))

    def _hear(self, change: Change) -> None:
        self._count += 1
        self.shared = {}
        self._recent.append((self._count, change))
        self._ended.hear(change, self.now())
        for page in self._pages:
            page.pending.append(change)
            if isinstance(change, UserChanged) and change.user_id == page.viewer.user_id:
                # whoever may stay gets everything anew, by the present rights
                page.doubted = page.stale = True
            page.something.set()

    def _read_cards(
        self, database: Connection, user_id: int, shown: dict[str, CallView], touched: set[str] | None
    ) -> list[CallView]:
        """The cards of a user.

        `shown` are on the page already and stay there, though their time may be up; those that no change touched
        (None: all may be) are as they were.
        """
        now = self.now()
        ended = self._ended.of(user_id, now)
        running = card_ids(database, user_id)
        views: list[CallView] = []
        for call_id in [*ended, *(one for one in running if one not in ended)]:
            view = shown.get(call_id) if touched is not None and call_id not in touched else None
            view = view or find_card(database, self._portal.live, call_id, user_id, now)
            up = view is not None and view.closes_at is not None and view.closes_at <= now
            if view is not None and not (up and call_id not in shown):
                views.append(view)
        return sorted(views, key=lambda view: (view.start, view.call_id))

    def _messages(
        self, database: Connection, page: OpenPage, changes: list[Change], stale: bool, shared: dict[object, Any]
    ) -> list[Message]:
        messages: list[Message] = []
        if stale or not page.greeted or any(touches_cards(change, page) for change in changes):
            touched = None if stale else touched_calls(changes, page)
            views = self._read_cards(database, page.viewer.user_id, page.cards, touched)
            messages += card_messages(page, views, self.now())
        look = Look(database, self._portal, page, self.now(), shared)
        for part in parts_of(page):
            messages += part.messages(look, changes, stale=stale)
        return messages


def concerns(change: Change, page: OpenPage) -> bool:
    """Whether a change may alter anything on this page, as far as can be said without reading."""
    return touches_cards(change, page) or any(part.concerns(change, page) for part in parts_of(page))
