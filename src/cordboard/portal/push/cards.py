"""Cards: the messages that make the call cards of a tab what its user has before their eyes.

In:   the cards as the tab shows them, and as they are. Out: messages for the cards, the pill, sound and notification.
The surprise: the note is no part of a card's region; what somebody types is never replaced.
"""

from __future__ import annotations

from dataclasses import replace

from cordboard.portal.changes import (
    CallChanged,
    CallFinished,
    CallRegistered,
    CallStateChanged,
    CardHidden,
    CardShown,
    Change,
    ClientChanged,
    ConnectorSeen,
)
from cordboard.portal.push.page import Message, OpenPage
from cordboard.portal.views.call_facts import CallView
from cordboard.web.render import Viewer, render
from cordboard.web.words import translations

CALLS = (CallRegistered, CallStateChanged, CallFinished, CallChanged, CardShown, CardHidden)


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
        case ConnectorSeen():
            # what the exchange can do may have changed
            return any(view.running for view in page.cards.values())
        case _:
            return False


def touched_calls(changes: list[Change], page: OpenPage) -> set[str]:
    """The calls whose cards may say something else now.

    A changed client touches the cards that name it and no other: each unknown number that calls makes a new lead, and
    reading every card of every page again for it would delay the very card that is to be shown."""
    touched = {change.call_id for change in changes if isinstance(change, CALLS)}
    clients = {(change.kind, change.id) for change in changes if isinstance(change, ClientChanged)}
    if any(isinstance(change, ConnectorSeen) for change in changes):
        touched |= page.cards.keys()
    return touched | {
        call_id for call_id, view in page.cards.items() if view.client and (view.client.kind, view.client.id) in clients
    }


def card_messages(page: OpenPage, views: list[CallView], now: int) -> list[Message]:
    """The difference between the cards of the user and those of the page, which has the new ones afterwards."""
    before, after = page.cards, {view.call_id: view for view in views}
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
            content = render("card.html", page.viewer, now, card=view)
            messages.append({"target": "#cards", "swap": "beforeend", "content": content})
            if page.greeted:
                continue
        if without_note(before.get(call_id)) != without_note(view):
            content = render("card_body.html", page.viewer, now, card=view)
            messages.append({"target": f"#card-{view.key}-body", "swap": "outerHTML", "content": content})
    messages += signals(page.viewer, before, after)
    pill = render("pill.html", page.viewer, now, cards=views)
    return [*messages, {"target": "#pill", "swap": "outerHTML", "content": pill}]


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
