"""The universal `crm.item.*` face of the same field table: camelCase names, native values, groups of conditions.

In:   names and values as `crm.item.*` sends them.
Out:  names and values of the field table, and back.

The surprise: the stage is `stageId` for leads too, and who and when have names of their own (`createdTime`).
"""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, or_

from cordboard.b24wire import errors
from cordboard.b24wire.codes import EntityType
from cordboard.b24wire.loose import as_int, as_items, as_map, as_text
from cordboard.portal.crm.fields import FIELDS, Field, Kind
from cordboard.portal.rest.entities import filterable
from cordboard.portal.rest.filters import conditions
from cordboard.portal.rest.moments import shown
from cordboard.portal.rest.registry import Context, Params

__all__ = [
    "classic_fields",
    "describe_item",
    "item_of",
    "item_where",
    "multifields_item",
    "order_asked",
    "read_kind",
    "wire_name",
]

_OWN_NAMES = {
    "CREATED_BY_ID": "createdBy",
    "MODIFY_BY_ID": "updatedBy",
    "MOVED_BY_ID": "movedBy",
    "DATE_CREATE": "createdTime",
    "DATE_MODIFY": "updatedTime",
    "CONTACT_IDS": "contactIds",
    "COMPANY_TYPE": "typeId",
    "STATUS_ID": "stageId",
    "STATUS_SEMANTIC_ID": "stageSemanticId",
    "BEGINDATE": "begindate",
    "CLOSEDATE": "closedate",
}
#: `phone`, `phoneMobile` …
_FLAT = (
    ("PHONE", "MOBILE"),
    ("PHONE", "WORK"),
    ("PHONE", "MAILING"),
    ("EMAIL", "HOME"),
    ("EMAIL", "WORK"),
    ("EMAIL", "MAILING"),
    ("EMAIL", ""),
    ("PHONE", ""),
)
_NUMBERS = (Kind.INTEGER, Kind.USER, Kind.COMPANY, Kind.CONTACT, Kind.LEAD)
_MAX_GROUPS = 10
_PREFIX = re.compile(r"[^0-9A-Za-z_]*")


def read_kind(params: Params) -> str:
    """The kind an `entityTypeId` names."""
    if "entityTypeId" not in params:
        raise errors.missing_argument("entityTypeId")
    number = as_int(params["entityTypeId"])
    if number not in list(EntityType):
        raise errors.RestError("ENTITY_TYPE_NOT_SUPPORTED", f"Entity type {number} is not supported")
    return EntityType(number).name


def wire_name(name: str) -> str:
    """`SOURCE_ID` → `sourceId`, `UF_CRM_X` → `ufCrm_X`."""
    if name in _OWN_NAMES:
        return _OWN_NAMES[name]
    if name.startswith("UF_CRM_"):
        return f"ufCrm_{name.removeprefix('UF_CRM_')}"
    first, *others = name.lower().split("_")
    return first + "".join(word.capitalize() for word in others)


def classic_fields(kind: str, sent: object) -> dict[str, object]:
    """`fields` of `crm.item.*` under the names of the field table; unknown ones are dropped."""
    fields: dict[str, object] = {}
    for name, value in as_map(sent).items():
        if name == "fm":
            for item in (as_map(item) for item in as_items(value)):
                type_id = as_text(item.get("typeId")).upper()
                change = {"ID": item.get("id"), "VALUE": item.get("value"), "VALUE_TYPE": item.get("valueType")}
                known = fields.setdefault(type_id, [])
                if isinstance(known, list):
                    known.append(change)  # pyright: ignore[reportUnknownMemberType]
        elif classic := _classic_name(kind, name):
            fields[classic] = value
    return fields


def item_of(kind: str, row: Row[Any], context: Context) -> dict[str, object]:
    """A row in native values."""
    columns = row._mapping  # pyright: ignore[reportPrivateUsage] SQLAlchemy's public name for it
    item: dict[str, object] = {}
    for field in FIELDS[kind].values():
        if field.multiple:
            continue
        if field.constant is not None:
            item[wire_name(field.name)] = field.constant
            continue
        value = columns[field.column] if field.column else columns["extra"].get(field.name)
        item[wire_name(field.name)] = _native(field, value, context)
    for name, value in columns["extra"].items():
        if name.startswith("UF_"):
            item[wire_name(name)] = value
    item["observers"] = []
    item["entityTypeId"] = int(EntityType[kind])
    return item


def multifields_item(found: dict[str, list[dict[str, str]]]) -> dict[str, object]:
    """The multifields of an item (type → items): the list `fm`, and the first of each in flat fields."""
    fm = [
        {"id": int(one["ID"]), "valueType": one["VALUE_TYPE"], "value": one["VALUE"], "typeId": one["TYPE_ID"]}
        for items in found.values()
        for one in items
    ]
    flat: dict[str, object] = {}
    for type_id, value_type in _FLAT:
        values = [one["VALUE"] for one in found.get(type_id, []) if value_type in ("", one["VALUE_TYPE"])]
        flat[type_id.lower() + value_type.capitalize()] = values[0] if values else ""
    return {**flat, "fm": fm}


def item_where(kind: str, context: Context, asked: object, depth: int = 0) -> list[ColumnElement[bool]]:
    """Conditions of a filter whose groups may say `logic` `OR`."""
    where: list[ColumnElement[bool]] = []
    for key, value in as_map(asked).items():
        if key.isdigit() and depth < _MAX_GROUPS:
            group = item_where(kind, context, value, depth + 1)
            if group:
                where.append(_joined(as_text(as_map(value).get("logic")), group))
        elif key.lower() != "logic":
            where += _condition(kind, context, key, value)
    return where


def order_asked(kind: str, asked: object) -> dict[str, object]:
    """An `order` under the names of the field table; unknown names and directions are refused."""
    order: dict[str, object] = {}
    for name, direction in as_map(asked).items():
        if not (classic := _classic_name(kind, name)):
            raise errors.invalid_value(f"Invalid order: field '{name[:50]}' is not allowed in order")
        if as_text(direction).upper() not in ("ASC", "DESC"):
            told = f"But got '{as_text(direction)[:50]}' for field '{name[:50]}'"
            raise errors.invalid_value(f"Invalid order: allowed sort directions are `ASC, DESC`. {told}")
        order[classic] = direction
    return order


def describe_item(kind: str) -> dict[str, object]:
    """Every field as `crm.item.fields` describes it."""
    fields = (field for field in FIELDS[kind].values() if field.kind != Kind.MULTIFIELD)
    return {wire_name(field.name): {**field.description(), "upperName": field.name} for field in fields}


def _joined(logic: str, group: list[ColumnElement[bool]]) -> ColumnElement[bool]:
    return or_(*group) if logic.upper() == "OR" else and_(*group)


def _condition(kind: str, context: Context, key: str, value: object) -> list[ColumnElement[bool]]:
    """One condition; unlike the classic lists these refuse a name or a date that cannot be."""
    prefix = _PREFIX.match(key)
    start = prefix.end() if prefix else 0
    name = key[start:]
    classic = _classic_name(kind, name)
    found = filterable(kind, context, classic) if classic else None
    if found is None:
        raise errors.invalid_value(f"Invalid filter: field '{name[:50]}' is not allowed in filter")
    if any(found.convert(item) is None for item in as_items(value) if item not in (None, "")):
        raise errors.invalid_value(f"Invalid filter: field '{name[:50]}' has invalid value")
    return conditions({key[:start] + classic: value}, lambda _: found)


def _classic_name(kind: str, name: str) -> str:
    """The field table's name of a camelCase one; the original spelling is understood as well."""
    if name.startswith("ufCrm_"):
        return f"UF_CRM_{name.removeprefix('ufCrm_').upper()}"
    if name.upper() in FIELDS[kind] or name.upper().startswith("UF_CRM_"):
        return name.upper()
    return next((classic for classic in FIELDS[kind] if wire_name(classic) == name), "")


def _native(field: Field, value: Any, context: Context) -> object:
    match field.kind:
        case Kind.CHAR:
            return "Y" if value else "N"
        case Kind.DOUBLE:
            return value or 0
        case Kind.DATETIME:
            return shown(value, context.now.tzinfo) or None
        case Kind.DATE:
            return (shown(value, context.now.tzinfo) if isinstance(value, int) else value) or None
        case Kind.COMPANY | Kind.CONTACT:
            return value or 0
        case _ if field.kind in _NUMBERS:
            return value
        case _:
            return value or None
