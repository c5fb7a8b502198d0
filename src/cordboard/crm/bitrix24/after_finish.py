"""After the finish, at the portal: the recording in its three ways, tasks and notices.

In:   questions of `flow/after_finish.py`, the portal's methods, the content of a file.
Out:  their answers. None of them may stop a connection: a webhook without the scope `task` or `im` refuses them alone.
"""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable
from typing import Any, Protocol, cast

from cordboard.b24wire.batch import command_text
from cordboard.crm.base import CrmFailing, RequestRefused, ScopeMissing
from cordboard.flow.after_finish import AttachRecord, CompleteTask, CreateTask, Notify, TaskCreated, TellPart, Unnotify
from cordboard.flow.questions import Done, Question, Refused

#: bytes above which a recording is not put into the request itself
LARGEST_CONTENT = 8 * 1024 * 1024
TOO_LARGE = "File content is empty"
#: refusals of a recording that pass: the finish is not seen yet, we could not be reached, a disk was full
PASSING = (
    "Looks like it is not finished yet",
    "Server returns HTTP error code 5",
    "NETWORK_ERROR",
    "Unknown error encountered while saving file",
)
#: names the owner of tags where a webhook uses them
CLIENT_ID = "cordboard"

ReadFile = Callable[[str], Awaitable[bytes | None]]


class Portal(Protocol):
    """What is needed of a portal."""

    async def call(self, method: str, params: dict[str, Any]) -> Any: ...

    async def upload(self, address: str, field: str, name: str, content: bytes) -> Any: ...


async def ask(portal: Portal, question: Question, read_file: ReadFile, *, again: bool) -> Any:
    """The answer of a question of this file's kinds; `again`: it may have been put before."""
    try:
        match question:
            case AttachRecord():
                return await attach(portal, question, read_file)
            case CreateTask(params, mark):
                return await create_task(portal, params, mark, again=again)
            case TellPart():
                return await tell_part(portal, question, again=again)
            case CompleteTask(task_id):
                await portal.call("tasks.task.complete", {"taskId": task_id})
            case Notify(params):
                await portal.call("im.notify.system.add", {**params, "CLIENT_ID": CLIENT_ID})
            case Unnotify(tag):
                await portal.call("im.notify.delete", {"TAG": tag, "CLIENT_ID": CLIENT_ID})
            case _:
                raise TypeError(f"{type(question).__name__} is no question for a portal")
    except (RequestRefused, ScopeMissing) as refusal:
        return Refused(str(refusal))
    return Done()


async def attach(portal: Portal, question: AttachRecord, read_file: ReadFile) -> Done | Refused:
    """Give the portal a recording: by address, in the request, or by a second one."""
    params = question.params
    if not question.path:
        await attach_record(portal, params)
        return Done()
    content = await read_file(question.path)
    if content is None:
        return Refused("the file is gone")
    if not question.by_upload and len(content) <= LARGEST_CONTENT:
        try:
            await attach_record(portal, {**params, "FILE_CONTENT": base64.b64encode(content).decode()})
            return Done()
        except RequestRefused as refusal:
            # what a server cuts off as too large arrives empty
            if TOO_LARGE not in str(refusal):
                raise
    place = await attach_record(portal, params)
    if not isinstance(place, dict) or not str(cast("dict[str, Any]", place).get("uploadUrl") or "").startswith("http"):
        return Refused("the portal gave no address to send the file to")
    where = cast("dict[str, Any]", place)
    await portal.upload(str(where["uploadUrl"]), str(where.get("fieldName") or "file"), params["FILENAME"], content)
    return Done()


async def attach_record(portal: Portal, params: dict[str, Any]) -> Any:
    try:
        return await portal.call("telephony.externalCall.attachRecord", params)
    except RequestRefused as refusal:
        if any(words in str(refusal) for words in PASSING):
            raise CrmFailing(str(refusal)) from None
        raise


async def create_task(portal: Portal, params: dict[str, Any], mark: str, *, again: bool) -> TaskCreated | Refused:
    """Make a task; where an answer may have been lost, only if there is none with our mark."""
    if again and (known := await find_task(portal, params, mark)) is not None:
        return TaskCreated(known)
    answer = await portal.call("tasks.task.add", {"fields": {**params, "TAGS": [mark]}})
    task = cast("dict[str, Any]", answer).get("task") if isinstance(answer, dict) else None
    if not isinstance(task, dict) or not (id := cast("dict[str, Any]", task).get("id")):
        return Refused("the portal made a task and did not say which")
    return TaskCreated(str(id))


async def tell_part(portal: Portal, question: TellPart, *, again: bool) -> Done | Refused:
    """Register and finish in one request; where an answer may have been lost, only if the statistics have it not."""
    mark = question.register["EXTERNAL_CALL_ID"]
    if again:
        found = await portal.call("voximplant.statistic.get", {"FILTER": {"EXTERNAL_CALL_ID": mark}})
        rows = cast("list[dict[str, Any]]", found if isinstance(found, list) else [])
        if any(row.get("EXTERNAL_CALL_ID") == mark for row in rows):
            return Done()
    requests: dict[str, dict[str, object]] = {
        "register": question.register,
        "finish": {**question.finish, "CALL_ID": "$result[register][CALL_ID]"},
    }
    commands = {name: command_text(f"telephony.externalCall.{name}", sent) for name, sent in requests.items()}
    answer = await portal.call("batch", {"halt": 1, "cmd": commands})
    refusals = cast("dict[str, Any]", answer).get("result_error") if isinstance(answer, dict) else None
    for refusal in cast("dict[str, dict[str, Any]]", refusals if isinstance(refusals, dict) else {}).values():
        return Refused(str(refusal.get("error_description") or refusal.get("error") or "refused"))
    return Done()


async def find_task(portal: Portal, params: dict[str, Any], mark: str) -> str | None:
    answer = await portal.call(
        "tasks.task.list",
        {
            # a filter that the portal does not know is dropped silently: the rows alone are believed
            "filter": {"TAG": mark, **{key: params[key] for key in ("RESPONSIBLE_ID",) if key in params}},
            "order": {"ID": "DESC"},
            "select": ["ID", "TAGS"],
            "start": -1,
        },
    )
    rows = cast("dict[str, Any]", answer).get("tasks") if isinstance(answer, dict) else None
    for row in cast("list[dict[str, Any]]", rows if isinstance(rows, list) else []):
        if mark in tags_of(row.get("tags")):
            return str(row["id"])
    return None


def tags_of(tags: object) -> set[str]:
    """Tags as a list of texts, or as an object of objects with titles."""
    if isinstance(tags, dict):
        values = cast("dict[str, Any]", tags).values()
        return {str(cast("dict[str, Any]", tag).get("title")) if isinstance(tag, dict) else str(tag) for tag in values}
    return {str(tag) for tag in cast("list[object]", tags)} if isinstance(tags, list) else set()
