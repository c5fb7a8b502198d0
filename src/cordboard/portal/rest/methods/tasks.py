"""`tasks.task.*`: what somebody must do about a call. Answers are nested, camelCase, with strings for numbers."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from cordboard.b24wire import errors
from cordboard.b24wire.loose import as_id, as_int, as_items, as_map, as_text, named
from cordboard.b24wire.paging import PAGE_SIZE, UNCOUNTED, Page, offset_of, page
from cordboard.portal.changes import TaskChanged
from cordboard.portal.outbox import outbox_of
from cordboard.portal.rest.filters import Filterable, as_date, conditions, order_of
from cordboard.portal.rest.moments import micros, shown
from cordboard.portal.rest.registry import Context, Params, method
from cordboard.portal.tables import task, users

_SCOPES = ("tasks", "tasks_extended")
_DONE = 5
_TEXTS = ("TITLE", "DESCRIPTION")
_LISTS = {"AUDITORS": "auditors", "ACCOMPLICES": "accomplices", "UF_CRM_TASK": "crm", "TAGS": "tags"}
_NUMBERS = {"RESPONSIBLE_ID": "responsible_id", "CREATED_BY": "created_by", "GROUP_ID": "group_id"}
_FILTERS = {
    "ID": Filterable(task.c.id, as_id, text=False),
    "TITLE": Filterable(task.c.title),
    "STATUS": Filterable(task.c.status, as_id, text=False),
    "REAL_STATUS": Filterable(task.c.status, as_id, text=False),
    "PRIORITY": Filterable(task.c.priority, as_id, text=False),
    **{name: Filterable(task.c[column], as_id, text=False) for name, column in _NUMBERS.items()},
}


@method("tasks.task.add", scope="task", scopes=_SCOPES)
async def task_add(context: Context, params: Params) -> object:
    """A new task from `fields`; answers it whole.

    fields* (object): `TITLE`, `RESPONSIBLE_ID`, `DESCRIPTION`, `DEADLINE`, `PRIORITY`, `AUDITORS`, `ACCOMPLICES`,
        `UF_CRM_TASK` such as `C_84`, `TAGS`
    """
    fields = _fields(params)
    if not as_text(fields.get("TITLE")).strip():
        raise errors.core_error("Task name not specified")
    if as_int(fields.get("RESPONSIBLE_ID")) <= 0:
        raise errors.core_error("Assignee not specified")
    now = micros(context.now)
    values = {"created_by": context.user_id, "created_at": now, "changed_at": now, **_values(fields, context)}

    def work(connection: Connection) -> dict[str, object]:
        _check_people(connection, values)
        key = connection.execute(insert(task).values(**values)).inserted_primary_key
        task_id = key[0] if key else 0
        outbox_of(connection, context).say_task("add", task_id)
        return _task(connection, context, task_id)

    made = await context.portal.store.write(work)
    context.portal.publish(TaskChanged(as_id(made["id"])))
    return {"task": made}


@method("tasks.task.get", scope="task", scopes=_SCOPES)
async def task_get(context: Context, params: Params) -> object:
    """One task by `taskId`.

    taskId* (integer): the task
    """
    task_id = _task_id(params)
    return {"task": await context.portal.store.read(lambda connection: _task(connection, context, task_id))}


@method("tasks.task.list", scope="task", scopes=_SCOPES)
async def task_list(context: Context, params: Params) -> object:
    """Tasks by `filter`, fifty at a time.

    filter (object): `ID`, `TITLE`, `STATUS`, `RESPONSIBLE_ID`, `CREATED_BY`, `GROUP_ID`, `PRIORITY` with prefixes
    order (object): `{"ID": "ASC"}`
    start (integer): offset of the first row; -1 skips counting
    """
    return await context.portal.store.read(lambda connection: _list(connection, context, params))


@method("tasks.task.update", scope="task", scopes=_SCOPES)
async def task_update(context: Context, params: Params) -> object:
    """Change `fields` of a task; answers it whole.

    taskId* (integer): the task
    fields* (object): values as in `tasks.task.add`, and `STATUS`
    """
    values = _values(_fields(params), context)
    return await _change(context, _task_id(params), values)


@method("tasks.task.complete", scope="task", scopes=_SCOPES)
async def task_complete(context: Context, params: Params) -> object:
    """Mark a task as done.

    taskId* (integer): the task
    """
    return await _change(context, _task_id(params), {"status": _DONE, "closed_at": micros(context.now)})


async def _change(context: Context, task_id: int, values: dict[str, Any]) -> object:
    def work(connection: Connection) -> dict[str, object]:
        _check_people(connection, values)
        changed = values | {"changed_at": micros(context.now)}
        if connection.execute(update(task).where(task.c.id == task_id).values(**changed)).rowcount:
            outbox_of(connection, context).say_task("update", task_id)
        return _task(connection, context, task_id)

    changed = await context.portal.store.write(work)
    context.portal.publish(TaskChanged(task_id))
    return {"task": changed}


def _task_id(params: Params) -> int:
    if (sent := named(params, "taskId")) is None:
        raise errors.missing_argument("taskId")
    return as_id(sent)


def _fields(params: Params) -> dict[str, object]:
    if (sent := named(params, "fields")) is None:
        raise errors.missing_argument("fields")
    return {name.upper(): value for name, value in as_map(sent).items()}


def _values(fields: dict[str, object], context: Context) -> dict[str, Any]:
    values: dict[str, Any] = {
        name.lower(): as_text(fields[name]) for name in ("TITLE", "DESCRIPTION") if name in fields
    }
    values |= {column: as_int(fields[name]) % 2**31 for name, column in _NUMBERS.items() if name in fields}
    values |= {
        column: [as_text(item) for item in as_items(fields[name])] for name, column in _LISTS.items() if name in fields
    }
    if "DEADLINE" in fields:
        values["deadline"] = as_date(context.now.tzinfo)(fields["DEADLINE"])  # pyright: ignore[reportArgumentType]
    if as_text(fields.get("PRIORITY")) in ("0", "1", "2"):
        values["priority"] = as_int(fields["PRIORITY"])
    if as_text(fields.get("STATUS")) in ("2", "3", "4", "5", "6"):
        values["status"] = as_int(fields["STATUS"])
    return values


def _check_people(connection: Connection, values: dict[str, Any]) -> None:
    wanted = {values[name] for name in ("responsible_id", "created_by") if name in values}
    known = set(connection.execute(select(users.c.id).where(users.c.id.in_(wanted))).scalars())
    if wanted - known:
        raise errors.core_error("The user specified in the task does not exist")


def _list(connection: Connection, context: Context, params: Params) -> Page:
    where = conditions(named(params, "filter"), _FILTERS.get)
    order = order_of(named(params, "order"), _FILTERS.get, task.c.id)
    query = select(task).where(*where).order_by(*order).limit(PAGE_SIZE).offset(offset_of(context.start))
    rows = connection.execute(query).all()
    counted = context.start != UNCOUNTED
    total = connection.execute(select(func.count()).select_from(task).where(*where)).scalar_one() if counted else 0
    people = _people(connection, rows)
    tasks: list[object] = [_shown(row, people, context) for row in rows]
    return page(tasks, context.start, total, {"tasks": tasks})


def _task(connection: Connection, context: Context, task_id: int) -> dict[str, object]:
    row = connection.execute(select(task).where(task.c.id == task_id)).one_or_none()
    if row is None:
        raise errors.RestError("100", "Task not found or access denied")
    shown_task = _shown(row, _people(connection, [row]), context)
    shown_task["action"] = {}
    return shown_task


def _people(connection: Connection, rows: Any) -> dict[int, dict[str, object]]:
    ids = {person for row in rows for person in (row.created_by, row.responsible_id) if person}
    query = select(users.c.id, users.c.name, users.c.last_name).where(users.c.id.in_(ids))
    return {
        row.id: {"id": str(row.id), "name": f"{row.name} {row.last_name}".strip(), "link": "", "icon": ""}
        for row in connection.execute(query)
    }


def _shown(row: Row[Any], people: dict[int, dict[str, object]], context: Context) -> dict[str, object]:
    zone = context.now.tzinfo
    return {
        "id": str(row.id),
        "title": row.title,
        "description": row.description,
        "priority": str(row.priority),
        "status": str(row.status),
        "responsibleId": str(row.responsible_id or 0),
        "createdBy": str(row.created_by or 0),
        "groupId": str(row.group_id or 0),
        "createdDate": shown(row.created_at, zone) or None,
        "changedDate": shown(row.changed_at, zone) or None,
        "closedDate": shown(row.closed_at, zone) or None,
        "deadline": shown(row.deadline, zone) or None,
        "auditors": row.auditors,
        "accomplices": row.accomplices,
        "ufCrmTask": row.crm,
        "tags": row.tags,
        "creator": people.get(row.created_by, {}),
        "responsible": people.get(row.responsible_id, {}),
    }
