"""`/rest/…`: one raw ASGI handler, because `register` comes this way for every call of the house.

In:   a request in any form that Bitrix24 takes: query, form, JSON.
Out:  the envelope as JSON or XML; every failure in Bitrix24's form, never a trace.

Order of checks: HTTP method, size, method name, credential, limits, scope; so an unknown method is 404 for everybody.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from datetime import timedelta
from time import perf_counter
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from cordboard.b24wire import errors
from cordboard.b24wire.envelope import encode_json, encode_xml, success, timing
from cordboard.b24wire.errors import RestError
from cordboard.b24wire.loose import as_text
from cordboard.portal.changes import Change, KeysChanged, UserChanged
from cordboard.portal.rest import batch, failures, methods
from cordboard.portal.rest.auth import Credential, Credentials
from cordboard.portal.rest.dispatch import get_method, operating_of, run
from cordboard.portal.rest.limits import LeakyBuckets, Meter, OperatingTimes, read_rate
from cordboard.portal.rest.registry import Context, Params, SentFile
from cordboard.portal.rest.request import MAX_BODY, Address, read_address, read_params

if TYPE_CHECKING:
    from cordboard.portal.portal import Portal

__all__ = ["RestApp"]

Body = dict[str, object] | SentFile
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_METHODS = (batch, methods)  # importing them fills the registry

_HEADERS = [
    (b"access-control-allow-origin", b"*"),
    (b"access-control-allow-headers", b"origin, content-type, accept"),
    (b"x-content-type-options", b"nosniff"),
]
_JSON_HEADERS = [(b"content-type", b"application/json; charset=utf-8"), *_HEADERS]
_PIECE = 256 * 1024
_XML_HEADERS = [(b"content-type", b"text/xml; charset=utf-8"), *_HEADERS]


class RestApp:
    """The ASGI application behind `/rest`."""

    def __init__(self, portal: Portal) -> None:
        self.portal = portal
        self.credentials = Credentials(portal.store)
        portal.subscribe(self._hear)
        self._buckets: tuple[str, LeakyBuckets | None] = ("", None)
        self._operating = OperatingTimes(0.0)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        address = read_address(scope["path"])
        try:
            status, body = await self._answer(scope, receive, address)
        except RestError as error:
            status, body = error.status, error.body(empty_code=self._empty_code())
        except Exception as error:
            refusal = failures.refusal_for(error, address.method[:80])
            status, body = refusal.status, refusal.body()
        if isinstance(body, SentFile):
            await _send_file(send, body)
        else:
            await _send_answer(send, status, body, xml=address.xml, head=scope["method"] == "HEAD")

    async def _answer(self, scope: Scope, receive: Receive, address: Address) -> tuple[int, Body]:
        if scope["method"] == "OPTIONS":
            return 200, {"result": True}
        if scope["method"] not in ("GET", "POST"):
            raise errors.http_method_not_allowed()
        if address.v3:
            return 404, {"error": {"code": "BITRIX_REST_V3_EXCEPTION_METHODNOTFOUND", "message": "Method not found"}}
        headers = dict(scope["headers"])
        body = await _read_whole(receive, headers) if scope["method"] == "POST" else b""
        content_type = headers.get(b"content-type", b"").decode("latin-1")
        params = read_params(scope["method"], scope["query_string"], content_type, body)
        return await self._run(scope, headers, address, params)

    async def _run(
        self, scope: Scope, headers: dict[bytes, bytes], address: Address, params: Params
    ) -> tuple[int, Body]:
        started, began = self.portal.clock(), perf_counter()
        method = get_method(address.method)
        if scope.get("scheme") != "https" and self._switch("https_required"):
            raise errors.https_required()
        token = _access_token(headers, params)
        if known := scope.get("credential"):  # set by our own pages only: try it, and the log's replay
            credential: Credential = known
        elif address.user:
            credential = await self.credentials.of_webhook(address.user, address.secret)
        elif token:
            credential = await self.credentials.of_token(token, int(started.timestamp() * 1_000_000))
        else:
            raise errors.no_auth_found()
        scope["credential"] = credential  # the request log says whose it was
        self._check_limits(scope, started.timestamp())
        context = Context(
            portal=self.portal,
            user_id=credential.user_id,
            application_id=credential.application_id,
            scopes=credential.scopes,
            now=started,
            base_url=self.portal.settings.public_url or _base_url(scope, headers),
            rest_path=f"/rest/{address.user}/{address.secret}" if address.user else "/rest",
            access_token="" if address.user else token,
            remote=(scope.get("client") or ("", 0))[0],
            meter=Meter(self._operating, credential.key),
        )
        result = await run(context, method, params)
        if isinstance(result, SentFile):
            return 200, result
        spent = perf_counter() - began
        finished = started + timedelta(seconds=spent)
        operating, reset_at = operating_of(context, method.name)
        time = timing(started, finished, operating=operating, reset_at=reset_at)
        return 200, success(result, time)

    def _hear(self, change: Change) -> None:
        """A dismissed user, a revoked webhook lose what they had at once."""
        if isinstance(change, UserChanged | KeysChanged):
            self.credentials.forget()

    def _check_limits(self, scope: Scope, now: float) -> None:
        """Refuse one request too many; the time that methods may take is looked at before each of them."""
        rate = as_text(self._switch("rate_limit"))
        if rate != self._buckets[0]:
            limits = read_rate(rate)
            self._buckets = (rate, LeakyBuckets(*limits) if limits else None)
        buckets = self._buckets[1]
        if buckets is not None and not buckets.pour((scope.get("client") or ("",))[0], now):
            raise errors.query_limit_exceeded()
        limit = self._switch("operating_limit")
        self._operating.limit = float(limit) if isinstance(limit, int | float) else 0.0

    def _empty_code(self) -> str:
        return "" if self._switch("empty_error_code") else "ERROR_CORE"

    def _switch(self, name: str) -> object:
        return self.portal.switch(name)


async def _read_whole(receive: Receive, headers: dict[bytes, bytes]) -> bytes:
    """The body; refused before it is read where its length is told, else as soon as it is too long."""
    told = headers.get(b"content-length", b"0")
    if told.isdigit() and int(told) > MAX_BODY:
        raise errors.request_too_large(f"The body is longer than {MAX_BODY} bytes")
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if chunk := message.get("body", b""):
            size += len(chunk)
            if size > MAX_BODY:
                raise errors.request_too_large(f"The body is longer than {MAX_BODY} bytes")
            chunks.append(chunk)
        if not message.get("more_body"):
            return chunks[0] if len(chunks) == 1 else b"".join(chunks)


def _access_token(headers: dict[bytes, bytes], params: Params) -> str:
    """The access token of a request: parameter `auth` or `access_token`, else the header."""
    token = as_text(params.get("auth")) or as_text(params.get("access_token"))
    if token:
        return token
    kind, _, value = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
    return value.strip() if kind.lower() == "bearer" else ""


def _base_url(scope: Scope, headers: dict[bytes, bytes]) -> str:
    host = headers.get(b"host", b"").decode("latin-1") or "{}:{}".format(*scope.get("server") or ("127.0.0.1", 80))
    return f"{scope.get('scheme', 'http')}://{host}"


async def _send_answer(send: Send, status: int, body: dict[str, object], *, xml: bool, head: bool) -> None:
    text = encode_xml(body) if xml else encode_json(body)
    headers = [*(_XML_HEADERS if xml else _JSON_HEADERS), (b"content-length", str(len(text)).encode())]
    if status == 405:
        headers.append((b"allow", b"GET, POST, OPTIONS"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if head else text})


async def _send_file(send: Send, file: SentFile) -> None:
    """A file in pieces, so that a long recording does not fill the memory."""
    length = str((await asyncio.to_thread(file.path.stat)).st_size).encode()
    name = quote(file.name)
    headers = [(b"content-type", file.content_type.encode()), (b"content-length", length), *_HEADERS]
    headers.append((b"content-disposition", f"attachment; filename*=UTF-8''{name}".encode()))
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    with await asyncio.to_thread(file.path.open, "rb") as source:
        while piece := await asyncio.to_thread(source.read, _PIECE):
            await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": b""})
