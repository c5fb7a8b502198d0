"""Rest: one Bitrix24 portal over HTTP.

In:   a method's name with its parameters. Out: the object of its answer.
Errors: every failure becomes a `CrmError` that says whether trying again can help, and whom it concerns.

What surprises: most refusals have an empty code and status 400; and the address holds the webhook's secret, so no error
repeats it. A portal that counts the time of a method refuses that method alone for a while: so does this file, until
the moment that the portal named.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any, cast

import aiohttp
import msgspec

from cordboard.b24wire.errors import Reaction, reaction_to
from cordboard.crm.base import (
    AuthorizationLost,
    CrmBusy,
    CrmError,
    CrmFailing,
    CrmUnreachable,
    MethodBusy,
    RequestRefused,
    ScopeMissing,
)
from cordboard.crm.bitrix24.turns import Turns
from cordboard.delivery.limits import Bucket

#: seconds for one request; a portal ends its own after sixty
TIMEOUT = aiohttp.ClientTimeout(total=60, connect=10)
#: seconds for a file
UPLOAD_TIMEOUT = aiohttp.ClientTimeout(total=600, connect=10)
#: seconds in which a method that took too much time is not asked, where the portal does not say until when
SHORTEST_PAUSE = 60.0


class Rest:
    """The methods of one portal."""

    def __init__(self, url: str, bucket: Bucket) -> None:
        self._url = url.rstrip("/") + "/"
        self._session: aiohttp.ClientSession | None = None
        self._turns = Turns(self._post, error_of, bucket, time.monotonic)
        #: method → until when it is not asked (seconds since the epoch)
        self._resting: dict[str, float] = {}
        #: method → when the oldest of its time is forgotten, as the portal said last
        self._reset_at: dict[str, float] = {}

    async def close(self) -> None:
        await self._turns.close()
        if self._session is not None:
            await self._session.close()

    async def post(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        """The whole answer of a method, `result` and what stands beside it."""
        if (left := self._resting.get(method, 0.0) - time.time()) > 0:
            raise MethodBusy(f"{method}: it took too much time and rests", pause=left)
        try:
            answer = await self._turns.post(method, params)
        except MethodBusy as error:
            until = max(self._reset_at.get(method, 0.0), time.time() + SHORTEST_PAUSE)
            self._resting[method] = until
            raise MethodBusy(str(error), pause=until - time.time()) from None
        spent = answer.get("time")
        if isinstance(spent, dict):
            self._reset_at[method] = float(cast("dict[str, Any]", spent).get("operating_reset_at") or 0.0)
        return answer

    async def upload(self, address: str, field: str, name: str, content: bytes) -> Any:
        """Send a file to an address that the portal gave for it; its `result`."""
        form = aiohttp.FormData()
        form.add_field(field, content, filename=name, content_type="application/octet-stream")
        try:
            async with self._open().post(address, data=form, allow_redirects=False, timeout=UPLOAD_TIMEOUT) as response:
                return read_answer("upload", response.status, await response.read())["result"]
        except (TimeoutError, aiohttp.ClientError, OSError, ValueError) as error:
            raise CrmUnreachable(f"upload: {why(error)}") from None

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=TIMEOUT, trust_env=False)
        return self._session

    async def _post(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        headers = {"Content-Type": "application/json"}
        try:
            async with self._open().post(
                self._url + method, data=msgspec.json.encode(params), headers=headers, allow_redirects=False
            ) as response:
                return read_answer(method, response.status, await response.read())
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise CrmUnreachable(f"{method}: {why(error)}") from None


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
            return MethodBusy(words)
        case Reaction.REFRESH | Reaction.STOP if code.lower() == "insufficient_scope":
            return ScopeMissing(words)
        case Reaction.REFRESH | Reaction.STOP:
            return AuthorizationLost(words)
        case Reaction.GIVE_UP:
            return RequestRefused(text or code or f"HTTP {status}")


def shorten(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 200 else text[:200] + "…"
