"""What a call creates, written.

In:   a connection in a transaction, the decision, the match, and the call's facts. Out: the entities made, in order.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Connection, Table, insert, select

from cordboard.portal.clients import FieldChange, write_multifields
from cordboard.portal.crm.creation import Decision
from cordboard.portal.crm.ranking import Entity, Match
from cordboard.portal.tables import contact, deal, entity_contact, lead, status

__all__ = ["NewClient", "create"]


@dataclass(frozen=True, slots=True)
class NewClient:
    """The facts that the new entities are made of."""

    number: str
    #: "+7 495 123-45-67 - Incoming call"
    title: str
    source: str
    source_description: str
    user_id: int
    opened: bool
    now: int


def create(connection: Connection, decision: Decision, found: Match, facts: NewClient) -> list[Entity]:
    """Make what was decided; the ids in the order of making."""
    match decision.create:
        case "lead":
            return [("LEAD", add_lead(connection, facts))]
        case "repeat lead":
            return [("LEAD", add_lead(connection, facts, found))]
        case "deal":
            return [("DEAL", add_deal(connection, facts, found.contact_id, found.company_id))]
        case "deal and contact":
            # the original makes a lead nobody sees and converts it at once
            lead_id = add_lead(connection, facts, hidden=True)
            contact_id = add(connection, contact, facts, lead_id=lead_id, name=facts.title.split(" - ")[0])
            write_number(connection, "CONTACT", contact_id, facts.number)
            deal_id = add_deal(connection, facts, contact_id, None, lead_id)
            return [("CONTACT", contact_id), ("DEAL", deal_id)]
        case _:
            return []


def add_lead(connection: Connection, facts: NewClient, found: Match | None = None, *, hidden: bool = False) -> int:
    values: dict[str, Any] = {"title": facts.title, "hidden": hidden}
    if hidden:
        values |= {"status_id": "CONVERTED", "status_semantic_id": "S", "date_closed": facts.now}
    if found is not None:
        values |= {"is_return_customer": True, "contact_id": found.contact_id, "company_id": found.company_id}
    lead_id = add(connection, lead, facts, **values)
    if found is not None:
        contacts = [found.contact_id] if found.contact_id else company_contacts(connection, found.company_id)
        link_contacts(connection, "LEAD", lead_id, contacts)
    if not hidden:
        write_number(connection, "LEAD", lead_id, facts.number)
    return lead_id


def add_deal(
    connection: Connection, facts: NewClient, contact_id: int | None, company_id: int | None, lead_id: int | None = None
) -> int:
    values = {"title": facts.title, "contact_id": contact_id, "company_id": company_id, "lead_id": lead_id}
    deal_id = add(connection, deal, facts, begindate=facts.now, **values)
    link_contacts(connection, "DEAL", deal_id, [contact_id] if contact_id else [])
    return deal_id


def add(connection: Connection, table: Table, facts: NewClient, **values: Any) -> int:
    user = facts.user_id
    values |= {"assigned_by_id": user, "created_by_id": user, "modify_by_id": user, "last_activity_by": user}
    values |= {"date_create": facts.now, "date_modify": facts.now, "last_activity_time": facts.now}
    values |= {"opened": facts.opened, "source_id": source_id(connection, facts.source)}
    values |= {"source_description": facts.source_description}
    return int(cast("tuple[int]", connection.execute(insert(table).values(**values)).inserted_primary_key)[0])


def write_number(connection: Connection, kind: str, entity_id: int, number: str) -> None:
    write_multifields(connection, kind, entity_id, [FieldChange("PHONE", number, "WORK")])


def link_contacts(connection: Connection, kind: str, entity_id: int, contacts: list[int]) -> None:
    for sort, contact_id in enumerate(contacts):
        link = {"entity_type": kind, "entity_id": entity_id, "contact_id": contact_id, "sort": sort}
        connection.execute(insert(entity_contact).values(**link))


def company_contacts(connection: Connection, company_id: int | None) -> list[int]:
    if company_id is None:
        return []
    of_company = select(contact.c.id).where(contact.c.company_id == company_id).order_by(contact.c.id).limit(50)
    return list(connection.execute(of_company).scalars())


def source_id(connection: Connection, wanted: str) -> str:
    """The source asked for, else CALL, else OTHER, whichever exists."""
    preferred = [name for name in (wanted, "CALL", "OTHER") if name]
    rows = connection.execute(
        select(status.c.status_id).where(status.c.entity_id == "SOURCE", status.c.status_id.in_(preferred))
    )
    known = set(rows.scalars())
    return next((name for name in preferred if name in known), "")
