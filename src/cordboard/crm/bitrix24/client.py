"""Client: what a flow asks of one Bitrix24 portal, as methods of its REST.

In:   questions of the flow, or a method's name with its parameters.
Out:  their answers; a refusal that answers the question is told as `Refused` or `NotFound`, every other failure is a
      `CrmError` (`rest.py`).
"""

from __future__ import annotations

from typing import Any, cast

from cordboard.b24wire.batch import command_text
from cordboard.crm.base import AnswerNotUnderstood, AuthorizationLost, ClientOf, CrmUser, RequestRefused
from cordboard.crm.bitrix24 import after_finish, mapping
from cordboard.crm.bitrix24.after_finish import ReadFile
from cordboard.crm.bitrix24.rest import Rest, shorten
from cordboard.delivery.limits import Bucket
from cordboard.flow.questions import (
    Done,
    Facts,
    Finish,
    Hide,
    LookForFinished,
    NotFound,
    Question,
    ReadFacts,
    Refused,
    Register,
    Show,
    Sight,
    Update,
)

NOT_FOUND = "Call is not found (call should be registered prior to finishing"

#: of `user.get`, in the order in which an extension is looked for
NUMBER_FIELDS = ("UF_PHONE_INNER", "PERSONAL_MOBILE", "WORK_PHONE", "PERSONAL_PHONE")


def connect(*, name: str, url: str, bucket: Bucket, read_file: ReadFile) -> Bitrix24:
    """A connection by the full address of an inbound webhook; `read_file` gives the content of a recording."""
    return Bitrix24(name, url, bucket, read_file)


class Bitrix24:
    """One portal."""

    def __init__(self, name: str, url: str, bucket: Bucket, read_file: ReadFile) -> None:
        self.name = name
        self.bucket = bucket
        self._rest = Rest(url, bucket)
        self._read_file = read_file

    async def close(self) -> None:
        await self._rest.close()

    async def ask(self, question: Question, *, again: bool = False) -> Any:
        """Put a flow's question to the portal; `again`: it may have been put before."""
        match question:
            case Register(params):
                return await self._register(params)
            case Show(call_id, users):
                return await self._card("telephony.externalCall.show", call_id, users)
            case Hide(call_id, users):
                return await self._card("telephony.externalCall.hide", call_id, users)
            case Finish(params):
                return await self._finish(params)
            case LookForFinished(call_id):
                return await self._look_for(call_id)
            case ReadFacts():
                return await self._read_facts(question)
            case Update(kind, id, fields):
                return await self._update(kind, id, fields)
            case _:
                return await after_finish.ask(self, question, self._read_file, again=again)

    async def _register(self, params: dict[str, Any]) -> Any:
        try:
            result = await self.call("telephony.externalCall.register", params)
        except RequestRefused as refusal:
            return Refused(str(refusal))
        if not isinstance(result, dict) or "CALL_ID" not in result:
            raise AnswerNotUnderstood(f"register was answered without CALL_ID: {shorten(cast('object', result))}")
        return mapping.registered(cast("dict[str, Any]", result))

    async def _card(self, method: str, call_id: str, users: tuple[int, ...]) -> Any:
        try:
            return Done(bool(await self.call(method, {"CALL_ID": call_id, "USER_ID": list(users)})))
        except RequestRefused as refusal:
            return Refused(str(refusal))

    async def _finish(self, params: dict[str, Any]) -> Any:
        try:
            result = await self.call("telephony.externalCall.finish", params)
        except RequestRefused as refusal:
            return NotFound() if NOT_FOUND in str(refusal) else Refused(str(refusal))
        if not isinstance(result, dict):
            raise AnswerNotUnderstood(f"finish was answered with {shorten(result)}")
        return mapping.finished(cast("dict[str, Any]", result))

    async def _look_for(self, call_id: str) -> Sight:
        """In the statistics; where our rights do not reach, by the mark of the activity."""
        looks = (
            ("voximplant.statistic.get", {"FILTER": {"CALL_ID": call_id}}, "CALL_ID", call_id),
            ("crm.activity.list", {"filter": {"ORIGIN_ID": f"VI_{call_id}"}}, "ORIGIN_ID", f"VI_{call_id}"),
        )
        for method, params, field, value in looks:
            try:
                result = await self.call(method, params)
            except (RequestRefused, AuthorizationLost):
                continue
            rows = cast("list[dict[str, Any]]", result if isinstance(result, list) else [])
            # a filter that the portal does not know is dropped silently: believe the rows alone
            return Sight.FOUND if any(row.get(field) == value for row in rows) else Sight.ABSENT
        return Sight.UNKNOWN

    async def _read_facts(self, question: ReadFacts) -> Any:
        """In one batch; what may not be read is told as what is not there."""
        commands = facts_commands(question)
        if not commands:
            return Facts()
        try:
            answer = await self.call("batch", {"halt": 0, "cmd": commands})
        except RequestRefused as refusal:
            return Refused(str(refusal))
        given: Any = cast("dict[str, Any]", answer).get("result") if isinstance(answer, dict) else {}
        results = cast("dict[str, Any]", given) if isinstance(given, dict) else {}
        return Facts(**{key: first_row(results.get(key)) for key in commands})

    async def _update(self, kind: str, id: str, fields: dict[str, Any]) -> Any:
        try:
            return Done(bool(await self.call(f"crm.{kind}.update", {"id": id, "fields": fields})))
        except RequestRefused as refusal:
            return Refused(str(refusal))

    async def whose_client(self, phone: str) -> ClientOf | None:
        """A contact comes before a company, a company before a lead."""
        result = await self.call("telephony.externalCall.searchCrmEntities", {"PHONE_NUMBER": phone})
        rows = cast("list[dict[str, Any]]", result if isinstance(result, list) else [])
        found = {str(row.get("CRM_ENTITY_TYPE", "")).lower(): row for row in rows}
        row = next((found[kind] for kind in ("contact", "company", "lead") if kind in found), None)
        if row is None:
            return None
        whose = cast("dict[str, Any]", row.get("ASSIGNED_BY") or {})
        user = str(row.get("ASSIGNED_BY_ID") or whose.get("ID") or 0)
        name, extension = str(row.get("NAME") or ""), str(whose.get("USER_PHONE_INNER") or "")
        return ClientOf(name, int(user) if user.isdigit() else 0, extension)

    async def list_users(self) -> list[CrmUser]:
        """All active employees."""
        users: list[CrmUser] = []
        start: int | None = 0
        while start is not None:
            body = await self._rest.post(
                "user.get", {"FILTER": {"ACTIVE": True}, "sort": "ID", "order": "ASC", "start": start}
            )
            users += [user_of(row) for row in cast("list[dict[str, Any]]", body["result"])]
            start = body.get("next")
        return users

    async def has_method(self, method: str) -> bool:
        """Whether the portal knows a method and lets us call it."""
        try:
            result = await self.call("method.get", {"name": method})
        except RequestRefused:
            return False
        answer = cast("dict[str, Any]", result) if isinstance(result, dict) else {}
        return bool(answer.get("isExisting") and answer.get("isAvailable"))

    async def upload(self, address: str, field: str, name: str, content: bytes) -> Any:
        """Send a file to an address that the portal gave."""
        return await self._rest.upload(address, field, name, content)

    async def call(self, method: str, params: dict[str, Any]) -> Any:
        """The `result` of one method."""
        return (await self._rest.post(method, params))["result"]


def facts_commands(question: ReadFacts) -> dict[str, str]:
    """The commands of a batch that reads client, deal and activity of a call."""
    commands: dict[str, str] = {}
    kind, id = question.entity_type, question.entity_id
    if kind in {"contact", "company", "lead"} and id:
        commands["entity"] = command_text(f"crm.{kind}.get", {"id": id})
    if question.deal_id:
        commands["deal"] = command_text("crm.deal.get", {"id": question.deal_id})
    elif kind in {"contact", "company"} and id:
        params = {"filter": {f"{kind.upper()}_ID": id, "CLOSED": "N"}, "order": {"ID": "DESC"}, "select": ["*", "UF_*"]}
        commands["deal"] = command_text("crm.deal.list", cast("dict[str, object]", params))
    if question.activity_id:
        commands["activity"] = command_text("crm.activity.get", {"id": question.activity_id})
    return commands


def first_row(result: Any) -> dict[str, Any] | None:
    """A row, or the first of a list."""
    row = (cast("list[Any]", result) or [None])[0] if isinstance(result, list) else result
    return cast("dict[str, Any]", row) if isinstance(row, dict) else None


def user_of(row: dict[str, Any]) -> CrmUser:
    name = " ".join(part for part in (row.get("NAME"), row.get("LAST_NAME")) if part)
    numbers = tuple(str(row[field]) for field in NUMBER_FIELDS if row.get(field))
    return CrmUser(int(row["ID"]), name, numbers, str(row.get("EMAIL") or ""), str(row.get("WORK_POSITION") or ""), row)
