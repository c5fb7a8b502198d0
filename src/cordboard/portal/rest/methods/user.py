"""`user.*`: who works here, with extensions. A connector reads them once and remembers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, exists, func, literal, or_, select

from cordboard.b24wire.dates import format_date
from cordboard.b24wire.envelope import UNCONVERTED_DATE
from cordboard.b24wire.loose import as_id, as_items, as_map, as_text, named
from cordboard.b24wire.paging import PAGE_SIZE, UNCOUNTED, Page, offset_of, page
from cordboard.portal.changes import UserChanged
from cordboard.portal.rest.filters import Filterable, conditions, to_flag
from cordboard.portal.rest.moments import moment_of
from cordboard.portal.rest.registry import Context, Params, method
from cordboard.portal.rest.user_writes import TEXTS, add_user, change_user, is_admin
from cordboard.portal.tables import department, user_department, users

_SCOPES = ("user_brief", "user_basic")
_CONTACTS = ("EMAIL", "PERSONAL_PHONE", "PERSONAL_MOBILE", "WORK_PHONE")
_TITLES = {
    "ID": "ID",
    "ACTIVE": "Active",
    **{name: name.replace("UF_", "").replace("_", " ").capitalize() for name in TEXTS},
    "DATE_REGISTER": "Registered on",
    "IS_ONLINE": "Online",
    "UF_DEPARTMENT": "Departments",
    "USER_TYPE": "User type",
}
_NO_PARAMETERS = {"filter", "sort", "order", "select", "admin_mode", "image_resize", "find"}


@method("user.get", scope="user", scopes=_SCOPES)
async def user_get(context: Context, params: Params) -> object:
    """Users by filter; its keys may stand at the top level as well.

    FILTER (object): `ID`, `ACTIVE`, `NAME`, `UF_PHONE_INNER` …; the keys may stand at the top level as well
    sort (string): name of a field
    order (string): `ASC` or `DESC`
    select (array): names of fields
    start (integer): offset of the first row
    """
    asked = _asked(params)
    return await context.portal.store.read(lambda connection: _page(connection, context, params, asked, []))


@method("user.search", scope="user", scopes=_SCOPES)
async def user_search(context: Context, params: Params) -> object:
    """Users whose name, position, department … contains a text (`FIND`), or by single fields.

    FILTER (object): `FIND` with words, or `NAME`, `LAST_NAME`, `WORK_POSITION`, `UF_DEPARTMENT_NAME` that contain a
        text
    start (integer): offset of the first row
    """
    asked = _asked(params)
    words = as_text(asked.pop("FIND", "") or named(params, "FIND")).split()[:10]
    found = [_mentions(word) for word in words]
    contains = {("%" + key if key in ("NAME", "LAST_NAME", "WORK_POSITION") else key): asked[key] for key in asked}
    return await context.portal.store.read(lambda connection: _page(connection, context, params, contains, found))


@method("user.current", scope="user", scopes=_SCOPES)
async def user_current(context: Context, params: Params) -> object:
    """The user on whose behalf the client speaks."""
    query = select(users).where(users.c.id == context.user_id)
    records = await context.portal.store.read(
        lambda connection: _records(connection, context, connection.execute(query).all(), current=True)
    )
    return records[0]


@method("user.fields", scope="user", scopes=_SCOPES)
async def user_fields(context: Context, params: Params) -> object:
    """Names and titles of a user's fields."""
    return dict(_TITLES)


@method("user.admin")
async def user_admin(context: Context, params: Params) -> object:
    """Whether the client speaks for an administrator."""
    return await context.portal.store.read(lambda connection: is_admin(connection, context.user_id))


@method("user.add", scope="user")
async def user_add(context: Context, params: Params) -> object:
    """A new employee; only by an administrator. Answers the id.

    EMAIL* (string): also the login
    UF_DEPARTMENT* (array): ids of departments
    NAME (string): and the other fields of `user.update`

    Differs: no invitation is mailed; an administrator of the portal gives the password. There are no guests.
    """
    sent = {name.upper(): value for name, value in params.items()}
    user_id = await context.portal.store.write(lambda connection: add_user(connection, context, sent))
    context.portal.publish(UserChanged(user_id))
    return user_id


@method("user.update", scope="user")
async def user_update(context: Context, params: Params) -> object:
    """Change a user; only an administrator, or oneself.

    ID* (integer): the user
    UF_PHONE_INNER (string): extension, one to four digits
    UF_VI_BACKPHONE (string): own line for outgoing calls
    ACTIVE (boolean): false dismisses the user
    NAME (string): and `LAST_NAME`, `SECOND_NAME`, `EMAIL`, `WORK_PHONE`, `PERSONAL_PHONE`, `PERSONAL_MOBILE`,
        `WORK_POSITION`
    UF_DEPARTMENT (array): ids of departments
    """
    user_id = as_id(named(params, "ID"))
    sent = {name.upper(): value for name, value in params.items()}
    await context.portal.store.write(lambda connection: change_user(connection, context, user_id, sent))
    context.portal.publish(UserChanged(user_id))
    return True


def _asked(params: Params) -> dict[str, object]:
    """The filter, top-level keys first, names in upper case."""
    top = {key.upper(): value for key, value in params.items() if key.lower() not in _NO_PARAMETERS}
    return top | {key.upper(): value for key, value in as_map(named(params, "filter")).items()}


def _filterable(name: str) -> Filterable | None:
    match name:
        case "ID":
            return Filterable(users.c.id, as_id, text=False)
        case "ACTIVE":
            return Filterable(users.c.active, to_flag, text=False)
        case "USER_TYPE":  # there are no guests here
            return Filterable(literal("employee"))
        case _ if column := TEXTS.get(name):
            return Filterable(users.c[column])
        case _:
            return None


def _page(
    connection: Connection, context: Context, params: Params, asked: dict[str, object], also: list[ColumnElement[bool]]
) -> Page:
    where = [users.c.external_auth_id == "", *conditions(asked, _filterable), *also]
    if departments := [as_id(item) for item in as_items(asked.get("UF_DEPARTMENT"))]:
        where.append(_works_in(user_department.c.department_id.in_(departments)))
    if name := as_text(asked.get("UF_DEPARTMENT_NAME")):
        named_so = func.lower(department.c.name).contains(name.lower(), autoescape=True)
        where.append(_works_in(user_department.c.department_id.in_(select(department.c.id).where(named_so))))
    sort = _filterable(as_text(named(params, "sort")).upper()) or Filterable(users.c.id)
    descending = as_text(named(params, "order")).upper() == "DESC"
    order = sort.column.desc() if descending else sort.column.asc()
    query = select(users).where(*where).order_by(order, users.c.id).limit(PAGE_SIZE).offset(offset_of(context.start))
    rows = connection.execute(query).all()
    counted = context.start != UNCOUNTED
    total = connection.execute(select(func.count()).select_from(users).where(*where)).scalar_one() if counted else 0
    wanted = [as_text(item).upper() for item in as_items(named(params, "select"))]
    records: list[object] = [_selected(record, wanted) for record in _records(connection, context, rows)]
    return page(records, context.start, total)


def _works_in(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(user_department.c.user_id == users.c.id, condition)


def _mentions(word: str) -> ColumnElement[bool]:
    columns = (users.c.name, users.c.last_name, users.c.second_name, users.c.work_position, users.c.email)
    return or_(*(func.lower(column).contains(word.lower(), autoescape=True) for column in columns))


def _selected(record: dict[str, object], wanted: list[str]) -> dict[str, object]:
    if not wanted or "*" in wanted:
        return record
    return {name: value for name, value in record.items() if name == "ID" or name in wanted}


def _records(
    connection: Connection, context: Context, rows: Sequence[Row[Any]], *, current: bool = False
) -> list[dict[str, object]]:
    departments: dict[int, list[int]] = defaultdict(list)
    ids = [row.id for row in rows]
    query = select(user_department).where(user_department.c.user_id.in_(ids)).order_by(user_department.c.department_id)
    for row in connection.execute(query):
        departments[row.user_id].append(row.department_id)
    hidden: set[str] = set() if {"user", "user_basic"} & context.scopes else set(_CONTACTS)
    return [
        {
            name: value
            for name, value in _record(row, departments[row.id], context, current).items()
            if name not in hidden
        }
        for row in rows
    ]


def _record(row: Row[Any], departments: list[int], context: Context, current: bool) -> dict[str, object]:
    zone = context.now.tzinfo
    active_at = format_date(moment_of(row.last_activity, zone)) if row.last_activity else ""
    return {
        "ID": str(row.id),
        "XML_ID": None,
        "ACTIVE": row.active,
        "NAME": row.name,
        "LAST_NAME": row.last_name,
        "SECOND_NAME": row.second_name,
        "EMAIL": row.email,
        "LAST_LOGIN": format_date(moment_of(row.last_login, zone)) if row.last_login else "",
        "DATE_REGISTER": format_date(moment_of(row.date_register, zone)) if row.date_register else "",
        "TIME_ZONE": row.timezone,
        "IS_ONLINE": "Y" if _is_online(row.last_activity, context) else "N",
        "TIMESTAMP_X": UNCONVERTED_DATE,
        "LAST_ACTIVITY_DATE": active_at if current else UNCONVERTED_DATE,
        "PERSONAL_GENDER": "",
        "PERSONAL_BIRTHDAY": "",
        "PERSONAL_PHOTO": row.personal_photo or None,
        "PERSONAL_PHONE": row.personal_phone,
        "PERSONAL_MOBILE": row.personal_mobile,
        "PERSONAL_CITY": "",
        "WORK_PHONE": row.work_phone,
        "WORK_POSITION": row.work_position,
        "UF_EMPLOYMENT_DATE": "",
        "UF_DEPARTMENT": departments,
        "UF_PHONE_INNER": row.inner_phone or None,
        "USER_TYPE": "employee",
    }


def _is_online(last_activity: int | None, context: Context) -> bool:
    return last_activity is not None and context.now.timestamp() - last_activity / 1_000_000 < 180
