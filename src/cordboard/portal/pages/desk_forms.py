"""What the forms of a card's desk show before anybody has typed: people, clients, moments.

In:   a reading connection, the card, who looks, the form's name. Out: the values of its template.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from cordboard.portal.crm.phone_key import index_key
from cordboard.portal.pages.site import Visit
from cordboard.portal.tables import users
from cordboard.portal.views.call_facts import CallView
from cordboard.portal.views.client_facts import user_names
from cordboard.portal.views.find import clients_of_number, clients_of_text

#: every form that a card may open
FORMS = ("lead", "contact", "link", "transfer", "task", "responsible", "spam", "undo")
TOMORROW_HOUR = 10


def form_values(database: Connection, card: CallView, visit: Visit, what: str, text: str) -> dict[str, Any]:
    """The values of one form; `text` is what a search inside it was given."""
    match what:
        case "lead" | "contact":
            return {"same": clients_of_number(database, card.number, user_names(database)) if card.number else []}
        case "link":
            return {"text": text, "clients": clients_to_link(database, card, text)}
        case "transfer" | "responsible":
            return {"people": people(database, visit.viewer.user_id if what == "transfer" else 0)}
        case _:
            return {}


def clients_to_link(database: Connection, card: CallView, text: str) -> list[Any]:
    """Clients that the text finds; without one, those who have the number already."""
    names = user_names(database)
    if text.strip():
        return clients_of_text(database, text, names)
    return clients_of_number(database, card.number, names) if index_key(card.number) else []


def people(database: Connection, without: int) -> list[Any]:
    """Employees by name; `without` is the one who asks."""
    real = (users.c.active.is_(True), users.c.external_auth_id == "", users.c.id != without)
    query = select(users.c.id, users.c.name, users.c.last_name, users.c.inner_phone).where(*real)
    return list(database.execute(query.order_by(users.c.name, users.c.last_name)))


def due(when: str, own: str, now: datetime) -> datetime | None:
    """The moment of a next step: an hour, tomorrow at ten, a week, or a date of one's own; None for nonsense."""
    match when:
        case "hour":
            return now + timedelta(hours=1)
        case "tomorrow":
            return (now + timedelta(days=1)).replace(hour=TOMORROW_HOUR, minute=0, second=0, microsecond=0)
        case "week":
            return now + timedelta(days=7)
        case _:
            try:
                chosen = datetime.fromisoformat(own)
            except ValueError:
                return None
            return chosen if chosen.tzinfo else chosen.replace(tzinfo=now.tzinfo)
