"""Clients in the database: what belongs together is written together.

In:   a connection in a transaction, the kind (`LEAD`, `CONTACT`, `COMPANY`, `DEAL`) and what shall change.
Out:  multifields and the index of numbers kept in step; timeline ids from one sequence.

The surprise: nobody else may write `multifield` or `phone`; a number that is not in the index finds no client.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast

from sqlalchemy import Connection, Table, delete, insert, select, update

from cordboard.b24wire.codes import MULTIFIELD_VALUE_TYPES
from cordboard.b24wire.loose import as_id, as_items, as_map, as_text
from cordboard.portal.crm.phone_key import index_key, reversed_digits
from cordboard.portal.tables import company, contact, deal, lead, multifield, phone

__all__ = ["TABLES", "FieldChange", "delete_multifields", "read_changes", "write_multifields"]

TABLES: dict[str, Table] = {"LEAD": lead, "CONTACT": contact, "COMPANY": company, "DEAL": deal}


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One item of a multifield as a client sends it: an id changes, no id adds, an empty value removes."""

    type_id: str
    value: str
    value_type: str = ""
    id: int = 0
    delete: bool = False


def read_changes(type_id: str, sent: object) -> list[FieldChange]:
    """The changes in a parameter such as `PHONE`: a list or map of items, one item, or plain texts."""
    items: list[object] = [sent] if "VALUE" in as_map(sent) else as_items(sent)
    return [_read_change(type_id, item) for item in items]


def write_multifields(connection: Connection, kind: str, entity_id: int, changes: Iterable[FieldChange]) -> None:
    """Apply the changes to a client's multifields, its index of numbers and its `has_…` flags."""
    for change in changes:
        if change.id:
            _change(connection, kind, entity_id, change)
        elif change.value and not change.delete:
            _add(connection, kind, entity_id, change)
    _tell_what_there_is(connection, kind, entity_id)


def delete_multifields(connection: Connection, kind: str, entity_id: int) -> None:
    """Remove all multifields and numbers of a client that is being deleted."""
    for table in (multifield, phone):
        connection.execute(delete(table).where(table.c.entity_type == kind, table.c.entity_id == entity_id))


def _read_change(type_id: str, item: object) -> FieldChange:
    fields = as_map(item)
    if not fields:
        return FieldChange(type_id, as_text(item).strip())
    return FieldChange(
        type_id,
        as_text(fields.get("VALUE")).strip(),
        as_text(fields.get("VALUE_TYPE")).strip().upper(),
        as_id(fields.get("ID")),
        as_text(fields.get("DELETE")) == "Y",
    )


def _add(connection: Connection, kind: str, entity_id: int, change: FieldChange) -> None:
    value_type = _value_type(change) or MULTIFIELD_VALUE_TYPES[change.type_id][0]
    values = {"entity_type": kind, "entity_id": entity_id, "type_id": change.type_id, "value": change.value}
    added = connection.execute(insert(multifield).values(value_type=value_type, **values)).inserted_primary_key
    _index(connection, kind, entity_id, change, int(cast("tuple[int]", added)[0]), value_type)


def _change(connection: Connection, kind: str, entity_id: int, change: FieldChange) -> None:
    own = (multifield.c.id == change.id, multifield.c.entity_type == kind, multifield.c.entity_id == entity_id)
    row = connection.execute(select(multifield).where(*own)).one_or_none()
    if row is None:  # somebody else's, or gone
        return
    connection.execute(delete(phone).where(phone.c.field_id == change.id))
    if change.delete or not change.value:
        connection.execute(delete(multifield).where(*own))
        return
    value_type = _value_type(change) or row.value_type
    connection.execute(update(multifield).where(*own).values(value=change.value, value_type=value_type))
    _index(connection, kind, entity_id, change, change.id, value_type)


def _index(
    connection: Connection, kind: str, entity_id: int, change: FieldChange, field_id: int, value_type: str
) -> None:
    if change.type_id != "PHONE":
        return
    key = index_key(change.value)
    if not key:
        return
    row = {"field_id": field_id, "entity_type": kind, "entity_id": entity_id, "raw": change.value}
    row |= {"value_type": value_type, "key": key, "reversed": reversed_digits(change.value)}
    connection.execute(insert(phone).values(**row))


def _value_type(change: FieldChange) -> str:
    return change.value_type if change.value_type in MULTIFIELD_VALUE_TYPES[change.type_id] else ""


def _tell_what_there_is(connection: Connection, kind: str, entity_id: int) -> None:
    table = TABLES[kind]
    if "has_phone" not in table.c:
        return
    of_client = (multifield.c.entity_type == kind, multifield.c.entity_id == entity_id)
    present = set(connection.execute(select(multifield.c.type_id).where(*of_client)).scalars())
    flags = {"has_phone": "PHONE" in present, "has_email": "EMAIL" in present}
    connection.execute(update(table).where(table.c.id == entity_id).values(**flags))
