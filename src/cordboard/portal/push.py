"""Push: keeps open pages true.

In:   every change of the portal, and the pages that are open, each with its viewer. Out: messages, by page.

A page is drawn with a version (`epoch.n`: this run of the portal, and how many changes it had seen) and asks for what
came after. For each page the hub remembers what it shows, reads the present state, and sends the difference: so
snapshot + messages = fresh snapshot holds by construction, however many changes fell together.

The surprise: `finish` clears the set of cards in the database, but people still read an ended card. The hub keeps those
(`_over`) until they are closed or their time is up.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import deque
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from sqlalchemy import Connection

from cordboard.portal.changes import (
    CallChanged,
    CallFinished,
    CallRegistered,
    CallStateChanged,
    CardHidden,
    CardShown,
    Change,
    ClientChanged,
    UserChanged,
)
from cordboard.portal.views.call_facts import CallView, card_ids, find_call
from cordboard.portal.views.card_state import ELSEWHERE_STAYS, state_word, user_of, whole_number
from cordboard.portal.views.regions import has_timeline, list_messages, timeline_messages
from cordboard.portal.views.sessions import session_holds
from cordboard.web.render import Viewer, render
from cordboard.web.words import translations

if TYPE_CHECKING:
    from cordboard.portal.portal import Portal

Message = dict[str, Any]
SECOND = 1_000_000
CALL_CHANGES = (CallRegistered, CallStateChanged, CallFinished, CallChanged)
CLIENT_CHANGES = (ClientChanged, CallFinished, CallChanged)
#: changes that are kept for pages that were away
KEPT = 1000
#: ended cards that one user may have before their eyes
MOST_ENDED = 6
#: a missed or kept card nobody closes is forgotten then
FORGOTTEN = 3 * 3600 * SECOND


@dataclass(eq=False, slots=True)
class OpenPage:
    """One tab of one user."""

    viewer: Viewer
    secret_hash: str
    path: str
    version: str = ""
    #: cards as this tab shows them, by call id
    cards: dict[str, CallView] = field(default_factory=dict[str, CallView])
    pending: list[Change] = field(default_factory=list[Change])
    #: the hub has looked at this page at least once
    greeted: bool = False
    #: everything is to be sent, since nobody knows what the tab missed
    stale: bool = False
    #: the user changed: whether they may still look must be read first
    doubted: bool = False
    something: asyncio.Event = field(default_factory=asyncio.Event)
    signed_out: asyncio.Event = field(default_factory=asyncio.Event)


class Hub:
    """All open pages of this portal."""

    def __init__(self, portal: Portal) -> None:
        self._portal = portal
        self._epoch = secrets.token_hex(4)
        self._count = 0
        self._recent: deque[tuple[int, Change]] = deque(maxlen=KEPT)
        self._pages: set[OpenPage] = set()
        #: user → call → when its card is forgotten
        self._over: dict[int, dict[str, int]] = {}
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
        ended = call_id in self._over.get(user_id, {})
        return ended or call_id in await self._portal.store.read(lambda database: card_ids(database, user_id))

    def forget_card(self, user_id: int, call_id: str) -> None:
        """The user closed the card of an ended call."""
        self._over.get(user_id, {}).pop(call_id, None)

    async def take(self, page: OpenPage) -> list[Message]:
        """What this page is to be told now; nothing if nothing on it changed."""
        page.something.clear()
        if page.doubted and not await self._may_stay(page):
            page.signed_out.set()
            return []
        changes, stale, version = page.pending, page.stale, self.version
        page.pending, page.stale, page.version = [], False, version
        if page.greeted and not stale and not any(concerns(change, page) for change in changes):
            return []
        messages = await self._portal.store.read(lambda database: self._messages(database, page, changes, stale))
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
        """Whether the page's user may still work here; whoever may gets everything anew, by the present rights."""
        page.doubted, page.stale, now = False, True, self.now()
        return await self._portal.store.read(lambda database: session_holds(database, page.secret_hash, now))

    def _hear(self, change: Change) -> None:
        self._count += 1
        self._recent.append((self._count, change))
        self._keep_ended(change)
        for page in self._pages:
            page.pending.append(change)
            page.doubted |= isinstance(change, UserChanged) and change.user_id == page.viewer.user_id
            page.something.set()

    def _keep_ended(self, change: Change) -> None:
        if isinstance(change, CallFinished):
            for user_id in change.user_ids:
                self._keep(user_id, change.call_id, FORGOTTEN)
        elif isinstance(change, CardHidden):
            # a connector hides the cards of those who did not answer; theirs may still say who did
            for user_id in change.user_ids:
                if self._answered_by_another(change.call_id, user_id):
                    self._keep(user_id, change.call_id, ELSEWHERE_STAYS)

    def _keep(self, user_id: int, call_id: str, time: int) -> None:
        cards = self._over.setdefault(user_id, {})
        cards[call_id] = self.now() + time
        while len(cards) > MOST_ENDED:
            cards.pop(next(iter(cards)))

    def _answered_by_another(self, call_id: str, user_id: int) -> bool:
        live = self._portal.live.get(call_id)
        talks = [one for one in live.conversations if state_word(one) == "talking"] if live else []
        mine = [one for one in live.conversations if user_of(one) == user_id] if live else []
        return bool(mine and talks) and all(user_of(one) != user_id for one in talks)

    def _read_cards(
        self, database: Connection, user_id: int, shown: dict[str, CallView], touched: set[str] | None
    ) -> list[CallView]:
        """The cards of a user.

        `shown` are on the page already and stay there, though their time may be up; those that no change touched
        (None: all may be) are as they were.
        """
        now = self.now()
        ended = [call_id for call_id, until in self._over.get(user_id, {}).items() if until > now]
        running = card_ids(database, user_id)
        views: list[CallView] = []
        for call_id in [*ended, *(one for one in running if one not in ended)]:
            view = shown.get(call_id) if touched is not None and call_id not in touched else None
            view = view or find_call(database, self._portal.live, call_id, user_id, card=True)
            up = view is not None and view.closes_at is not None and view.closes_at <= now
            if view is not None and not (up and call_id not in shown):
                views.append(view)
        return sorted(views, key=lambda view: (view.start, view.call_id))

    def _messages(self, database: Connection, page: OpenPage, changes: list[Change], stale: bool) -> list[Message]:
        messages: list[Message] = []
        if stale or not page.greeted or any(touches_cards(change, page) for change in changes):
            messages += self._card_messages(database, page, None if stale else touched_calls(changes, page))
        path, query = urlsplit(page.path).path, parse_qs(urlsplit(page.path).query)
        now = self.now()
        if path == "/calls":
            first = query.get("page", ["1"])[0] == "1"
            messages += list_messages(database, self._portal.live, page.viewer, now, changes, first=first, stale=stale)
        else:
            messages += timeline_messages(database, page.viewer, now, path, changes, stale=stale)
        return messages

    def _card_messages(self, database: Connection, page: OpenPage, touched: set[str] | None) -> list[Message]:
        """The difference between the cards of the user and those of the page, with sound and title."""
        before = page.cards
        views = self._read_cards(database, page.viewer.user_id, before, touched)
        after = {view.call_id: view for view in views}
        page.cards = after
        if before == after and page.greeted:
            return []
        messages: list[Message] = []
        if not page.greeted:
            # what the tab shows is known only roughly: it drops what is not listed here, and keeps what it has
            messages.append({"signal": "cards", "ids": [f"card-{view.key}" for view in views]})
        for call_id in before.keys() - after.keys():
            messages.append({"target": f"#card-{before[call_id].key}", "swap": "delete", "content": ""})
        for call_id, view in after.items():
            if call_id not in before:
                content = self._draw(page, "card.html", view)
                messages.append({"target": "#cards", "swap": "beforeend", "content": content})
                if page.greeted:
                    continue
            if without_note(before.get(call_id)) != without_note(view):
                target = f"#card-{view.key}-body"
                content = self._draw(page, "card_body.html", view)
                messages.append({"target": target, "swap": "outerHTML", "content": content})
        messages += signals(page.viewer, before, after)
        pill = render("pill.html", page.viewer, self.now(), cards=views)
        return [*messages, {"target": "#pill", "swap": "outerHTML", "content": pill}]

    def _draw(self, page: OpenPage, component: str, view: CallView) -> str:
        return render(component, page.viewer, self.now(), card=view)


def concerns(change: Change, page: OpenPage) -> bool:
    """Whether a change may alter anything on this page, as far as can be said without reading."""
    path = urlsplit(page.path).path
    on_page = (*CALL_CHANGES, ClientChanged) if path == "/calls" else CLIENT_CHANGES if has_timeline(path) else ()
    return isinstance(change, on_page) or touches_cards(change, page)


def touched_calls(changes: list[Change], page: OpenPage) -> set[str]:
    """The calls whose cards may say something else now.

    A changed client touches the cards that name it and no other: each unknown number that calls makes a new lead, and
    reading every card of every page again for it would delay the very card that is to be shown."""
    touched = {change.call_id for change in changes if isinstance(change, (*CALL_CHANGES, CardShown, CardHidden))}
    clients = {(change.kind, change.id) for change in changes if isinstance(change, ClientChanged)}
    return touched | {
        call_id for call_id, view in page.cards.items() if view.client and (view.client.kind, view.client.id) in clients
    }


def touches_cards(change: Change, page: OpenPage) -> bool:
    """Whether a change can alter the cards of this page."""
    match change:
        case CardShown(user_ids=user_ids) | CardHidden(user_ids=user_ids):
            return page.viewer.user_id in user_ids
        case CallFinished(call_id=call_id, user_ids=user_ids):
            return page.viewer.user_id in user_ids or call_id in page.cards
        case CallStateChanged(call_id=call_id) | CallChanged(call_id=call_id) | CallRegistered(call_id=call_id):
            return call_id in page.cards
        case ClientChanged(kind=kind, id=client_id):
            clients = [view.client for view in page.cards.values() if view.client]
            return any((client.kind, client.id) == (kind, client_id) for client in clients)
        case _:
            return False


def without_note(view: CallView | None) -> CallView | None:
    """A card's region: the note is no part of it, what is being typed must stay."""
    return replace(view, note="") if view else None


def signals(viewer: Viewer, before: dict[str, CallView], after: dict[str, CallView]) -> list[Message]:
    """Sound and notification: begin with a card that rings, end when it does not."""
    say = translations(viewer.language).gettext
    found: list[Message] = []
    for call_id, view in after.items():
        was = before[call_id].state if call_id in before else ""
        if view.state == "incoming" and was != "incoming":
            who = view.client.name if view.client and view.client.named else view.number or say("Number withheld")
            text = f"{who}, {view.line}" if view.line else who
            found.append({"signal": "ring", "call": call_id, "title": say("Incoming call"), "text": text})
        elif was == "incoming" and view.state != "incoming":
            found.append({"signal": "stop", "call": call_id})
    gone = before.keys() - after.keys()
    return found + [{"signal": "stop", "call": call_id} for call_id in gone]
