"""`crm.activity.todo.add`: something to be done for a client, such as calling back, without a task."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, select

from cordboard.b24wire.codes import EntityType
from cordboard.b24wire.errors import RestError, access_denied, missing_argument
from cordboard.b24wire.loose import as_id, as_int, as_items, as_text
from cordboard.portal.changes import ClientChanged
from cordboard.portal.clients import TABLES
from cordboard.portal.outbox import outbox_of
from cordboard.portal.rest.activities import insert_activity
from cordboard.portal.rest.moments import micros, read_moment
from cordboard.portal.rest.reach import reaches
from cordboard.portal.rest.registry import Context, Params, method
from cordboard.portal.tables import users

_LEAST = ("ownerTypeId", "ownerId", "deadline")


@method("crm.activity.todo.add", scope="crm")
async def todo_add(context: Context, params: Params) -> object:
    """A thing to do at a client, until a deadline; answers its id.

    ownerTypeId* (integer): 1 lead, 2 deal, 3 contact, 4 company
    ownerId* (integer): the client
    deadline* (string): moment
    title (string): words
    description (string): words
    responsibleId (integer): who shall do it; absent: the caller
    parentActivityId (integer): the activity it follows from
    pingOffsets (array): minutes before the deadline
    colorId (string): colour in the timeline

    Differs: nobody is reminded.
    """
    for name in _LEAST:
        if params.get(name) is None:
            raise missing_argument(name)
    number, owner_id = as_int(params["ownerTypeId"]), as_id(params["ownerId"])
    if number not in list(EntityType):
        raise RestError("OWNER_NOT_FOUND", "Owner not found.")
    kind = EntityType(number).name
    deadline = read_moment(as_text(params["deadline"]), context.now.tzinfo)
    if deadline is None:
        raise RestError("WRONG_DATETIME_FORMAT", "Incorrect date format")
    responsible = as_id(params.get("responsibleId")) or context.user_id
    now = micros(context.now)
    values: dict[str, Any] = {"type_id": 6, "provider_id": "CRM_TODO", "provider_type_id": "TODO"}
    values |= {"subject": as_text(params.get("title")), "description": as_text(params.get("description"))}
    values |= {"created": now, "last_updated": now, "start_time": now, "end_time": deadline, "deadline": deadline}
    values |= {"responsible_id": responsible, "author_id": context.user_id, "editor_id": context.user_id}
    values["associated_entity_id"] = as_id(params.get("parentActivityId")) or None
    offsets = [as_int(item) for item in as_items(params.get("pingOffsets"))][:20]
    values["settings"] = {"PING_OFFSETS": offsets, "COLOR": as_text(params.get("colorId"))[:20]}

    def work(connection: Connection) -> int:
        table = TABLES[kind]
        if not connection.execute(select(table.c.id).where(table.c.id == owner_id)).first():
            raise RestError("NOT_FOUND", "Not found.")
        if not reaches(connection, context.user_id, kind, owner_id):
            raise access_denied()
        if not connection.execute(select(users.c.id).where(users.c.id == responsible)).first():
            raise RestError("INVALID_ARG_VALUE", "The responsible user does not exist")
        activity_id = insert_activity(connection, values, [(kind, owner_id)])
        outbox_of(connection, context).say_entity("ACTIVITY", "add", activity_id)
        return activity_id

    activity_id = await context.portal.store.write(work)
    context.portal.publish(ClientChanged(kind, owner_id, "timeline"))
    return {"id": activity_id}
