"""The search for a client by number: the rows for the pure choice in `crm/ranking.py`.

In:   a connection and the index keys of a number. Out: a `Match`.
Two looks at the index suffice for an unknown number; deals and leads are read only where a client was found.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, or_, select, union

from cordboard.portal.clients import TABLES
from cordboard.portal.crm.phone_key import index_key, reversed_digits
from cordboard.portal.crm.ranking import Client, Entity, Match, OpenDeal, match
from cordboard.portal.tables import contact, deal, entity_contact, lead, phone
from cordboard.store.hot import Hot

__all__ = ["exists", "find_by_keys", "find_rows", "match_of_entity"]

#: of each kind, as the original
MOST = 250
#: what the kind search compares: national numbers written with or without their country
LAST_DIGITS = 10

INDEX = Hot(
    select(phone.c.entity_type, phone.c.entity_id)
    .where(or_(phone.c.key == bindparam("one"), phone.c.key == bindparam("two")))
    .order_by(phone.c.entity_id)
    .limit(4 * MOST)
)
EXISTS = {kind: Hot(select(table.c.id).where(table.c.id == bindparam("id"))) for kind, table in TABLES.items()}
COMPANY_OF = Hot(select(contact.c.company_id).where(contact.c.id == bindparam("id")))
OPEN_DEAL = (deal.c.stage_semantic_id == "P", deal.c.is_recurring.is_(False))
OPEN_REPEAT_LEAD = (lead.c.status_semantic_id == "P", lead.c.is_return_customer.is_(True), lead.c.hidden.is_(False))
LINKED = select(entity_contact.c.entity_id).where(
    entity_contact.c.contact_id == bindparam("id"), entity_contact.c.entity_type == "DEAL"
)
#: of the one client that most numbers have
DEALS = {
    "CONTACT": Hot(
        union(
            select(deal.c.id, deal.c.date_modify, deal.c.date_create).where(
                deal.c.contact_id == bindparam("id"), *OPEN_DEAL
            ),
            select(deal.c.id, deal.c.date_modify, deal.c.date_create).where(deal.c.id.in_(LINKED), *OPEN_DEAL),
        )
    ),
    "COMPANY": Hot(
        select(deal.c.id, deal.c.date_modify, deal.c.date_create).where(
            deal.c.company_id == bindparam("id"), *OPEN_DEAL
        )
    ),
}
LEADS = {
    "CONTACT": Hot(
        select(lead.c.id).where(lead.c.contact_id == bindparam("id"), *OPEN_REPEAT_LEAD).order_by(lead.c.id.desc())
    ),
    "COMPANY": Hot(
        select(lead.c.id).where(lead.c.company_id == bindparam("id"), *OPEN_REPEAT_LEAD).order_by(lead.c.id.desc())
    ),
}


def find_rows(connection: Connection, keys: Iterable[str], *, kind_number: str = "") -> dict[str, list[int]]:
    """Ids by kind of all that have one of the keys; `kind_number` adds those with the same last digits."""
    wanted = [key for key in keys if key]
    rows = INDEX.rows(connection, one=wanted[0], two=wanted[-1]) if wanted else []
    if not rows and len(tail := reversed_digits(kind_number)[:LAST_DIGITS]) >= LAST_DIGITS - 1:
        near = select(phone.c.entity_type, phone.c.entity_id).where(phone.c.reversed.like(f"{tail}%"))
        rows = [tuple(row) for row in connection.execute(near.order_by(phone.c.entity_id).limit(MOST))]
    found: dict[str, list[int]] = {}
    for kind, entity_id in rows:
        ids = found.setdefault(kind, [])
        if entity_id not in ids[-1:] and len(ids) < MOST:
            ids.append(entity_id)
    return found


def find_by_keys(
    connection: Connection, keys: Iterable[str], *, closed_leads: bool = False, kind_number: str = ""
) -> Match:
    """Who has one of these keys, and the best of them."""
    found = find_rows(connection, keys, kind_number=kind_number)
    clients = clients_of(connection, found.get("CONTACT", []), found.get("COMPANY", []))
    if clients or not found.get("LEAD"):
        return match(clients)
    return match((), lead_of(connection, found["LEAD"], closed_leads=closed_leads))


def match_of_entity(connection: Connection, kind: str, entity_id: int) -> Match:
    """The client was named: it is primary, bound with its deals; one that is not there is nobody."""
    if not exists(connection, (kind, entity_id)):
        return Match(reasons=["the client named by the caller does not exist"])
    if kind in ("CONTACT", "COMPANY"):
        ids = [entity_id]
        clients = clients_of(connection, ids if kind == "CONTACT" else [], ids if kind == "COMPANY" else [])
        return match(clients) if clients else Match((kind, entity_id), [(kind, entity_id)])
    entity = (kind, entity_id)
    return Match(entity, [entity], has_open_deal=kind == "DEAL", reasons=["the client was named by the caller"])


def exists(connection: Connection, entity: Entity) -> bool:
    """Whether there is such a lead, contact, company or deal."""
    return bool(EXISTS[entity[0]].rows(connection, id=entity[1]))


def clients_of(connection: Connection, contacts: list[int], companies: list[int]) -> list[Client]:
    if not contacts and not companies:
        return []
    if len(contacts) + len(companies) == 1:
        return [only_client(connection, *(("CONTACT", contacts[0]) if contacts else ("COMPANY", companies[0])))]
    deals = open_deals(connection, contacts, companies)
    leads = repeat_leads(connection, contacts, companies)
    company_of: dict[int, int | None] = {}
    if contacts:
        rows = connection.execute(select(contact.c.id, contact.c.company_id).where(contact.c.id.in_(contacts)))
        company_of = {row.id: row.company_id for row in rows}
    people = [("CONTACT", number) for number in contacts]
    firms = [("COMPANY", number) for number in companies]
    return [
        Client(
            kind, number, company_of.get(number) if kind == "CONTACT" else None, *belongings(kind, number, deals, leads)
        )
        for kind, number in (*people, *firms)
    ]


def only_client(connection: Connection, kind: str, number: int) -> Client:
    """The usual case, without building a statement."""
    company = COMPANY_OF.rows(connection, id=number) if kind == "CONTACT" else []
    deals = [OpenDeal(row[0], row[1] or 0, row[2] or 0) for row in DEALS[kind].rows(connection, id=number)]
    leads = LEADS[kind].rows(connection, id=number)
    return Client(kind, number, company[0][0] if company else None, tuple(deals), tuple(row[0] for row in leads))


def belongings(
    kind: str, number: int, deals: dict[tuple[str, int], list[OpenDeal]], leads: dict[tuple[str, int], list[int]]
) -> tuple[tuple[OpenDeal, ...], tuple[int, ...]]:
    return tuple(deals.get((kind, number), ())), tuple(leads.get((kind, number), ()))


def open_deals(
    connection: Connection, contacts: list[int], companies: list[int]
) -> dict[tuple[str, int], list[OpenDeal]]:
    """Deals in work of these clients, by client."""
    linked = select(entity_contact.c.entity_id, entity_contact.c.contact_id).where(
        entity_contact.c.entity_type == "DEAL", entity_contact.c.contact_id.in_(contacts)
    )
    links: Sequence[Any] = connection.execute(linked).all() if contacts else []
    query = select(deal.c.id, deal.c.contact_id, deal.c.company_id, deal.c.date_modify, deal.c.date_create).where(
        deal.c.stage_semantic_id == "P",
        deal.c.is_recurring.is_(False),
        or_(
            deal.c.contact_id.in_(contacts),
            deal.c.company_id.in_(companies),
            deal.c.id.in_([link.entity_id for link in links]),
        ),
    )
    found: dict[tuple[str, int], list[OpenDeal]] = {}
    row: Any
    for row in connection.execute(query):
        opened = OpenDeal(row.id, row.date_modify or 0, row.date_create or 0)
        owners: set[tuple[str, int]] = {("CONTACT", link.contact_id) for link in links if link.entity_id == row.id}
        owners |= {("CONTACT", row.contact_id), ("COMPANY", row.company_id)}
        for owner in owners:
            found.setdefault(owner, []).append(opened)
    return found


def repeat_leads(connection: Connection, contacts: list[int], companies: list[int]) -> dict[tuple[str, int], list[int]]:
    query = select(lead.c.id, lead.c.contact_id, lead.c.company_id).where(
        lead.c.status_semantic_id == "P",
        lead.c.is_return_customer.is_(True),
        lead.c.hidden.is_(False),
        or_(lead.c.contact_id.in_(contacts), lead.c.company_id.in_(companies)),
    )
    found: dict[tuple[str, int], list[int]] = {}
    for row in connection.execute(query.order_by(lead.c.id.desc())):
        for owner in (("CONTACT", row.contact_id), ("COMPANY", row.company_id)):
            found.setdefault(owner, []).append(row.id)
    return found


def lead_of(connection: Connection, ids: list[int], *, closed_leads: bool) -> int | None:
    """The lead in work modified last; a closed one where the switch allows it and no other is there."""
    for semantics in ("P",) if not closed_leads else ("P", "SF"):
        query = select(lead.c.id).where(
            lead.c.id.in_(ids), lead.c.status_semantic_id.in_(list(semantics)), lead.c.hidden.is_(False)
        )
        found = connection.execute(query.order_by(lead.c.date_modify.desc(), lead.c.id.desc()).limit(1)).scalar()
        if found is not None:
            return found
    return None


def keys_of(number: str, second: str = "") -> list[str]:
    """The values to look for in the index."""
    key = index_key(number)
    return [key, second] if second and second != key else [key]
