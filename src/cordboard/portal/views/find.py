"""Find: what the search field finds: clients, deals, colleagues and calls.

In:   a reading connection, the text as typed, whose calls the user may see. Out: `Found`, in groups, newest first.
The surprise: a text that looks like a telephone number is searched by its digits in any writing, and by its last ones.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from cordboard.portal.clients import TABLES
from cordboard.portal.crm.phone_key import index_key, reversed_digits
from cordboard.portal.live import LiveCalls
from cordboard.portal.tables import call, company, contact, deal, lead, open_call, phone, users
from cordboard.portal.views.call_facts import CallView, row_of
from cordboard.portal.views.client_facts import Client, to_client, user_names

#: of each group
MOST = 6
#: so many digits are a whole number: only equal ones are meant
WHOLE = 10
#: fewer digits than this say nothing
FEWEST = 3
DAY = 86_400_000_000
#: how far back calls are looked through for the last digits of a number
RECENT = 90 * DAY

#: the columns in which a name may stand
NAMES = {
    "CONTACT": (contact.c.name, contact.c.last_name),
    "COMPANY": (company.c.title,),
    "LEAD": (lead.c.name, lead.c.last_name, lead.c.title, lead.c.company_title),
    "DEAL": (deal.c.title,),
}

NUMBER = re.compile(r"[+\d][\d\s().-]*")


@dataclass(frozen=True, slots=True)
class Colleague:
    """An employee, by name or extension."""

    id: int
    name: str
    extension: str


@dataclass(frozen=True, slots=True)
class Found:
    """What was found, group by group."""

    #: the number that was typed, if it was one
    number: str = ""
    clients: list[Client] = field(default_factory=list[Client])
    deals: list[Client] = field(default_factory=list[Client])
    colleagues: list[Colleague] = field(default_factory=list[Colleague])
    calls: list[CallView] = field(default_factory=list[CallView])

    @property
    def empty(self) -> bool:
        return not (self.clients or self.deals or self.colleagues or self.calls)


def number_in(text: str) -> str:
    """The telephone number that the text is, as typed without spaces; empty if it is none."""
    text = text.strip()
    digits = reversed_digits(text)
    if not NUMBER.fullmatch(text) or len(digits) < FEWEST:
        return ""
    return re.sub(r"[^\d+]", "", text)


def find(connection: Connection, live: LiveCalls, text: str, seen: set[int] | None, now: int) -> Found:
    """Everything that the text may mean, for a user who may see the calls of `seen` (None: everybody's)."""
    text = text.strip()
    if not text:
        return Found()
    number, names = number_in(text), user_names(connection)
    calls = find_calls(connection, live, text, number, seen, now)
    if number:
        return Found(number, clients_of_number(connection, number, names), [], colleagues(connection, number), calls)
    clients = clients_of_text(connection, text, names)
    deals = named(connection, "DEAL", words_of(text), names)
    return Found("", clients, deals, colleagues(connection, text), calls)


def clients_of_text(connection: Connection, text: str, names: dict[int, str]) -> list[Client]:
    """Contacts, companies and leads by a number or by any part of their names."""
    if number := number_in(text):
        return clients_of_number(connection, number, names)
    words = words_of(text)
    return [one for kind in ("CONTACT", "COMPANY", "LEAD") for one in named(connection, kind, words, names)]


def clients_of_kind(
    connection: Connection, kind: str, text: str, names: dict[int, str], most: int = 50
) -> list[Client]:
    """Clients of one kind by a number or by any part of their names."""
    if number := number_in(text):
        return [one for one in clients_of_number(connection, number, names) if one.kind == kind]
    return named(connection, kind, words_of(text), names, most)


def words_of(text: str) -> list[str]:
    return [pattern(word) for word in text.lower().split()][:5]


def pattern(word: str) -> str:
    """A word inside a text, for LIKE with `\\` as its escape."""
    escaped = re.sub(r"([\\%_])", r"\\\1", word)
    return f"%{escaped}%"


def named(connection: Connection, kind: str, words: list[str], names: dict[int, str], most: int = MOST) -> list[Client]:
    """Clients of a kind in whose names every word stands, those touched last first."""
    table = TABLES[kind]
    whole = [func.lower(column) for column in NAMES[kind]]
    has = [or_(*(column.like(word, escape="\\") for column in whole)) for word in words]
    query = select(table).where(*has, *visible(kind))
    rows = connection.execute(query.order_by(table.c.date_modify.desc().nulls_last(), table.c.id.desc()).limit(most))
    return [to_client(connection, kind, row, names) for row in rows]


def visible(kind: str) -> list[ColumnElement[bool]]:
    return [lead.c.hidden.is_(False)] if kind == "LEAD" else []


def clients_of_number(connection: Connection, number: str, names: dict[int, str]) -> list[Client]:
    """Clients with this number, or one that ends with these digits."""
    digits = reversed_digits(number)
    same = phone.c.key == index_key(number)
    ends = phone.c.reversed.like(f"{digits[:WHOLE]}%")
    query = select(phone.c.entity_type, phone.c.entity_id).where(or_(same, ends)).distinct()
    found: list[Client] = []
    for kind, entity_id in connection.execute(query.order_by(phone.c.entity_type, phone.c.entity_id).limit(3 * MOST)):
        table = TABLES[kind]
        row = connection.execute(select(table).where(table.c.id == entity_id, *visible(kind))).one_or_none()
        if row is not None:
            found.append(to_client(connection, kind, row, names))
    return found


def colleagues(connection: Connection, text: str) -> list[Colleague]:
    """Employees by extension or by name."""
    words = words_of(text)
    whole = func.lower(users.c.name + " " + users.c.last_name)
    named_so = and_(*(whole.like(word, escape="\\") for word in words))
    query = select(users.c.id, users.c.name, users.c.last_name, users.c.inner_phone).where(
        users.c.active.is_(True), users.c.external_auth_id == "", or_(users.c.inner_phone == text, named_so)
    )
    return [
        Colleague(row.id, f"{row.name} {row.last_name}".strip(), row.inner_phone)
        for row in connection.execute(query.order_by(users.c.id).limit(MOST))
    ]


def find_calls(
    connection: Connection, live: LiveCalls, text: str, number: str, seen: set[int] | None, now: int
) -> list[CallView]:
    """Calls with this number, or with this id of ours or of the exchange."""
    # the exchange's own id of a call is known here with the name of the exchange before it
    ids = [text, *(f"{pbx}-{text}" for pbx in live.connectors)]
    running = select(open_call.c.call_id).where(is_meant(open_call, ids, number_of_running(number)))
    finished = select(call.c.call_id).where(is_meant(call, ids, number_of_finished(number, now)))
    if seen is not None:
        running = running.where(open_call.c.user_id.in_(seen))
        finished = finished.where(call.c.portal_user_id.in_(seen))
    found = [*connection.execute(running.order_by(open_call.c.start_at.desc()).limit(MOST)).scalars()]
    found += connection.execute(finished.order_by(call.c.call_start_date.desc()).limit(MOST)).scalars()
    views = (row_of(connection, live, call_id, seen) for call_id in found[:MOST])
    return [view for view in views if view is not None]


def is_meant(table: Any, ids: list[str], has_number: list[ColumnElement[bool]]) -> ColumnElement[bool]:
    return or_(table.c.call_id == ids[0], table.c.external_call_id.in_(ids), *has_number)


def number_of_running(number: str) -> list[ColumnElement[bool]]:
    return [open_call.c.phone_number.like(f"%{last_digits(number)}")] if number else []


def number_of_finished(number: str, now: int) -> list[ColumnElement[bool]]:
    """Whole numbers by the index, of all times; the last digits only among the calls of late."""
    if not number:
        return []
    digits = last_digits(number)
    same = call.c.phone_key == index_key(number)
    if len(digits) >= WHOLE:
        return [same]
    return [same, and_(call.c.call_start_date > now - RECENT, call.c.phone_key.like(f"%{digits}"))]


def last_digits(number: str) -> str:
    return reversed_digits(number)[:WHOLE][::-1]
