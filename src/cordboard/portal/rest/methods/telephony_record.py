"""What is added to a finished call: `attachRecord` in its three modes, `attachTranscription`.

The surprise: the upload address of the two-step mode works for the same credential only, and dies with the process.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
from typing import Any, cast

import structlog
from sqlalchemy import Connection, delete, insert, select, update

from cordboard.b24wire.errors import RestError, failure
from cordboard.b24wire.loose import as_float, as_int, as_items, as_map, as_text
from cordboard.portal.changes import CallChanged
from cordboard.portal.fetch import fetch_record
from cordboard.portal.files import audio_type, keep, register_file, remove_kept
from cordboard.portal.rest.moments import micros
from cordboard.portal.rest.registry import Context, Params, method
from cordboard.portal.rest.request import Upload
from cordboard.portal.rest.signed import read_token, signed_address
from cordboard.portal.tables import activity, call, call_transcript, file

_log = structlog.get_logger("cordboard.portal.records")
#: the event loop keeps no strong reference to a task
_fetching: set[asyncio.Task[None]] = set()

WRONG_EXTENSION = "Wrong file extension. Only wav and mp3 are allowed"
NOT_FINISHED = "Call is not found in the statistic table. Looks like it is not finished yet."


@method("telephony.externalCall.attachRecord", scope="telephony")
async def attach_record(context: Context, params: Params) -> object:
    """A recording for a finished call: by content, by a second request, or fetched from an allowed address.

    CALL_ID* (string): a finished call
    FILENAME (string): ends in `wav` or `mp3`, small letters
    FILE_CONTENT (string): base64; absent: the answer names an address to send the field `file` to
    RECORD_URL (string): address to fetch from; wins over the rest

    Differs: an address is fetched only from places the portal allows (`fetch_from`).
    """
    call_id, address = as_text(params.get("CALL_ID")), as_text(params.get("RECORD_URL"))
    if not address and "FILENAME" not in params:
        raise failure("Required parameters are not set. Request should contain or URL or FILENAME parameter")
    await check_finished(context, call_id)
    if address:
        fetched, content = await fetch_record(address, context.portal.settings.fetch_from)
        name = as_text(params.get("FILENAME")).strip() or fetched
        check_name(name, ("wav", "mp3", "flac"))
        return {"FILE_ID": await save(context, call_id, name, content, address)}
    name = as_text(params.get("FILENAME")).strip()
    check_name(name, ("wav", "mp3"))
    if "FILE_CONTENT" not in params:
        address = signed_address(context, "upload", "telephony", [call_id, name])
        return {"uploadUrl": address, "fieldName": "file"}
    return {"FILE_ID": await save(context, call_id, name, read_content(params["FILE_CONTENT"]), None)}


@method("upload", scope="telephony", batch=False, listed=False)
async def upload(context: Context, params: Params) -> object:
    """The second step of `attachRecord`: the file itself.

    token* (string): from `uploadUrl`
    file* (file): the recording
    """
    call_id, name = read_token(context, "upload", as_text(params.get("token")), tuple[str, str])
    sent = params.get("file")
    if not isinstance(sent, Upload):
        raise failure("Error: required parameter file is not found")
    await check_finished(context, call_id)
    return {"FILE_ID": await save(context, call_id, name, sent.data, None)}


@method("telephony.call.attachTranscription", scope="telephony")
async def attach_transcription(context: Context, params: Params) -> object:
    """The text of a finished call.

    CALL_ID* (string): a finished call
    MESSAGES* (array): items of `SIDE` (`User` or `Client`), `START_TIME`, `STOP_TIME`, `MESSAGE`
    COST (double): with `COST_CURRENCY`
    COST_CURRENCY (string): ISO code
    """
    call_id = as_text(params.get("CALL_ID"))
    if not call_id:
        raise failure("CALL_ID should be set")
    sent = params.get("MESSAGES")
    if not isinstance(sent, list | dict):
        raise failure("MESSAGES should be an array")
    values = {
        "messages": [read_message(place, as_map(item)) for place, item in enumerate(as_items(cast("Any", sent)))],
        "cost": as_float(params.get("COST")),
        "cost_currency": as_text(params.get("COST_CURRENCY")),
    }

    def work(connection: Connection) -> int:
        row = find(connection, call_id)
        if row is None:
            raise failure(f"Call {call_id} is not found. Is it finished?")
        added = connection.execute(insert(call_transcript).values(call=row.id, **values)).inserted_primary_key
        transcript_id = int(cast("tuple[int]", added)[0])
        connection.execute(update(call).where(call.c.id == row.id).values(transcript_id=transcript_id))
        return transcript_id

    transcript_id = await context.portal.store.write(work)
    context.portal.publish(CallChanged(call_id))
    return {"TRANSCRIPT_ID": transcript_id}


def fetch_later(context: Context, call_id: str, address: str) -> None:
    """`RECORD_URL` of `finish`: fetched after the answer; one more try after a minute, then the log says so."""

    async def fetch() -> None:
        for pause in (0, 60):
            await asyncio.sleep(pause)
            try:
                name, content = await fetch_record(address, context.portal.settings.fetch_from)
                check_name(name, ("wav", "mp3", "flac"))
                await save(context, call_id, name, content, address)
                return
            except RestError as error:
                _log.warning("record not fetched", call_id=call_id, reason=error.text)

    task = asyncio.get_running_loop().create_task(fetch())
    _fetching.add(task)
    task.add_done_callback(_fetching.discard)


def read_message(place: int, item: dict[str, object]) -> dict[str, object]:
    side, text = as_text(item.get("SIDE")), as_text(item.get("MESSAGE"))
    start, stop = as_int(item.get("START_TIME")), as_int(item.get("STOP_TIME"))
    here = f"MESSAGES[{place}]"
    if side not in ("User", "Client"):
        raise failure(f"{here}[SIDE] should be either Client or User")
    if start < 0:
        raise failure(f"{here}[START_TIME] should be greater or equal to zero")
    if stop <= 0:
        raise failure(f"{here}[STOP_TIME] should be greater than zero")
    if not text:
        raise failure(f"{here}[MESSAGE] is empty")
    return {"SIDE": side, "START_TIME": start, "STOP_TIME": stop, "MESSAGE": text}


def check_name(name: str, allowed: tuple[str, ...]) -> None:
    if not name:
        raise failure("File name is empty")
    if name.rpartition(".")[2] not in allowed:
        raise failure(WRONG_EXTENSION)


def read_content(sent: object) -> bytes:
    text = as_text(sent)
    if not text:
        raise failure("File content is empty.")
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise failure("File content is not properly encoded. Base64 encoding is expected.") from error


async def check_finished(context: Context, call_id: str) -> None:
    row = await context.portal.store.read(lambda connection: find(connection, call_id))
    if row is None:
        raise failure(NOT_FINISHED)


async def save(context: Context, call_id: str, name: str, content: bytes, address: str | None) -> int:
    """Put the file on the disk, then its row, the call and the activity in one transaction; the old file goes."""
    if not audio_type(content):
        raise failure("Unknown error encountered while saving file.")
    folder = context.portal.files
    kept = await asyncio.to_thread(keep, folder, name.replace("/", "_"), content, context.now)

    def work(connection: Connection) -> tuple[int, str]:
        row = find(connection, call_id)
        file_id = register_file(connection, kept, context.user_id, micros(context.now))
        old = ""
        if row.record_file_id is not None:
            old = connection.execute(select(file.c.path).where(file.c.id == row.record_file_id)).scalar() or ""
            connection.execute(delete(file).where(file.c.id == row.record_file_id))
        values = {"record_file_id": file_id, "call_record_url": address}
        connection.execute(update(call).where(call.c.id == row.id).values(**values))
        mine = activity.c.origin_id == f"VI_{call_id}"
        connection.execute(update(activity).where(mine).values(files=[file_id]))
        return file_id, old

    file_id, old = await context.portal.store.write(work)
    await asyncio.to_thread(remove_kept, folder, old)
    context.portal.publish(CallChanged(call_id))
    return file_id


def find(connection: Connection, call_id: str) -> Any:
    return connection.execute(select(call).where(call.c.call_id == call_id)).one_or_none()
