"""`disk.file.get` and the download it names: recordings read back by who may listen to them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, select

from cordboard.b24wire.errors import RestError
from cordboard.b24wire.loose import as_id, as_text, named
from cordboard.portal.rest.moments import shown
from cordboard.portal.rest.registry import Context, Params, SentFile, method
from cordboard.portal.rest.signed import read_token, signed_address
from cordboard.portal.rights import visible_users
from cordboard.portal.tables import call, file


@method("disk.file.get", scope="disk")
async def file_get(context: Context, params: Params) -> object:
    """One file with the address to download it.

    id* (integer): the file, as `attachRecord` answers it

    Differs: there is one storage with one folder, and no versions.
    """
    if named(params, "id") is None:
        raise RestError("ERROR_ARGUMENT", "Invalid value of parameter {Parameter #0}")
    file_id = as_id(named(params, "id"))
    row = await context.portal.store.read(lambda connection: _readable(connection, context, file_id))
    made = shown(row.created_at, context.now.tzinfo)
    return {
        "ID": str(row.id),
        "NAME": row.name,
        "CODE": None,
        "STORAGE_ID": "1",
        "TYPE": "file",
        "PARENT_ID": "1",
        "DELETED_TYPE": "0",
        "GLOBAL_CONTENT_VERSION": "1",
        "FILE_ID": str(row.id),
        "SIZE": str(row.size),
        "CREATE_TIME": made,
        "UPDATE_TIME": made,
        "DELETE_TIME": None,
        "CREATED_BY": str(row.created_by or 0),
        "UPDATED_BY": str(row.created_by or 0),
        "DELETED_BY": "0",
        "DOWNLOAD_URL": signed_address(context, "download", "disk", row.id),
        "DETAIL_URL": f"{context.base_url}/files/{row.id}",
    }


@method("download", scope="disk", batch=False, listed=False)
async def download(context: Context, params: Params) -> object:
    """The file itself.

    token* (string): from `DOWNLOAD_URL`
    """
    file_id = read_token(context, "download", as_text(params.get("token")), int)
    return await context.portal.store.read(lambda connection: _file(connection, context, file_id))


def _file(connection: Connection, context: Context, file_id: int) -> SentFile:
    row = _readable(connection, context, file_id)
    path: Path = context.portal.files / row.path
    if not path.is_file():
        raise _not_found(file_id)
    return SentFile(path, row.content_type or "application/octet-stream", row.name)


def _readable(connection: Connection, context: Context, file_id: int) -> Row[Any]:
    """A file this user may read: a recording by the right to listen, any other by its maker."""
    row = connection.execute(select(file).where(file.c.id == file_id)).one_or_none()
    if row is None:
        raise _not_found(file_id)
    reach = visible_users(connection, context.user_id, "records")
    whose = connection.execute(select(call.c.portal_user_id).where(call.c.record_file_id == file_id)).scalar()
    owner = whose if whose is not None else row.created_by
    if reach is not None and owner not in reach:
        raise RestError("ACCESS_DENIED", "Access denied", 403)
    return row


def _not_found(file_id: int) -> RestError:
    return RestError("ERROR_NOT_FOUND", f"Could not find entity with id `{file_id}`")
