"""Client fields: what can be read and changed in place on the page of a lead, contact, company or deal.

In:   a reading connection, a kind, an id. Out: `Fact`s in the order of the page, each with the value as it is stored.
The surprise: a number is one fact for each row, named `PHONE:12` by its row; `PHONE:` is the one to be added.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from cordboard.portal.clients import TABLES
from cordboard.portal.tables import company, multifield, status, users
from cordboard.portal.views.client_facts import full_name


def N_(text: str) -> str:
    return text


@dataclass(frozen=True, slots=True)
class Fact:
    """One field of a client."""

    #: name of the wire, for a number with its row: `POST`, `PHONE:12`
    name: str
    #: key of the catalogue
    label: str
    #: text, phone, email, money, choice
    kind: str
    #: as stored, in letters
    value: str = ""
    #: as people read it, where that differs
    shown: str = ""
    currency: str = ""


#: kind → (name of the wire, label, how it is read and written); choices name their list
FIELDS: dict[str, tuple[tuple[str, str, str], ...]] = {
    "CONTACT": (
        ("NAME", N_("First name"), "text"),
        ("LAST_NAME", N_("Last name"), "text"),
        ("PHONE", N_("Telephone"), "phone"),
        ("EMAIL", N_("E-mail"), "email"),
        ("POST", N_("Position"), "text"),
        ("COMPANY_ID", N_("Company"), "company"),
        ("ASSIGNED_BY_ID", N_("Responsible"), "user"),
        ("SOURCE_ID", N_("Source"), "SOURCE"),
        ("COMMENTS", N_("Remarks"), "text"),
    ),
    "COMPANY": (
        ("TITLE", N_("Name"), "text"),
        ("PHONE", N_("Telephone"), "phone"),
        ("EMAIL", N_("E-mail"), "email"),
        ("INDUSTRY", N_("Industry"), "text"),
        ("ASSIGNED_BY_ID", N_("Responsible"), "user"),
        ("COMMENTS", N_("Remarks"), "text"),
    ),
    "LEAD": (
        ("STATUS_ID", N_("Stage"), "STATUS"),
        ("NAME", N_("First name"), "text"),
        ("LAST_NAME", N_("Last name"), "text"),
        ("COMPANY_TITLE", N_("Company"), "text"),
        ("PHONE", N_("Telephone"), "phone"),
        ("EMAIL", N_("E-mail"), "email"),
        ("OPPORTUNITY", N_("Amount"), "money"),
        ("ASSIGNED_BY_ID", N_("Responsible"), "user"),
        ("SOURCE_ID", N_("Source"), "SOURCE"),
        ("COMMENTS", N_("Remarks"), "text"),
    ),
    "DEAL": (
        ("STAGE_ID", N_("Stage"), "DEAL_STAGE"),
        ("TITLE", N_("Name"), "text"),
        ("OPPORTUNITY", N_("Amount"), "money"),
        ("ASSIGNED_BY_ID", N_("Responsible"), "user"),
        ("COMMENTS", N_("Remarks"), "text"),
    ),
}
MULTIPLE = ("phone", "email")


def list_facts(database: Connection, kind: str, client_id: int) -> list[Fact]:
    """Every field of a client that is filled, and those that may be filled; nothing for a client that is gone."""
    table = TABLES[kind]
    row: Any = database.execute(select(table).where(table.c.id == client_id)).one_or_none()
    if row is None:
        return []
    found: list[Fact] = []
    for name, label, how in FIELDS[kind]:
        if how in MULTIPLE:
            found += numbers(database, kind, client_id, name, label, how)
        else:
            found.append(fact_of(database, row, name, label, how))
    return found


def find_fact(database: Connection, kind: str, client_id: int, name: str) -> Fact | None:
    """One field by its name; None for a field that is not on the page, or a client that is gone."""
    facts = list_facts(database, kind, client_id)
    if facts and name in ("PHONE:", "EMAIL:") and kind != "DEAL":
        label, how = next((label, how) for known, label, how in FIELDS[kind] if f"{known}:" == name)
        return Fact(name, label, how)
    return next((fact for fact in facts if fact.name == name), None)


def numbers(database: Connection, kind: str, client_id: int, name: str, label: str, how: str) -> list[Fact]:
    query = select(multifield.c.id, multifield.c.value).where(
        multifield.c.entity_type == kind, multifield.c.entity_id == client_id, multifield.c.type_id == name
    )
    rows = database.execute(query.order_by(multifield.c.id))
    return [Fact(f"{name}:{row.id}", label, how, row.value) for row in rows]


def fact_of(database: Connection, row: Any, name: str, label: str, how: str) -> Fact:
    stored = getattr(row, name.lower())
    if how == "money":
        value = f"{stored:g}" if stored else ""
        return Fact(name, label, how, value, currency=row.currency_id or "EUR")
    value = str(stored or "")
    if how == "text":
        return Fact(name, label, how, value)
    return Fact(name, label, "choice", value, shown_choice(database, how, value))


def shown_choice(database: Connection, how: str, value: str) -> str:
    return next((word for code, word in choices(database, how, value) if code == value), value)


def choices(database: Connection, how: str, now: str = "") -> list[tuple[str, str]]:
    """What a choice offers: (code, word); of companies only the present one and the first hundred."""
    match how:
        case "user":
            real = (users.c.active.is_(True), users.c.external_auth_id == "")
            query = select(users.c.id, users.c.name, users.c.last_name, users.c.login).where(*real)
            rows = database.execute(query.order_by(users.c.name))
            return [(str(row.id), full_name(row) or row.login) for row in rows]
        case "company":
            mine = (company.c.id == int(now)) if now else company.c.id.is_(None)
            query = select(company.c.id, company.c.title).order_by(mine.desc(), company.c.title).limit(100)
            return [("", "–"), *((str(row.id), row.title) for row in database.execute(query))]
        case _:
            query = select(status.c.status_id, status.c.name).where(status.c.entity_id == how)
            none = [("", "–")] if how == "SOURCE" else []
            return none + [(row.status_id, row.name) for row in database.execute(query.order_by(status.c.sort))]


def choices_of(database: Connection, kind: str, fact: Fact) -> list[tuple[str, str]]:
    """What the editor of a field offers; nothing for a field in which one writes."""
    how = next((how for name, _, how in FIELDS[kind] if name == fact.name), "text")
    return choices(database, how, fact.value) if fact.kind == "choice" else []
