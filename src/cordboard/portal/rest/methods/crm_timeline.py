"""`crm.timeline.comment.add`: a note in a client's timeline. The key `fields` is read in lower case only."""

from __future__ import annotations

from sqlalchemy import Connection, insert, select

from cordboard.b24wire import errors
from cordboard.b24wire.loose import as_id, as_map, as_text
from cordboard.portal.changes import ClientChanged
from cordboard.portal.clients import TABLES
from cordboard.portal.rest.moments import micros
from cordboard.portal.rest.registry import Context, Params, method
from cordboard.portal.tables import comment, timeline


@method("crm.timeline.comment.add", scope="crm")
async def comment_add(context: Context, params: Params) -> object:
    """Write `COMMENT` at `ENTITY_TYPE` (lower case), `ENTITY_ID`; answers its id.

    fields* (object): `ENTITY_TYPE` in small letters, `ENTITY_ID`, `COMMENT`; the key `fields` in small letters only
    """
    fields = as_map(params.get("fields"))
    kind, entity_id = as_text(fields.get("ENTITY_TYPE")).upper(), as_id(fields.get("ENTITY_ID"))
    words = as_text(fields.get("COMMENT")).strip()
    if kind not in TABLES or entity_id <= 0:
        raise errors.failure("Access denied." if kind in TABLES else "Not found")
    if not words:
        raise errors.argument_error("Comment is empty", "COMMENT")
    comment_id = await context.portal.store.write(lambda c: _add(c, context, kind, entity_id, words))
    context.portal.publish(ClientChanged(kind, entity_id, "timeline"))
    return comment_id


def _add(connection: Connection, context: Context, kind: str, entity_id: int, words: str) -> int:
    table = TABLES[kind]
    if not connection.execute(select(table.c.id).where(table.c.id == entity_id)).first():
        raise errors.failure("Not found")
    made = connection.execute(insert(timeline).values(kind="comment")).inserted_primary_key
    comment_id = made[0] if made else 0
    values = {"id": comment_id, "entity_type": kind, "entity_id": entity_id, "text": words}
    connection.execute(insert(comment).values(author_id=context.user_id, created=micros(context.now), **values))
    return comment_id
