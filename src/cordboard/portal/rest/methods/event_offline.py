"""`event.offline.*`: an application fetches what has changed. OAuth, and only for an administrator.

The surprise: `clear=0` hides the rows it answers behind a `process_id`; they stay until `event.offline.clear`, and a
change of the same object after that is a new row.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, delete, func, select, update

from cordboard.b24wire import errors
from cordboard.b24wire.loose import as_flag, as_id, as_int, as_items, as_text, named
from cordboard.b24wire.paging import PAGE_SIZE, UNCOUNTED, Page, offset_of, page
from cordboard.portal.offline import forget_old
from cordboard.portal.rest.filters import Filterable, as_date, conditions, order_of, to_flag
from cordboard.portal.rest.moments import micros, shown
from cordboard.portal.rest.registry import Context, Params, method
from cordboard.portal.rest.user_writes import is_admin
from cordboard.portal.tables import event_offline

_MOST = 500


@method("event.offline.get", webhook=False)
async def offline_get(context: Context, params: Params) -> object:
    """Take the first events of the queue: removed at once, or hidden behind a `process_id`.

    filter (object): `ID`, `TIMESTAMP_X`, `EVENT_NAME`, `MESSAGE_ID` with prefixes
    order (object): `{"TIMESTAMP_X": "ASC"}`
    limit (integer): absent: 50
    clear (integer): 0 keeps them until `event.offline.clear`
    process_id (string): once more those of this process
    auth_connector (string): key of a separate queue
    error (integer): 1: those that `event.offline.error` marked
    """
    limit = as_int(named(params, "limit")) or PAGE_SIZE
    keep = named(params, "clear") is not None and not as_flag(named(params, "clear"))
    process_id, marked = as_text(named(params, "process_id")), as_flag(named(params, "error"))

    def work(connection: Connection) -> dict[str, object]:
        _check_admin(connection, context)
        forget_old(connection, context.application_id or 0, micros(context.now))
        mine = [*_queue(context, params), event_offline.c.error.is_(marked)]
        if process_id or not marked:
            mine.append(event_offline.c.process_id == process_id)
        mine += conditions(named(params, "filter"), lambda name: _filterable(context, name))
        order = order_of(
            named(params, "order") or {"TIMESTAMP_X": "ASC"}, lambda n: _filterable(context, n), event_offline.c.id
        )
        query = select(event_offline).where(*mine).order_by(*order).limit(min(max(limit, 1), _MOST))
        rows = list(connection.execute(query).all())
        taken = _take(connection, rows, process_id, keep=keep)
        return {"process_id": taken or None, "events": [_event(row, context) for row in rows]}

    return await context.portal.store.write(work)


@method("event.offline.list", webhook=False)
async def offline_list(context: Context, params: Params) -> object:
    """The queue as it is; nothing is taken.

    filter (object): `ID`, `TIMESTAMP_X`, `EVENT_NAME`, `MESSAGE_ID`, `PROCESS_ID`, `ERROR` with prefixes
    order (object): `{"ID": "ASC"}`
    start (integer): offset of the first row; -1 skips counting
    auth_connector (string): key of a separate queue
    """

    def work(connection: Connection) -> Page:
        _check_admin(connection, context)
        mine = _queue(context, params)
        mine += conditions(named(params, "filter"), lambda name: _filterable(context, name))
        order = order_of(named(params, "order"), lambda name: _filterable(context, name), event_offline.c.id)
        query = select(event_offline).where(*mine).order_by(*order).limit(PAGE_SIZE).offset(offset_of(context.start))
        rows: list[object] = [
            {**_event(row, context), "PROCESS_ID": row.process_id, "ERROR": str(int(row.error))}
            for row in connection.execute(query)
        ]
        counted = select(func.count()).select_from(event_offline).where(*mine)
        total = 0 if context.start == UNCOUNTED else connection.execute(counted).scalar_one()
        return page(rows, context.start, total)

    return await context.portal.store.read(work)


@method("event.offline.clear", webhook=False)
async def offline_clear(context: Context, params: Params) -> object:
    """Remove what `event.offline.get` hid behind a `process_id`.

    process_id* (string): from `event.offline.get`
    id (array): only these
    message_id (array): only these, where there is no `id`
    """
    mine = _of_process(context, params)
    if ids := as_items(named(params, "id")):
        mine = [*_process(context, params), event_offline.c.id.in_([as_id(item) for item in ids])]
    await context.portal.store.write(lambda connection: _change(connection, context, delete(event_offline), mine))
    return True


@method("event.offline.error", webhook=False)
async def offline_error(context: Context, params: Params) -> object:
    """Mark events that could not be worked off; `event.offline.get` with `error` finds them again.

    process_id* (string): from `event.offline.get`
    message_id (array): only these
    """
    marked = update(event_offline).values(error=True)
    mine = _of_process(context, params)
    await context.portal.store.write(lambda connection: _change(connection, context, marked, mine))
    return True


def _check_admin(connection: Connection, context: Context) -> None:
    if not is_admin(connection, context.user_id):
        raise errors.access_denied()


def _queue(context: Context, params: Params) -> list[ColumnElement[bool]]:
    """The rows of this application under this key."""
    key = as_text(named(params, "auth_connector"))
    return [event_offline.c.application_id == context.application_id, event_offline.c.connector_id == key]


def _process(context: Context, params: Params) -> list[ColumnElement[bool]]:
    process_id = as_text(named(params, "process_id"))
    if not process_id:
        raise errors.argument_error("Argument 'PROCESS_ID' is null or empty", "PROCESS_ID")
    return [event_offline.c.application_id == context.application_id, event_offline.c.process_id == process_id]


def _of_process(context: Context, params: Params) -> list[ColumnElement[bool]]:
    messages = [as_text(item) for item in as_items(named(params, "message_id"))]
    return [*_process(context, params), *([event_offline.c.message_id.in_(messages)] if messages else [])]


def _change(connection: Connection, context: Context, change: Any, which: Iterable[ColumnElement[bool]]) -> None:
    _check_admin(connection, context)
    connection.execute(change.where(*which))


def _take(connection: Connection, rows: list[Row[Any]], process_id: str, *, keep: bool) -> str:
    """Remove rows, or put them behind a process; its id."""
    mine = event_offline.c.id.in_([row.id for row in rows])
    if not keep:
        connection.execute(delete(event_offline).where(mine))
        return process_id
    taken = process_id or secrets.token_hex(16)
    connection.execute(update(event_offline).where(mine).values(process_id=taken))
    return taken


def _filterable(context: Context, name: str) -> Filterable | None:
    match name:
        case "ID":
            return Filterable(event_offline.c.id, as_id, text=False)
        case "TIMESTAMP_X":
            zone = context.now.tzinfo
            return Filterable(event_offline.c.changed_at, as_date(zone), text=False)  # pyright: ignore[reportArgumentType]
        case "EVENT_NAME":
            return Filterable(event_offline.c.event, lambda value: as_text(value).upper())
        case "MESSAGE_ID" | "PROCESS_ID":
            return Filterable(event_offline.c[name.lower()])
        case "ERROR":
            return Filterable(event_offline.c.error, to_flag, text=False)
        case _:
            return None


def _event(row: Row[Any], context: Context) -> dict[str, object]:
    return {
        "ID": str(row.id),
        "TIMESTAMP_X": shown(row.changed_at, context.now.tzinfo),
        "EVENT_NAME": row.event,
        "EVENT_DATA": msgspec.json.decode(row.data),
        "EVENT_ADDITIONAL": {"user_id": row.user_id},
        "MESSAGE_ID": row.message_id,
    }
