"""Lines and the exclusion list, as an administrator keeps them.

In:   a connection in a transaction, what a form says. Out: rows; `Refused` names the field and the sentence.
A line made here belongs to all webhooks (application 0), as one that a webhook declares; lines of applications are
shown and can be renamed.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from cordboard.portal.administration.refused import N_, Refused
from cordboard.portal.phones import e164_digits
from cordboard.portal.tables import application, exclusion, line, status

__all__ = [
    "add_exclusion",
    "change_line",
    "list_exclusions",
    "list_lines",
    "list_sources",
    "remove_exclusion",
    "remove_line",
    "save_line",
]

LONGEST_NUMBER, LONGEST_NAME, LONGEST_COMMENT = 50, 200, 500


def list_lines(connection: Connection) -> list[Any]:
    """Every line with the name of its application."""
    query = select(line, application.c.name.label("application"))
    joined = query.join(application, application.c.id == line.c.application_id, isouter=True)
    return list(connection.execute(joined.order_by(line.c.application_id, line.c.number)))


def list_sources(connection: Connection) -> list[Any]:
    """Where leads may come from: the reference list SOURCE."""
    return list(connection.execute(select(status).where(status.c.entity_id == "SOURCE").order_by(status.c.sort)))


def save_line(connection: Connection, number: str, name: str, source: str, auto_create: bool) -> None:
    """A new line of ours."""
    if not number:
        raise Refused(number=N_("Write the number, as the exchange tells it."))
    if len(number) > LONGEST_NUMBER:
        raise Refused(number=N_("A line has at most 50 characters."))
    same = (line.c.application_id == 0, line.c.number == number)
    if connection.execute(select(line.c.id).where(*same)).first() is not None:
        raise Refused(number=N_("This line exists already."))
    values = {"number": number, "name": name[:LONGEST_NAME], "source_id": known_source(connection, source)}
    connection.execute(insert(line).values(application_id=0, crm_auto_create=auto_create, **values))


def change_line(connection: Connection, line_id: int, name: str, source: str, auto_create: bool) -> None:
    """Another name or source for a line; its number stays, calls are known by it."""
    values = {"name": name[:LONGEST_NAME], "source_id": known_source(connection, source)}
    connection.execute(update(line).where(line.c.id == line_id).values(crm_auto_create=auto_create, **values))


def known_source(connection: Connection, source: str) -> str:
    return source if source in {row.status_id for row in list_sources(connection)} else ""


def remove_line(connection: Connection, line_id: int) -> None:
    """Take a line away; calls that came by it keep its number."""
    connection.execute(delete(line).where(line.c.id == line_id))


def list_exclusions(connection: Connection) -> list[Any]:
    """What never becomes a client, newest first."""
    return list(connection.execute(select(exclusion).order_by(exclusion.c.id.desc())))


def add_exclusion(connection: Connection, value: str, comment: str, country: str, user_id: int, now: int) -> None:
    """One more number or e-mail address that never becomes a client."""
    if not value:
        raise Refused(value=N_("Write a telephone number or an e-mail address."))
    kind = "EMAIL" if "@" in value else "PHONE"
    key = value.lower() if kind == "EMAIL" else e164_digits(value, country)
    if not key or len(value) > LONGEST_NAME:
        raise Refused(value=N_("This is neither a telephone number nor an e-mail address."))
    if connection.execute(select(exclusion.c.id).where(exclusion.c.type == kind, exclusion.c.key == key)).first():
        raise Refused(value=N_("It is on the list already."))
    values = {"type": kind, "value": value, "key": key, "comment": comment[:LONGEST_COMMENT]}
    connection.execute(insert(exclusion).values(created_by=user_id, created_at=now, **values))


def remove_exclusion(connection: Connection, exclusion_id: int) -> None:
    """Let a number become a client again."""
    connection.execute(delete(exclusion).where(exclusion.c.id == exclusion_id))
