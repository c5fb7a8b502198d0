"""Client facts: leads, contacts, companies and deals as the pages show them.

In:   a reading connection, a kind of the wire (`LEAD`, `CONTACT`, `COMPANY`, `DEAL`) and an id.
Out:  plain values without any wording of ours; None where there is no such client.
"""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select

from cordboard.portal.clients import TABLES
from cordboard.portal.tables import company, contact, deal, multifield, status, users
from cordboard.store.hot import Hot

PAGES = {"LEAD": "lead", "CONTACT": "contact", "COMPANY": "company", "DEAL": "deal"}


@dataclass(frozen=True, slots=True)
class Client:
    """A client in one line: what a card or a list says about it."""

    kind: str
    id: int
    name: str
    about: str = ""
    responsible_id: int = 0
    responsible: str = ""
    stage: str = ""
    amount: float = 0
    currency: str = ""
    source: str = ""
    created: int | None = None
    company_id: int = 0
    contact_id: int = 0
    phones: list[str] = field(default_factory=list[str])
    emails: list[str] = field(default_factory=list[str])
    #: False: a lead that nobody has given a person's name yet
    named: bool = True

    @property
    def initials(self) -> str:
        return initials(self.name)

    @property
    def address(self) -> str:
        return f"/{PAGES[self.kind]}/{self.id}"


def initials(name: str) -> str:
    """Up to two letters that stand for a name."""
    words = [word for word in name.split() if word[:1].isalpha()]
    return "".join(word[0] for word in words[:2]).upper()


def full_name(row: Any) -> str:
    return " ".join(part for part in (row.name, row.last_name) if part)


def user_names(connection: Connection) -> dict[int, str]:
    rows = connection.execute(select(users.c.id, users.c.name, users.c.last_name, users.c.login))
    return {row.id: full_name(row) or row.login for row in rows}


def find_client(connection: Connection, kind: str, client_id: int) -> Client | None:
    """A client with its numbers."""
    table = TABLES.get(kind)
    if table is None:
        return None
    row = connection.execute(select(table).where(table.c.id == client_id)).one_or_none()
    return to_client(connection, kind, row, user_names(connection)) if row else None


def to_client(
    connection: Connection, kind: str, row: Row[Any], names: dict[int, str], *, numbers: bool = True
) -> Client:
    fields = multifields(connection, kind, row.id) if numbers else {}
    return Client(
        kind,
        row.id,
        name_of(kind, row),
        about_of(connection, kind, row),
        row.assigned_by_id or 0,
        names.get(row.assigned_by_id or 0, ""),
        stage_of(connection, kind, row),
        getattr(row, "opportunity", 0) or 0,
        getattr(row, "currency_id", "") or "EUR",
        status_name(connection, "SOURCE", row.source_id),
        row.date_create,
        getattr(row, "company_id", 0) or 0,
        getattr(row, "contact_id", 0) or 0,
        fields.get("PHONE", []),
        fields.get("EMAIL", []),
        kind != "LEAD" or bool(full_name(row) or row.company_title),
    )


def name_of(kind: str, row: Any) -> str:
    if kind == "CONTACT":
        return full_name(row) or f"#{row.id}"
    if kind == "LEAD":
        return full_name(row) or row.title or f"#{row.id}"
    return row.title or f"#{row.id}"


def about_of(connection: Connection, kind: str, row: Any) -> str:
    """Company and position of a person; the client of a deal."""
    parts: list[str] = []
    if kind in ("CONTACT", "DEAL") and row.company_id:
        parts += [str(title) for (title,) in COMPANY_TITLE.rows(connection, id=row.company_id)]
    if kind == "CONTACT":
        parts.append(row.post)
    if kind == "LEAD":
        parts.append(row.company_title)
    if kind == "COMPANY":
        parts.append(row.industry)
    if kind == "DEAL" and not row.company_id and row.contact_id:
        person = connection.execute(select(contact.c.name, contact.c.last_name).where(contact.c.id == row.contact_id))
        parts.extend(full_name(one) for one in person)
    return " · ".join(part for part in parts if part)


def stage_of(connection: Connection, kind: str, row: Any) -> str:
    if kind == "LEAD":
        return status_name(connection, "STATUS", row.status_id)
    if kind == "DEAL":
        stages = "DEAL_STAGE" if not row.category_id else f"DEAL_STAGE_{row.category_id}"
        return status_name(connection, stages, row.stage_id)
    return ""


def status_name(connection: Connection, list_name: str, code: str) -> str:
    if not code:
        return ""
    rows = STATUS_NAME.rows(connection, list=list_name, code=code)
    return str(rows[0][0]) if rows and rows[0][0] else code


def multifields(connection: Connection, kind: str, client_id: int) -> dict[str, list[str]]:
    query = select(multifield.c.type_id, multifield.c.value).where(
        multifield.c.entity_type == kind, multifield.c.entity_id == client_id
    )
    found: dict[str, list[str]] = {}
    for row in connection.execute(query.order_by(multifield.c.id)):
        found.setdefault(row.type_id, []).append(row.value)
    return found


def open_deal(connection: Connection, client: Client) -> Client | None:
    """The deal in work that changed last, of a contact, a company, or of the company of a contact."""
    if client.kind == "DEAL":
        return None
    column = {"CONTACT": deal.c.contact_id, "COMPANY": deal.c.company_id, "LEAD": deal.c.lead_id}[client.kind]
    wanted = column == client.id
    query = select(deal).where(wanted, deal.c.closed.is_(False), deal.c.stage_semantic_id == "P")
    row = connection.execute(query.order_by(deal.c.date_modify.desc(), deal.c.id.desc()).limit(1)).one_or_none()
    return to_client(connection, "DEAL", row, {}, numbers=False) if row else None


def related(connection: Connection, client: Client) -> list[Client]:
    """What stands beside a client: its company, its people, its deals."""
    wanted: list[tuple[str, Any]] = []
    if client.kind in ("CONTACT", "DEAL", "LEAD") and client.company_id:
        wanted.append(("COMPANY", company.c.id == client.company_id))
    if client.kind in ("DEAL", "LEAD") and client.contact_id:
        wanted.append(("CONTACT", contact.c.id == client.contact_id))
    if client.kind == "COMPANY":
        wanted += [("CONTACT", contact.c.company_id == client.id), ("DEAL", deal.c.company_id == client.id)]
    if client.kind == "CONTACT":
        wanted.append(("DEAL", deal.c.contact_id == client.id))
    found: list[Client] = []
    for kind, condition in wanted:
        for row in connection.execute(select(TABLES[kind]).where(condition).limit(20)):
            found.append(to_client(connection, kind, row, {}, numbers=False))
    return found


# a card names its client, company, stage and source before the second ring
STATUS_NAME = Hot(
    select(status.c.name).where(status.c.entity_id == bindparam("list"), status.c.status_id == bindparam("code"))
)
COMPANY_TITLE = Hot(select(company.c.title).where(company.c.id == bindparam("id")))
