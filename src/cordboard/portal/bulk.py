"""Clients and calls by the million, for whoever wants to see the portal under the load of a big house.

In:   an open store, how many. Out: rows after those that are there: contacts with one number each, and finished calls
of theirs, spread over the year before now. The same counts always give the same rows but for their times.
The surprise: rows go by the thousand straight to the driver (PostgreSQL's COPY, SQLite's executemany): through Core a
million contacts take minutes. Indexes of ours that new rows would hit at random are what remains.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, Table, func, select, text

from cordboard.portal.rest.moments import micros
from cordboard.portal.tables import (
    activity,
    activity_binding,
    call,
    call_binding,
    contact,
    missed,
    multifield,
    phone,
    timeline,
    users,
)
from cordboard.portal.telephony.finishing import activity_values, is_missed
from cordboard.store import Store
from cordboard.store.engines import to_json

__all__ = ["FIRST_NUMBER", "add_calls", "add_contacts", "set_sequences"]

#: contact 5 has the number +79000000005
FIRST_NUMBER = 79_000_000_000
#: rows in one transaction
CHUNK = 20_000
YEAR = 365 * 86_400 * 1_000_000
NAMES = ("Anna", "Boris", "Carla", "David", "Elena", "Felix", "Greta", "Hugo", "Ирина", "Jonas", "Karin", "Лев")
LAST_NAMES = ("Adler", "Berg", "Кузнецов", "Dahl", "Ek", "Fischer", "Gruber", "Holm", "Иванова", "Jung", "Kraus")
#: every fourth call is missed
DURATIONS = (0, 35, 190, 640)

Row = dict[str, Any]
Told = Callable[[int], None]


def add_contacts(store: Store, count: int, now: datetime, told: Told) -> None:
    """Add contacts; `told` hears how many are there, chunk by chunk."""
    moment = micros(now)
    people = store.read_sync(colleagues)
    first = store.read_sync(lambda connection: next_id(connection, contact))
    field = store.read_sync(lambda connection: next_id(connection, multifield))

    def rows_of(place: int) -> dict[Table, Row]:
        return contact_rows(
            first + place, field + place, people[place % len(people)], moment - YEAR + YEAR // count * place
        )

    write_all(store, count, rows_of, told)


def add_calls(store: Store, count: int, now: datetime, told: Told) -> None:
    """Add finished calls of the contacts that are there, with their activities."""
    moment = micros(now)
    people = store.read_sync(colleagues)
    clients = store.read_sync(lambda connection: next_id(connection, contact)) - 1
    first = store.read_sync(lambda connection: next_id(connection, call))
    entry = store.read_sync(lambda connection: next_id(connection, timeline))

    def rows_of(place: int) -> dict[Table, Row]:
        # a stride without a common divisor: neighbours in time are no neighbours in the list of clients
        client = place * 7919 % clients + 1 if clients else 0
        start = moment - YEAR + YEAR // count * place
        return call_rows(first + place, entry + place, client, people[place % len(people)], start)

    write_all(store, count, rows_of, told)


def contact_rows(number: int, field: int, responsible: int, moment: int) -> dict[Table, Row]:
    digits = str(FIRST_NUMBER + number)
    names = {"name": NAMES[number % len(NAMES)], "last_name": f"{LAST_NAMES[number % len(LAST_NAMES)]} {number}"}
    whose = {"entity_type": "CONTACT", "entity_id": number, "value_type": "WORK"}
    people = {"assigned_by_id": responsible, "created_by_id": 1, "modify_by_id": 1}
    return {
        contact: {"id": number, **names, **people, "has_phone": True, "date_create": moment, "date_modify": moment},
        multifield: {"id": field, **whose, "type_id": "PHONE", "value": f"+{digits}"},
        phone: {"field_id": field, **whose, "raw": f"+{digits}", "key": digits, "reversed": digits[::-1]},
    }


def call_rows(number: int, entry: int, client: int, user_id: int, start: int) -> dict[Table, Row]:
    digits, duration, kind = str(FIRST_NUMBER + client), DURATIONS[number % len(DURATIONS)], 1 + number % 2
    call_id = f"externalCall.{number:032x}.{start // 1_000_000}"
    code = "200" if duration else "304"
    ended = start + duration * 1_000_000
    values = activity_values(kind=kind, number=f"+{digits}", start=start, duration=duration, code=code, vote=0)
    whose = {"entity_type": "CONTACT", "entity_id": client}
    values["settings"] = to_json(values["settings"])
    made = {"created": start, "last_updated": ended, "responsible_id": user_id, "author_id": user_id}
    rows: dict[Table, Row] = {
        timeline: {"id": entry, "kind": "activity"},
        activity: {
            "id": entry, "owner_type": "CONTACT", "owner_id": client, **made, "origin_id": f"VI_{call_id}", **values
        },
        activity_binding: {"activity_id": entry, **whose},
        call: {
            "id": number, "call_id": call_id, "portal_user_id": user_id, "phone_number": f"+{digits}",
            "phone_key": digits, "portal_number": "REST_APP:", "incoming": kind, "call_duration": duration,
            "call_start_date": start, "finished_at": ended, "call_status": int(duration > 0),
            "call_failed_code": code, "crm_entity_type": "CONTACT", "crm_entity_id": client, "crm_activity_id": entry,
        },
        call_binding: {"call": number, **whose},
    }  # fmt: skip
    if is_missed(kind, code):
        rows[missed] = {"call": number, "phone_number": f"+{digits}", "missed_at": ended}
    return rows


def write_all(store: Store, count: int, rows_of: Callable[[int], dict[Table, Row]], told: Told) -> None:
    """Write the rows of every place in chunks, then let ids go on behind them."""
    tables: set[Table] = set()
    for begin in range(0, count, CHUNK):
        end = min(begin + CHUNK, count)
        by_table: dict[Table, list[Row]] = {}
        for place in range(begin, end):
            for table, row in rows_of(place).items():
                by_table.setdefault(table, []).append(row)
        store.write_sync(lambda connection, rows=by_table: write_chunk(connection, rows))
        tables.update(by_table)
        told(end)
    store.write_sync(lambda connection: finish(connection, tables))


def write_chunk(connection: Connection, by_table: dict[Table, list[Row]]) -> None:
    driver: Any = connection.connection.dbapi_connection
    for table, rows in by_table.items():
        columns = [(column.name, default_of(column)) for column in table.columns]
        names = ", ".join(name for name, _ in columns)
        values = ([row.get(name, default) for name, default in columns] for row in rows)
        if connection.dialect.name == "sqlite":
            marks = ", ".join("?" * len(columns))
            driver.executemany(f"INSERT INTO {table.name} ({names}) VALUES ({marks})", values)  # noqa: S608
            continue
        with driver.cursor() as cursor, cursor.copy(f"COPY {table.name} ({names}) FROM STDIN") as copy:
            for row in values:
                copy.write_row(row)


def finish(connection: Connection, tables: set[Table]) -> None:
    """What a server does not do for rows that bring their ids: count on behind them, and learn how many there are."""
    if connection.dialect.name == "sqlite":
        return
    set_sequences(connection, tables)
    for table in tables:
        connection.execute(text(f"ANALYZE {table.name}"))


def set_sequences(connection: Connection, tables: Iterable[Table]) -> None:
    """PostgreSQL's sequences know nothing of ids that were given; the next id follows the largest."""
    if connection.dialect.name == "sqlite":
        return
    for table in tables:
        if table.autoincrement_column is not None and table.autoincrement_column.name == "id":
            largest = f"(SELECT max(id) FROM {table.name})"  # noqa: S608
            connection.execute(text(f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), {largest})"))


def default_of(column: Column[Any]) -> Any:
    """What a row has where nothing is said, as the driver takes it."""
    default: Any = column.default
    if default is None:
        return None
    return to_json(default.arg(None)) if default.is_callable else default.arg


def next_id(connection: Connection, table: Table) -> int:
    return (connection.execute(select(func.max(table.c.id))).scalar() or 0) + 1


def colleagues(connection: Connection) -> list[int]:
    """Whose the new rows are, in turn."""
    return list(connection.execute(select(users.c.id).where(users.c.active.is_(True)).order_by(users.c.id)).scalars())
