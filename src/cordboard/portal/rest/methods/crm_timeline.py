"""`crm.timeline.comment.add`: a note in a client's timeline. The key `fields` is read in lower case only."""

from __future__ import annotations

import asyncio
import base64
import binascii

from sqlalchemy import Connection, insert, select

from cordboard.b24wire import errors
from cordboard.b24wire.errors import RestError
from cordboard.b24wire.loose import as_id, as_items, as_map, as_text
from cordboard.portal.changes import ClientChanged
from cordboard.portal.clients import TABLES
from cordboard.portal.files import Kept, keep, register_file
from cordboard.portal.rest.moments import micros
from cordboard.portal.rest.reach import reaches
from cordboard.portal.rest.registry import Context, Params, method
from cordboard.portal.tables import comment, timeline

_MOST_FILES = 20


@method("crm.timeline.comment.add", scope="crm")
async def comment_add(context: Context, params: Params) -> object:
    """Write `COMMENT` at a client; answers its id.

    fields* (object): `ENTITY_TYPE` in small letters, `ENTITY_ID`, `COMMENT`, `FILES` as pairs of name and base64; the
        key `fields` in small letters only
    """
    if "fields" not in params:
        raise errors.missing_argument("fields")
    fields = as_map(params["fields"])
    kind, entity_id = as_text(fields.get("ENTITY_TYPE")).upper(), as_id(fields.get("ENTITY_ID"))
    words = as_text(fields.get("COMMENT")).strip()
    if kind not in TABLES:
        raise RestError("OWNER_NOT_FOUND", "Owner not found.")
    if not words:
        raise errors.invalid_value("Empty comment")
    sent = [_read_file(item) for item in as_items(fields.get("FILES"))[:_MOST_FILES]]
    await context.portal.store.read(lambda connection: _check(connection, context, kind, entity_id))
    folder, now = context.portal.files, context.now
    kept = [await asyncio.to_thread(keep, folder, name, content, now) for name, content in sent]
    comment_id = await context.portal.store.write(lambda c: _add(c, context, kind, entity_id, words, kept))
    context.portal.publish(ClientChanged(kind, entity_id, "timeline"))
    return comment_id


def _read_file(item: object) -> tuple[str, bytes]:
    """Name and content of `[name, base64]`."""
    name, content = (*(as_text(part) for part in as_items(item)), "", "")[:2]
    try:
        return name.replace("/", "_") or "file", base64.b64decode(content, validate=True)
    except (binascii.Error, ValueError) as error:
        raise errors.invalid_value(f"The content of the file {name[:50]} is not base64") from error


def _check(connection: Connection, context: Context, kind: str, entity_id: int) -> None:
    if not connection.execute(select(TABLES[kind].c.id).where(TABLES[kind].c.id == entity_id)).first():
        raise errors.not_found("Not found.")
    if not reaches(connection, context.user_id, kind, entity_id):
        raise errors.access_denied()


def _add(connection: Connection, context: Context, kind: str, entity_id: int, words: str, kept: list[Kept]) -> int:
    _check(connection, context, kind, entity_id)
    now = micros(context.now)
    made = connection.execute(insert(timeline).values(kind="comment")).inserted_primary_key
    comment_id = made[0] if made else 0
    values: dict[str, object] = {"id": comment_id, "entity_type": kind, "entity_id": entity_id, "text": words}
    values |= {"author_id": context.user_id, "created": now}
    values["files"] = [register_file(connection, file, context.user_id, now) for file in kept]
    connection.execute(insert(comment).values(**values))
    return comment_id
