"""Demo data: a small company with its clients, so that the first call already finds somebody.

In:   a connection in a transaction to a new database, the moment (µs). Out: employees 2-7 (the people of the captures'
exchange), its lines, and the clients of `demo/clients.toml`; always the same, with times relative to now.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, cast

from sqlalchemy import Connection, Table, insert, update

from cordboard.portal import basics
from cordboard.portal.clients import FieldChange, write_multifields
from cordboard.portal.tables import company, contact, deal, department, entity_contact, lead, line

__all__ = ["seed"]

CLIENTS = Path(__file__).parent.parent / "demo" / "clients.toml"
DAY = 86_400_000_000
SALES, SUPPORT = 2, 3

#: login, name, last name, extension, department, head of it
PEOPLE = (
    ("anna", "Anna", "Orlova", "101", SALES, True),
    ("boris", "Boris", "Klein", "102", SALES, False),
    ("carla", "Carla", "Diaz", "103", SALES, False),
    ("ivan", "Иван", "Петров", "104", SUPPORT, True),
    ("eva", "Eva", "Smith", "105", SUPPORT, False),
    ("farid", "Farid", "Aliyev", "106", SUPPORT, False),
)

LINES = (
    ("74951000001", "Anna direct"),
    ("74951000002", "Sales group"),
    ("74951000003", "Sales queue"),
    ("74951000004", "Voice menu"),
    ("74951000005", "Eva and mobile"),
    ("74951000006", "Farid, mailbox"),
    ("74951000007", "Sales, one by one"),
    ("74951000008", "Night line"),
    ("74951000009", "Advertising"),
    ("74951000010", "Website"),
    ("74951000011", "Support queue"),
)


def seed(connection: Connection, now: int) -> None:
    """Fill a database that has its administrator and nothing else."""
    _add_people(connection, now)
    for number, name in LINES:
        connection.execute(insert(line).values(application_id=0, number=number, name=name, crm_auto_create=True))
    data = tomllib.loads(CLIENTS.read_text(encoding="utf-8"))
    for row in data["company"]:
        _add(connection, "COMPANY", company, now, row, title=row["title"])
    for row in data["contact"]:
        names = {"name": row["name"], "last_name": row["last_name"], "post": row["post"]}
        _add(connection, "CONTACT", contact, now, row, company_id=row.get("company"), **names)
    for row in data["lead"]:
        _add(connection, "LEAD", lead, now, row, title=row["title"], status_id=row["status"], source_id=row["source"])
    company_of = {place: row.get("company") for place, row in enumerate(data["contact"], start=1)}
    for row in data["deal"]:
        _add_deal(connection, now, row, company_of[row["contact"]])


def _add_people(connection: Connection, now: int) -> None:
    for name in ("Sales", "Support"):
        connection.execute(insert(department).values(name=name, parent=1))
    for login, name, last_name, extension, part, head in PEOPLE:
        user_id = basics.add_user(
            connection,
            now,
            login=login,
            name=name,
            last_name=last_name,
            extension=extension,
            position="Head of department" if head else "Manager",
            roles=(basics.HEAD if head else basics.MANAGER,),
            departments=(part,),
        )
        if head:
            connection.execute(update(department).where(department.c.id == part).values(head=user_id))


def _add(connection: Connection, kind: str, table: Table, now: int, row: dict[str, Any], **values: Any) -> int:
    age = int(row.get("age_days", 30)) * DAY
    values |= {"assigned_by_id": row["responsible"], "created_by_id": 1, "modify_by_id": 1}
    values |= {"date_create": now - age, "date_modify": now - age // 2}
    added = connection.execute(insert(table).values(**values)).inserted_primary_key
    entity_id = int(cast("tuple[int]", added)[0])
    if "phone" in row:
        write_multifields(connection, kind, entity_id, [FieldChange("PHONE", row["phone"], "WORK")])
    return entity_id


def _add_deal(connection: Connection, now: int, row: dict[str, Any], company_id: int | None) -> None:
    semantics = {"WON": "S", "LOSE": "F", "APOLOGY": "F"}.get(row["stage"], "P")
    values = {
        "title": row["title"],
        "stage_id": row["stage"],
        "stage_semantic_id": semantics,
        "closed": semantics != "P",
    }
    values |= {"opportunity": row["amount"], "contact_id": row["contact"], "company_id": company_id}
    deal_id = _add(connection, "DEAL", deal, now, row, **values)
    link = {"entity_type": "DEAL", "entity_id": deal_id, "contact_id": row["contact"], "sort": 0}
    connection.execute(insert(entity_contact).values(**link))
