"""`crm.activity.*`: what a call, meeting or letter left in a client's timeline.

The surprise: a telephony client finds its call's activity by the filter `ORIGIN_ID` = `VI_` + `CALL_ID`.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, and_, delete, exists, func, or_, select, update

from cordboard.b24wire import errors
from cordboard.b24wire.codes import ENTITY_TYPE_IDS, EntityType
from cordboard.b24wire.loose import as_id, as_int, as_items, as_map, as_text, named
from cordboard.b24wire.paging import PAGE_SIZE, UNCOUNTED, Page, offset_of, page
from cordboard.portal.changes import ClientChanged
from cordboard.portal.clients import TABLES
from cordboard.portal.outbox import outbox_of
from cordboard.portal.rest.activities import filterable, insert_activity, record_of, values_of
from cordboard.portal.rest.filters import conditions, order_of
from cordboard.portal.rest.moments import micros
from cordboard.portal.rest.parameters import read_fields
from cordboard.portal.rest.reach import activities_within, check_client, reaches
from cordboard.portal.rest.registry import Context, Params, method
from cordboard.portal.tables import activity, activity_binding, timeline

_CALL, _MEETING, _EMAIL, _PROVIDER = 2, 1, 4, 6


@method("crm.activity.get", scope="crm")
async def activity_get(context: Context, params: Params) -> object:
    """One activity by `id`.

    id* (integer): the activity
    """
    activity_id = as_id(named(params, "id"))
    row = await context.portal.store.read(lambda connection: _row(connection, context, activity_id))
    return record_of(row, context, {"*", "FILES"} if row.files else {"*"})


@method("crm.activity.list", scope="crm")
async def activity_list(context: Context, params: Params) -> object:
    """Activities by `filter`; `COMMUNICATIONS` and `FILES` only if selected.

    filter (object): such as `ORIGIN_ID` (`VI_` and the `CALL_ID`), `OWNER_TYPE_ID` with `OWNER_ID`, `BINDINGS`,
        `COMPLETED`
    select (array): names or `*`; `COMMUNICATIONS` and `FILES` only by name
    order (object): `{"ID": "ASC"}`
    start (integer): offset of the first row; -1 skips counting
    """
    return await context.portal.store.read(lambda connection: _list(connection, context, params))


@method("crm.activity.add", scope="crm")
async def activity_add(context: Context, params: Params) -> object:
    """A new activity from `fields`; answers its id.

    fields* (object): `OWNER_TYPE_ID` with `OWNER_ID` or `BINDINGS`, `TYPE_ID`, `SUBJECT`, `RESPONSIBLE_ID`,
        `COMMUNICATIONS`
    """
    fields = read_fields(params)
    bindings = _bindings(fields)
    _check(context, fields, bindings)
    activity_id = await context.portal.store.write(lambda c: _add(c, context, fields, bindings))
    for kind, entity_id in bindings:
        context.portal.publish(ClientChanged(kind, entity_id, "timeline"))
    return activity_id


@method("crm.activity.update", scope="crm")
async def activity_update(context: Context, params: Params) -> object:
    """Change `fields` of the activity `id`.

    id* (integer): the activity
    fields* (object): values; the owner and the type stay
    """
    activity_id, fields = as_id(named(params, "id")), read_fields(params)
    clients = await context.portal.store.write(lambda connection: _update(connection, context, activity_id, fields))
    context.portal.publish(*(ClientChanged(kind, entity_id, "timeline") for kind, entity_id in clients))
    return True


@method("crm.activity.delete", scope="crm")
async def activity_delete(context: Context, params: Params) -> object:
    """Remove the activity `id`.

    id* (integer): the activity
    """
    activity_id = as_id(named(params, "id"))
    clients = await context.portal.store.write(lambda connection: _delete(connection, context, activity_id))
    context.portal.publish(*(ClientChanged(kind, entity_id, "timeline") for kind, entity_id in clients))
    return True


@method("crm.activity.binding.list", scope="crm")
async def binding_list(context: Context, params: Params) -> object:
    """The clients an activity lies at.

    activityId* (integer): the activity
    """
    if (sent := named(params, "activityId")) is None:
        raise errors.missing_argument("activityId")
    query = select(activity_binding).where(activity_binding.c.activity_id == as_id(sent))

    def work(connection: Connection) -> list[tuple[int, int]]:
        rows = [(row.entity_type, row.entity_id) for row in connection.execute(query)]
        if not rows:  # no activity is without an owner
            raise errors.not_found()
        if not any(reaches(connection, context.user_id, kind, number) for kind, number in rows):
            raise errors.access_denied()
        return sorted((ENTITY_TYPE_IDS[kind], number) for kind, number in rows)

    bound = await context.portal.store.read(work)
    return [{"entityTypeId": kind, "entityId": number} for kind, number in bound]


def _row(connection: Connection, context: Context, activity_id: int) -> Row[Any]:
    row = connection.execute(select(activity).where(activity.c.id == activity_id)).one_or_none()
    if row is None:
        raise errors.failure("Activity is not found")
    check_client(connection, context.user_id, row.owner_type, row.owner_id)
    return row


def _list(connection: Connection, context: Context, params: Params) -> Page:
    asked = as_map(named(params, "filter"))
    where = conditions(asked, lambda name: filterable(context, name))
    where += activities_within(connection, context.user_id)
    if bindings := _asked_bindings(asked):
        bound = [
            and_(activity_binding.c.entity_type == kind, activity_binding.c.entity_id == entity_id)
            for kind, entity_id in bindings
        ]
        where.append(exists().where(activity_binding.c.activity_id == activity.c.id, or_(*bound)))
    order = order_of(named(params, "order"), lambda name: filterable(context, name), activity.c.id)
    query = select(activity).where(*where).order_by(*order).limit(PAGE_SIZE).offset(offset_of(context.start))
    rows = connection.execute(query).all()
    counted = context.start != UNCOUNTED
    total = connection.execute(select(func.count()).select_from(activity).where(*where)).scalar_one() if counted else 0
    wanted = {as_text(name).upper() for name in as_items(named(params, "select"))} or {"*"}
    records: list[object] = [record_of(row, context, wanted) for row in rows]
    return page(records, context.start, total)


def _asked_bindings(asked: dict[str, object]) -> list[tuple[str, int]]:
    return _binding_list(next((value for name, value in asked.items() if name.upper() == "BINDINGS"), None))


def _binding_list(sent: object) -> list[tuple[str, int]]:
    items: list[object] = [sent] if "OWNER_ID" in as_map(sent) else as_items(sent)
    read = [_binding(as_map(item)) for item in items]
    return [binding for binding in read if binding]


def _binding(item: dict[str, object]) -> tuple[str, int] | None:
    kind, entity_id = as_int(item.get("OWNER_TYPE_ID")), as_id(item.get("OWNER_ID"))
    return (EntityType(kind).name, entity_id) if kind in list(EntityType) and entity_id > 0 else None


def _bindings(fields: dict[str, object]) -> list[tuple[str, int]]:
    """Where the activity will lie: the owner first, then `BINDINGS`, then whom the communications name."""
    owner = _binding(fields)
    named_so = _binding_list(fields.get("BINDINGS"))
    if not owner and not named_so:
        items = [as_map(item) for item in as_items(fields.get("COMMUNICATIONS"))]
        named_so = [found for item in items if (found := _of_communication(item))]
    return list(dict.fromkeys([*([owner] if owner else []), *named_so]))


def _of_communication(item: dict[str, object]) -> tuple[str, int] | None:
    return _binding({"OWNER_TYPE_ID": item.get("ENTITY_TYPE_ID"), "OWNER_ID": item.get("ENTITY_ID")})


def _check(context: Context, fields: dict[str, object], bindings: list[tuple[str, int]]) -> None:
    kind = as_int(fields.get("TYPE_ID"))
    if not bindings:
        raise errors.failure(
            "Could not build binding. Please ensure that owner info and communications are defined correctly."
        )
    if kind not in (_MEETING, _CALL, _EMAIL, _PROVIDER):
        raise errors.failure("The field TYPE_ID is not defined or invalid.")
    _check_provider(kind, as_text(fields.get("PROVIDER_ID")), context)
    if not as_text(fields.get("SUBJECT")).strip():
        raise errors.failure("The field SUBJECT is not defined or empty.")
    if as_int(fields.get("RESPONSIBLE_ID")) <= 0:
        raise errors.failure("The field RESPONSIBLE_ID is not defined or invalid.")
    communications = as_items(fields.get("COMMUNICATIONS"))
    if kind in (_CALL, _MEETING, _EMAIL) and not communications:
        raise errors.failure("The field COMMUNICATIONS is not defined or invalid.")
    if kind == _CALL and len(communications) > 1:
        raise errors.failure("The only one communication is allowed for activity of specified type.")


def _check_provider(kind: int, provider: str, context: Context) -> None:
    """An activity of a provider names one, and not one that has methods of its own."""
    if kind != _PROVIDER:
        return
    if not provider:
        raise errors.failure("The custom activity without provider is not supported in current context.")
    if provider == "CONFIGURABLE_REST_APP":
        raise errors.failure("Use crm.activity.configurable.add for this activity provider")
    if provider == "REST_APP" and context.is_webhook:
        raise errors.failure("Application context required.")


def _add(connection: Connection, context: Context, fields: dict[str, object], bindings: list[tuple[str, int]]) -> int:
    for kind, entity_id in bindings:
        if not connection.execute(select(TABLES[kind].c.id).where(TABLES[kind].c.id == entity_id)).first():
            raise errors.failure(
                "Could not build binding. Please ensure that owner info and communications are defined correctly."
            )
        check_client(connection, context.user_id, kind, entity_id)
    now = micros(context.now)
    values = {"created": now, "last_updated": now, "start_time": now, "end_time": now, "deadline": now}
    values |= {"author_id": context.user_id, "editor_id": context.user_id}
    activity_id = insert_activity(connection, values | values_of(fields, context), bindings)
    outbox_of(connection, context).say_entity("ACTIVITY", "add", activity_id)
    return activity_id


def _clients(connection: Connection, context: Context, activity_id: int) -> list[tuple[str, int]]:
    """Every client that has the activity in its timeline; refuses one that is not there, or out of reach."""
    row = _row(connection, context, activity_id)
    bound = select(activity_binding.c.entity_type, activity_binding.c.entity_id)
    rows = connection.execute(bound.where(activity_binding.c.activity_id == activity_id))
    return list(dict.fromkeys([(row.owner_type, row.owner_id), *((kind, number) for kind, number in rows)]))


def _update(
    connection: Connection, context: Context, activity_id: int, fields: dict[str, object]
) -> list[tuple[str, int]]:
    clients = _clients(connection, context, activity_id)
    values = values_of(fields, context)
    for name in ("owner_type", "owner_id", "type_id"):  # where it lies and what it is stays
        values.pop(name, None)
    values |= {"last_updated": micros(context.now), "editor_id": context.user_id}
    connection.execute(update(activity).where(activity.c.id == activity_id).values(**values))
    outbox_of(connection, context).say_entity("ACTIVITY", "update", activity_id)
    return clients


def _delete(connection: Connection, context: Context, activity_id: int) -> list[tuple[str, int]]:
    clients = _clients(connection, context, activity_id)
    for column in (activity_binding.c.activity_id, activity.c.id, timeline.c.id):
        connection.execute(delete(column.table).where(column == activity_id))
    outbox_of(connection, context).say_entity("ACTIVITY", "delete", activity_id)
    return clients
