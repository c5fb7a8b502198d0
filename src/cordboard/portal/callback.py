"""The callback form of a site: a visitor leaves a number, and the connector of the line calls an employee, then them.

In:   the line the form belongs to, number, name, words. Out: the client, found or made; the event
`ONEXTERNALCALLBACKSTART` waits for the application that owns the line. No call is registered: the connector does that.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, select, update

from cordboard.portal.changes import Change, ClientChanged
from cordboard.portal.clients import TABLES
from cordboard.portal.create import NewClient, create
from cordboard.portal.crm.creation import Circumstances, decide
from cordboard.portal.crm.phone_key import clean
from cordboard.portal.crm.ranking import Entity
from cordboard.portal.outbox import Outbox
from cordboard.portal.phones import formatted, line_e164, second_key
from cordboard.portal.registrar import is_excluded
from cordboard.portal.rest.moments import micros
from cordboard.portal.search import find_by_keys, keys_of
from cordboard.portal.tables import line, users
from cordboard.portal.telephony.finishing import title_of

if TYPE_CHECKING:
    from cordboard.portal.portal import Portal

__all__ = ["Wish", "WishRefused", "ask_callback"]

EVENT = "ONEXTERNALCALLBACKSTART"
CALLBACK = 4
LONGEST = 500


class WishRefused(Exception):
    """The form cannot be served; the message says why."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True)
class Wish:
    """What a visitor sent."""

    line: str
    phone: str
    name: str = ""
    text: str = ""


async def ask_callback(portal: Portal, wish: Wish, base_url: str) -> Entity | None:
    """Find or make the client and tell the connector; the client, None where the CRM shall not know the number."""
    number, moment = clean(wish.phone), portal.clock()
    if not number or not any(letter.isdigit() for letter in number) or len(number) > 20:
        raise WishRefused("phone: give a telephone number", 400)

    def work(connection: Connection) -> tuple[Entity | None, list[Change]]:
        row: Any = connection.execute(select(line).where(line.c.number == wish.line).order_by(line.c.id)).first()
        if row is None:
            raise WishRefused(f"there is no line {wish.line[:50]}", 404)
        client, created = client_of(connection, portal, wish, number, micros(moment))
        outbox = Outbox(connection, 0, base_url, micros(moment), moment.tzinfo)
        changes: list[Change] = [ClientChanged(kind, entity_id, "add") for kind, entity_id in created]
        outbox.say_changes(changes)
        kind, entity_id = client or ("", 0)
        data = {"PHONE_NUMBER": number, "TEXT": wish.text[:LONGEST], "VOICE": "", "LINE_NUMBER": row.number}
        data |= {"CRM_ENTITY_TYPE": kind, "CRM_ENTITY_ID": entity_id}
        outbox.add(EVENT, data, f"callback:{number}", application_id=row.application_id)
        return client, changes

    client, changes = await portal.store.write(work)
    portal.publish(*changes)
    portal.events_waiting.set()
    return client


def client_of(
    connection: Connection, portal: Portal, wish: Wish, number: str, now: int
) -> tuple[Entity | None, list[Entity]]:
    """Whose number it is, and what had to be made for it."""
    country = str(portal.switch("country"))
    if is_excluded(connection, number, country):
        return None, []
    kind_number = number if portal.switch("kind_search") else ""
    found = find_by_keys(connection, keys_of(number, second_key(number, wish.line)), kind_number=kind_number)
    case = Circumstances(
        simple_mode=portal.switch("crm_mode") == "simple", repeat_leads=bool(portal.switch("repeat_leads"))
    )
    facts = NewClient(
        number=number,
        title=title_of(CALLBACK, formatted(number, country), portal.say),
        source="CALLBACK",
        source_description=f"Callback form of {line_e164(wish.line, country)}",
        user_id=first_administrator(connection),
        opened=bool(portal.switch("lead_open_to_all")),
        now=now,
    )
    created = create(connection, decide(found, case), found, facts)
    named = [entity for entity in created if entity[0] in ("LEAD", "CONTACT")]
    for kind, entity_id in named if wish.name.strip() else []:
        values = {"name": wish.name.strip()[:LONGEST]}
        connection.execute(update(TABLES[kind]).where(TABLES[kind].c.id == entity_id).values(**values))
    return found.primary or next(iter(named), None), created


def first_administrator(connection: Connection) -> int:
    """Who gets what nobody asked for."""
    query = select(users.c.id).where(users.c.is_admin.is_(True), users.c.active.is_(True)).order_by(users.c.id)
    return connection.execute(query.limit(1)).scalar() or 1
