"""`voximplant.*` around external telephony: the history of calls, lines to call out by, links to pages.

`voximplant.statistic.get` has filters of its own: an unknown field, an unknown operator and an empty list are dropped.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Text, and_, cast, exists, func, not_, or_, select, true

from cordboard.b24wire.errors import access_denied
from cordboard.b24wire.loose import as_float, as_id, as_int, as_items, as_map, as_text
from cordboard.b24wire.paging import PAGE_SIZE, UNCOUNTED, offset_of, page
from cordboard.portal.rest.filters import as_date
from cordboard.portal.rest.moments import shown
from cordboard.portal.rest.registry import Context, Params, method
from cordboard.portal.rights import visible_users
from cordboard.portal.tables import application, call, call_binding, line, users

#: the longest first
OPERATORS = ("!><", "!=", "!%", "><", "<=", ">=", "!", "=", "<", ">", "%", "?")


@dataclass(frozen=True, slots=True)
class Plain:
    """A field of the record: its column, and how a value of the wire becomes the column's."""

    column: ColumnElement[Any]
    convert: Callable[[object], object | None] = as_text


FIELDS: dict[str, Plain] = {
    "ID": Plain(call.c.id, as_id),
    "CALL_TYPE": Plain(call.c.incoming, as_id),
    "INCOMING": Plain(call.c.incoming, as_id),
    "CALL_ID": Plain(call.c.call_id),
    "EXTERNAL_CALL_ID": Plain(call.c.external_call_id),
    "CALL_CATEGORY": Plain(call.c.call_category),
    "PORTAL_USER_ID": Plain(call.c.portal_user_id, as_id),
    "PORTAL_NUMBER": Plain(call.c.portal_number),
    "PHONE_NUMBER": Plain(call.c.phone_number),
    "CALL_DURATION": Plain(call.c.call_duration, as_id),
    "CALL_START_DATE": Plain(call.c.call_start_date),
    "CALL_VOTE": Plain(call.c.call_vote, as_id),
    "COST": Plain(call.c.cost, as_float),
    "COST_CURRENCY": Plain(call.c.cost_currency),
    "CALL_FAILED_CODE": Plain(call.c.call_failed_code),
    "CALL_FAILED_REASON": Plain(call.c.call_failed_reason),
    "CRM_ENTITY_TYPE": Plain(call.c.crm_entity_type),
    "CRM_ENTITY_ID": Plain(call.c.crm_entity_id, as_id),
    "CRM_ACTIVITY_ID": Plain(call.c.crm_activity_id, as_id),
    "REST_APP_ID": Plain(call.c.rest_app_id, as_id),
    "REST_APP_NAME": Plain(call.c.rest_app_name),
    "TRANSCRIPT_ID": Plain(call.c.transcript_id, as_id),
    "COMMENT": Plain(call.c.comment),
    "CALL_RECORD_URL": Plain(call.c.call_record_url),
    "RECORD_DURATION": Plain(call.c.record_duration, as_id),
    "RECORD_FILE_ID": Plain(call.c.record_file_id, as_id),
}
#: what the clients of a call can be filtered by
BINDINGS = {
    "CRM_BINDINGS.ENTITY_TYPE": Plain(call_binding.c.entity_type),
    "CRM_BINDINGS.ENTITY_ID": Plain(call_binding.c.entity_id, as_id),
}


@method("voximplant.statistic.get", scope="telephony")
async def statistic_get(context: Context, params: Params) -> object:
    """The history of calls, as far as the user's role sees it.

    FILTER (object): fields of the record with prefixes; `HAS_RECORD`, `CRM_BINDINGS.ENTITY_TYPE`,
        `CRM_BINDINGS.ENTITY_ID`
    SORT (string): name of a field
    ORDER (string): `ASC` or `DESC`, in capitals
    start (integer): offset of the first row; -1 skips counting
    """
    sent = {name.upper(): value for name, value in params.items()}
    zone = context.now.tzinfo

    def work(connection: Connection) -> tuple[list[object], int]:
        mine = visible_users(connection, context.user_id, "calls")
        if mine is not None and not mine:
            raise access_denied()
        where = list(conditions_of(as_map(sent.get("FILTER")), context))
        if mine is not None:
            where.append(call.c.portal_user_id.in_(mine))
        query = select(call).where(*where).order_by(*order_of(sent)).limit(PAGE_SIZE).offset(offset_of(context.start))
        rows: list[object] = [record(row, zone) for row in connection.execute(query)]
        counted = select(func.count()).select_from(call).where(*where)
        return rows, 0 if context.start == UNCOUNTED else connection.execute(counted).scalar_one()

    rows, total = await context.portal.store.read(work)
    return page(rows, context.start, total)


@method("voximplant.line.get", scope="telephony")
async def line_get(context: Context, params: Params) -> object:
    """All lines an employee can call out by."""

    def work(connection: Connection) -> dict[str, object]:
        lines = {row.number: row.name or row.number for row in connection.execute(select(line).order_by(line.c.id))}
        apps = connection.execute(select(application.c.id, application.c.name).order_by(application.c.id))
        return lines | {f"REST_APP:{row.id}": row.name for row in apps}

    return await context.portal.store.read(work)


@method("voximplant.line.outgoing.get", scope="telephony")
async def line_outgoing_get(context: Context, params: Params) -> object:
    """The portal's default line."""
    return str(context.portal.switch("line_default"))


@method("voximplant.line.outgoing.set", scope="telephony")
async def line_outgoing_set(context: Context, params: Params) -> object:
    """Choose the default line; an unknown one changes nothing.

    LINE_ID* (string): the line; an unknown one changes nothing
    """
    wanted = as_text(params.get("LINE_ID"))
    known = await context.portal.store.read(
        lambda connection: connection.execute(select(line.c.id).where(line.c.number == wanted)).first() is not None
    )
    if known:
        await context.portal.set_switch("line_default", wanted)
    return 1


@method("voximplant.user.get", scope="telephony")
async def user_get(context: Context, params: Params) -> object:
    """Telephony settings of users.

    USER_ID* (integer): one id or a list

    Differs: no administrator needs to confirm it first.
    """
    ids = [as_int(item) for item in as_items(params.get("USER_ID"))]
    wanted = users.c.id.in_([user_id for user_id in ids if 0 < user_id < 2**31])
    default = str(context.portal.switch("line_default"))

    def work(connection: Connection) -> list[object]:
        rows: Any = connection.execute(select(users).where(wanted).order_by(users.c.id))
        return [telephony_of(row, default) for row in rows]

    return await context.portal.store.read(work)


@method("voximplant.user.getDefaultLineId", scope="telephony")
async def user_default_line(context: Context, params: Params) -> object:
    """The line by which the current user calls out."""
    own = await context.portal.store.read(
        lambda connection: connection.execute(select(users.c.backphone).where(users.c.id == context.user_id)).scalar()
    )
    return own or str(context.portal.switch("line_default"))


@method("voximplant.url.get", scope="telephony")
async def url_get(context: Context, params: Params) -> object:
    """Addresses of the portal's pages about telephony."""
    base = context.base_url
    return {
        "detail_statistics": f"{base}/calls",
        "buy_connector": f"{base}/admin",
        "edit_config": f"{base}/admin/lines?id=#CONFIG_ID#",
        "lines": f"{base}/admin/lines",
    }


def telephony_of(row: Any, default: str) -> dict[str, object]:
    return {
        "ID": str(row.id),
        "DEFAULT_LINE": row.backphone or default,
        "PHONE_ENABLED": "N",
        "SIP_SERVER": "",
        "SIP_LOGIN": "",
        "SIP_PASSWORD": "",
        "INNER_NUMBER": row.inner_phone,
    }


def conditions_of(asked: dict[str, object], context: Context) -> list[ColumnElement[bool]]:
    """The filter as SQL, everything joined by AND; nested groups are taken apart."""
    found = bound_to(asked)
    for key, value in asked.items():
        operator, name = split(key)
        if name.isdigit() or not name:
            found += conditions_of(as_map(value), context)
        elif name == "HAS_RECORD":
            has = call.c.record_file_id.is_not(None)
            found.append(has if as_text(value) == "Y" else not_(has))
        elif name in FIELDS:
            found.append(condition(operator, field_of(name, context), value))
    return found


def split(key: str) -> tuple[str, str]:
    """Operator and field of a filter's key."""
    operator = next((prefix for prefix in OPERATORS if key.startswith(prefix)), "")
    return operator, key[len(operator) :].strip().upper()


def field_of(name: str, context: Context) -> Plain:
    found = FIELDS[name]
    if name == "CALL_START_DATE" and context.now.tzinfo is not None:
        return Plain(found.column, as_date(context.now.tzinfo))
    return found


def bound_to(asked: dict[str, object]) -> list[ColumnElement[bool]]:
    """The clients of the calls: all wishes hold for one of them; where every wish is negated, none has any of it."""
    met: list[ColumnElement[bool]] = []
    unmet: list[ColumnElement[bool]] = []
    for key, value in asked.items():
        operator, name = split(key)
        if name in BINDINGS and as_items(value):
            wishes = unmet if operator.startswith("!") else met
            wishes.append(condition(operator.removeprefix("!"), BINDINGS[name], value))
    bound = exists().where(call_binding.c.call == call.c.id)
    if met:
        return [bound.where(*met, *(not_(wish) for wish in unmet))]
    return [not_(bound.where(or_(*unmet)))] if unmet else []


def condition(operator: str, field: Plain, value: object) -> ColumnElement[bool]:
    items = [bound for item in as_items(value)[:1000] if (bound := field.convert(item)) is not None]
    if not items:
        return field.column.is_(None) if value is None else true()
    met = plain_condition(operator.removeprefix("!"), field.column, items)
    return not_(met) if operator.startswith("!") else met


def plain_condition(operator: str, column: ColumnElement[Any], items: list[object]) -> ColumnElement[bool]:
    first = items[0]
    match operator:
        case "><":
            return and_(column >= first, column <= items[1]) if len(items) > 1 else true()
        case "<":
            return column < first
        case "<=":
            return column <= first
        case ">":
            return column > first
        case ">=":
            return column >= first
        case "%" | "?":
            return func.lower(cast(column, Text)).contains(as_text(first).lower(), autoescape=True)
        case _:
            return column.in_(items)


def order_of(sent: dict[str, object]) -> list[ColumnElement[Any]]:
    """Sorted only where both names are valid; ORDER in capitals."""
    found, direction = FIELDS.get(as_text(sent.get("SORT")).upper()), as_text(sent.get("ORDER"))
    if found is None or direction not in ("ASC", "DESC"):
        return [call.c.id.asc()]
    return [found.column.asc() if direction == "ASC" else found.column.desc(), call.c.id.asc()]


def record(row: Any, zone: Any) -> dict[str, object]:
    """A statistics row as the wire shows it: strings or null, but for RECORD_FILE_ID."""
    return {
        "ID": str(row.id),
        "PORTAL_USER_ID": str(row.portal_user_id),
        "PORTAL_NUMBER": row.portal_number,
        "PHONE_NUMBER": row.phone_number,
        "CALL_ID": row.call_id,
        "EXTERNAL_CALL_ID": row.external_call_id,
        "SESSION_ID": None,
        "CALL_CATEGORY": row.call_category,
        "CALL_LOG": None,
        "CALL_DURATION": str(row.call_duration),
        "CALL_START_DATE": shown(row.call_start_date, zone),
        "CALL_VOTE": str(row.call_vote),
        "COST": f"{row.cost:.4f}",
        "COST_CURRENCY": row.cost_currency,
        "CALL_FAILED_CODE": row.call_failed_code,
        "CALL_FAILED_REASON": row.call_failed_reason,
        "CRM_ENTITY_TYPE": row.crm_entity_type,
        "CRM_ENTITY_ID": text_or_none(row.crm_entity_id),
        "CRM_ACTIVITY_ID": text_or_none(row.crm_activity_id),
        "REST_APP_ID": text_or_none(row.rest_app_id),
        "REST_APP_NAME": row.rest_app_name,
        "TRANSCRIPT_ID": text_or_none(row.transcript_id),
        "TRANSCRIPT_PENDING": "N",
        "REDIAL_ATTEMPT": None,
        "COMMENT": row.comment,
        "CALL_RECORD_URL": row.call_record_url,
        "RECORD_DURATION": text_or_none(row.record_duration),
        "RECORD_FILE_ID": row.record_file_id,
        "CALL_TYPE": str(row.incoming),
    }


def text_or_none(value: int | None) -> str | None:
    return None if value is None else str(value)
