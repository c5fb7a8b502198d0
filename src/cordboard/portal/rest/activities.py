"""Activities between the database and the wire: one table of fields for reading, filtering and writing.

In:   a row, or `fields` as sent. Out: the record as strings, or the columns to write.
"""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import Connection, Row, insert

from cordboard.b24wire.codes import ENTITY_TYPE_IDS, EntityType
from cordboard.b24wire.loose import as_id, as_int, as_items, as_map, as_text
from cordboard.portal.rest.filters import Filterable, as_date, to_flag
from cordboard.portal.rest.moments import shown
from cordboard.portal.rest.registry import Context
from cordboard.portal.rest.signed import signed_address
from cordboard.portal.tables import activity, activity_binding, timeline

__all__ = ["FIELDS", "filterable", "insert_activity", "record_of", "values_of"]

#: In the portal's order: type, and whether it can be written.
FIELDS: dict[str, tuple[str, bool]] = {
    "ID": ("integer", False),
    "OWNER_ID": ("integer", True),
    "OWNER_TYPE_ID": ("crm_enum_ownertype", True),
    "TYPE_ID": ("crm_enum_activitytype", True),
    "PROVIDER_ID": ("string", True),
    "PROVIDER_TYPE_ID": ("string", True),
    "PROVIDER_GROUP_ID": ("string", True),
    "ASSOCIATED_ENTITY_ID": ("integer", False),
    "SUBJECT": ("string", True),
    "CREATED": ("datetime", False),
    "LAST_UPDATED": ("datetime", False),
    "START_TIME": ("datetime", True),
    "END_TIME": ("datetime", True),
    "DEADLINE": ("datetime", True),
    "COMPLETED": ("char", True),
    "STATUS": ("crm_enum_activitystatus", False),
    "RESPONSIBLE_ID": ("user", True),
    "PRIORITY": ("crm_enum_activitypriority", True),
    "NOTIFY_TYPE": ("crm_enum_activitynotifytype", True),
    "NOTIFY_VALUE": ("integer", True),
    "DESCRIPTION": ("string", True),
    "DESCRIPTION_TYPE": ("crm_enum_contenttype", True),
    "DIRECTION": ("crm_enum_activitydirection", True),
    "LOCATION": ("string", True),
    "SETTINGS": ("object", True),
    "ORIGINATOR_ID": ("string", True),
    "ORIGIN_ID": ("string", True),
    "AUTHOR_ID": ("user", True),
    "EDITOR_ID": ("user", False),
    "PROVIDER_PARAMS": ("object", False),
    "PROVIDER_DATA": ("string", False),
    "RESULT_MARK": ("integer", True),
    "RESULT_VALUE": ("double", False),
    "RESULT_SUM": ("double", False),
    "RESULT_CURRENCY_ID": ("string", False),
    "RESULT_STATUS": ("integer", False),
    "RESULT_STREAM": ("integer", True),
    "RESULT_SOURCE_ID": ("string", False),
    "AUTOCOMPLETE_RULE": ("integer", False),
    "IS_INCOMING_CHANNEL": ("char", False),
    "COMMUNICATIONS": ("crm_activity_communication", True),
    "FILES": ("diskfile", False),
}
_ONLY_IF_SELECTED = ("COMMUNICATIONS", "FILES")
_WITHOUT_COLUMN: dict[str, object] = {
    "PROVIDER_PARAMS": [],
    "PROVIDER_DATA": None,
    "RESULT_VALUE": None,
    "RESULT_SUM": None,
    "RESULT_CURRENCY_ID": None,
    "RESULT_STATUS": "0",
    "RESULT_SOURCE_ID": None,
    "AUTOCOMPLETE_RULE": "0",
}
_TEXT = ("string",)
_NULL_IF_EMPTY = ("PROVIDER_GROUP_ID", "ORIGINATOR_ID", "ORIGIN_ID")


def filterable(context: Context, name: str) -> Filterable | None:
    """What a filter or an order of activities may name."""
    if name == "OWNER_TYPE_ID":
        return Filterable(activity.c.owner_type, _kind_name)
    if name not in FIELDS or name.lower() not in activity.c:
        return None
    column = activity.c[name.lower()]
    kind = FIELDS[name][0]
    if kind == "datetime":
        return Filterable(column, as_date(context.now.tzinfo), text=False)  # pyright: ignore[reportArgumentType]
    if kind == "char":
        return Filterable(column, to_flag, text=False)
    if kind in ("object", "crm_activity_communication", "diskfile"):
        return None
    return Filterable(column) if kind in _TEXT else Filterable(column, as_id, text=False)


def record_of(row: Row[Any], context: Context, wanted: set[str]) -> dict[str, object]:
    """The row as the wire shows it; `*` wants all but communications and files."""
    names = [name for name in FIELDS if name in wanted or ("*" in wanted and name not in _ONLY_IF_SELECTED)]
    return {name: _shown(name, row, context) for name in dict.fromkeys(["ID", *names])}


def values_of(fields: dict[str, object], context: Context) -> dict[str, Any]:
    """The columns that `fields` sets; unknown and read-only names are dropped."""
    values: dict[str, Any] = {}
    for name, value in fields.items():
        kind, writable = FIELDS.get(name, ("", False))
        if not writable or name in ("OWNER_TYPE_ID", "OWNER_ID"):
            continue
        match kind:
            case "datetime":
                values[name.lower()] = as_date(context.now.tzinfo)(value)  # pyright: ignore[reportArgumentType]
            case "char":
                values[name.lower()] = bool(to_flag(value))
            case "string":
                values[name.lower()] = as_text(value)
            case "object":
                values[name.lower()] = as_map(value)
            case "crm_activity_communication":
                values["communications"] = [_communication(as_map(item)) for item in as_items(value)]
            case _:
                number = as_int(value)
                values[name.lower()] = number if 0 <= number < 2**31 else 0
    return values


def insert_activity(connection: Connection, values: dict[str, Any], bindings: list[tuple[str, int]]) -> int:
    """Write an activity with its bindings, the first of which owns it; returns its id."""
    made = connection.execute(insert(timeline).values(kind="activity"))
    activity_id = int(cast("tuple[int]", made.inserted_primary_key)[0])
    owner_type, owner_id = bindings[0]
    row = {**values, "id": activity_id, "owner_type": owner_type, "owner_id": owner_id}
    connection.execute(insert(activity).values(**row))
    for kind, entity_id in bindings:
        link = {"activity_id": activity_id, "entity_type": kind, "entity_id": entity_id}
        connection.execute(insert(activity_binding).values(**link))
    return activity_id


def _kind_name(value: object) -> object | None:
    number = as_int(value)
    return EntityType(number).name if number in list(EntityType) else None


def _communication(item: dict[str, object]) -> dict[str, object]:
    names = ("ID", "TYPE", "VALUE", "ENTITY_ID", "ENTITY_TYPE_ID")
    return {name: as_text(item[name]) for name in names if name in item}


def _shown(name: str, row: Row[Any], context: Context) -> object:
    if name in _WITHOUT_COLUMN:
        return _WITHOUT_COLUMN[name]
    match name:
        case "OWNER_TYPE_ID":
            return str(ENTITY_TYPE_IDS[row.owner_type])
        case "STATUS":
            return "2" if row.completed else "1"
        case "COMMUNICATIONS":
            return row.communications
        case "FILES":
            return [
                {"id": file_id, "url": signed_address(context, "download", "disk", file_id)} for file_id in row.files
            ]
        case "SETTINGS":
            return row.settings or []
        case _:
            return _plain(name, row, context)


def _plain(name: str, row: Row[Any], context: Context) -> object:
    value = getattr(row, name.lower())
    match FIELDS[name][0]:
        case "datetime":
            return shown(value, context.now.tzinfo)
        case "char":
            return "Y" if value else "N"
        case _ if value == "" and name in _NULL_IF_EMPTY:
            return None
        case _ if value is None and name == "ASSOCIATED_ENTITY_ID":
            return "0"
        case _:
            return None if value is None else str(value)
