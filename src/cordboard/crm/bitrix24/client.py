"""Client: one Bitrix24 portal over HTTP.

In:   questions of the flow, or a method's name with its parameters.
Out:  their answers. Every failure becomes a `CrmError` that says whether trying again can help.

What surprises: most refusals have an empty code and status 400, so the texts of two of them are compared; and the
address holds the webhook's secret, so no error repeats it.
"""

from __future__ import annotations

import asyncio
from typing import Any, cast

import aiohttp
import msgspec

from cordboard.b24wire.batch import command_text
from cordboard.b24wire.errors import Reaction, reaction_to
from cordboard.crm.base import (
    AnswerNotUnderstood,
    AuthorizationLost,
    CrmBusy,
    CrmError,
    CrmFailing,
    CrmUnreachable,
    CrmUser,
    RequestRefused,
)
from cordboard.crm.bitrix24 import mapping
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

#: seconds for one request; a portal ends its own after sixty
TIMEOUT = aiohttp.ClientTimeout(total=60, connect=10)
NOT_FOUND = "Call is not found (call should be registered prior to finishing"

#: of `user.get`, in the order in which an extension is looked for
NUMBER_FIELDS = ("UF_PHONE_INNER", "PERSONAL_MOBILE", "WORK_PHONE", "PERSONAL_PHONE")


def connect(*, name: str, url: str) -> Bitrix24:
    """A connection by the full address of an inbound webhook."""
    return Bitrix24(name, url)


class Bitrix24:
    """One portal."""

    def __init__(self, name: str, url: str) -> None:
        self.name = name
        self._url = url.rstrip("/") + "/"
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def ask(self, question: Question) -> Any:
        """Put a flow's question to the portal."""
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
                raise TypeError(f"{type(question).__name__} is no question for a portal")

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

    async def list_users(self) -> list[CrmUser]:
        """All active employees."""
        users: list[CrmUser] = []
        start: int | None = 0
        while start is not None:
            body = await self._post(
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

    async def call(self, method: str, params: dict[str, Any]) -> Any:
        """The `result` of one method."""
        return (await self._post(method, params))["result"]

    async def _post(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=TIMEOUT, trust_env=False)
        headers = {"Content-Type": "application/json"}
        try:
            async with self._session.post(
                self._url + method, data=msgspec.json.encode(params), headers=headers, allow_redirects=False
            ) as response:
                return read_answer(method, response.status, await response.read())
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise CrmUnreachable(f"{method}: {why(error)}") from None


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


def why(error: BaseException) -> str:
    """The reason without the address, which holds the secret."""
    if isinstance(error, asyncio.TimeoutError):
        return "no answer in time"
    reason = getattr(error, "strerror", None)
    return reason if isinstance(reason, str) and reason else type(error).__name__


def read_answer(method: str, status: int, body: bytes) -> dict[str, Any]:
    """The answer's object; raises the `CrmError` that code, text and status stand for."""
    try:
        answer: Any = msgspec.json.decode(body)
    except msgspec.DecodeError:
        answer = None
    if isinstance(answer, dict) and "result" in answer and status < 400:
        return cast("dict[str, Any]", answer)
    if not isinstance(answer, dict) or "error" not in answer:
        raise without_envelope(method, status)
    refusal = cast("dict[str, Any]", answer)
    raise error_of(method, str(refusal.get("error") or ""), str(refusal.get("error_description") or ""), status)


def without_envelope(method: str, status: int) -> CrmError:
    """A proxy's page, a redirect, a cut body: never the portal's own word."""
    if status in {301, 302, 307, 308}:
        return AuthorizationLost(f"{method}: the portal has moved (HTTP {status}); correct `url` in the settings")
    if status in {401, 403}:
        return AuthorizationLost(f"{method}: HTTP {status}")
    if status == 429:
        return CrmBusy(f"{method}: HTTP {status}")
    return CrmUnreachable(f"{method}: HTTP {status} without an answer of Bitrix24")


def error_of(method: str, code: str, text: str, status: int) -> CrmError:
    words = f"{method}: {text or code}"
    match reaction_to(code, status):
        case Reaction.RETRY if code.upper() in {"QUERY_LIMIT_EXCEEDED", "OVERLOAD_LIMIT"}:
            return CrmBusy(words)
        case Reaction.RETRY:
            return CrmFailing(words) if status == 500 else CrmUnreachable(words)
        case Reaction.PAUSE:
            return CrmBusy(words, pause=60.0)
        case Reaction.REFRESH | Reaction.STOP:
            return AuthorizationLost(words)
        case Reaction.GIVE_UP:
            return RequestRefused(text or code or f"HTTP {status}")


def user_of(row: dict[str, Any]) -> CrmUser:
    name = " ".join(part for part in (row.get("NAME"), row.get("LAST_NAME")) if part)
    numbers = tuple(str(row[field]) for field in NUMBER_FIELDS if row.get(field))
    return CrmUser(int(row["ID"]), name, numbers, str(row.get("EMAIL") or ""), str(row.get("WORK_POSITION") or ""), row)


def shorten(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 200 else text[:200] + "…"
