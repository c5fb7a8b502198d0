"""A faulty wire: what a fault switch makes of a request, in front of the application that would answer it.

In:   the portal's `faults`, an ASGI application. Out: its answer, a wrong one, a late one, or a connection that is cut.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from cordboard.b24wire.envelope import encode_json, encode_xml
from cordboard.portal.rest.faults import BAD_GATEWAY, CUT, LOST, SLOW, Fault
from cordboard.portal.rest.request import MAX_BODY, read_address
from cordboard.portal.rest.request_log import name_of

if TYPE_CHECKING:
    from cordboard.portal.portal import Portal

__all__ = ["FaultyApp"]

PROXY_PAGE = (
    b"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n"
    b"<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n"
)


class FaultyApp:
    """An ASGI application behind the portal's fault switches."""

    def __init__(self, app: Any, portal: Portal) -> None:
        self._app, self._portal = app, portal

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        faults = self._portal.faults
        fault = faults.strike(name_of(scope["path"])) if faults.any else None
        if fault is None:
            await self._app(scope, receive, send)
            return
        scope["fault"] = fault.kind
        if fault.kind == SLOW:
            await asyncio.sleep(fault.seconds)
            await self._app(scope, receive, send)
        elif fault.kind == LOST:
            await self._app(scope, receive, unheard)
            await cut(scope, receive, send)
        else:
            await read_whole(receive)
            await (cut(scope, receive, send) if fault.kind == CUT else answer(scope, send, fault))


async def answer(scope: Any, send: Any, fault: Fault) -> None:
    """Answer in place of the application."""
    status, kind, text = wrong_answer(fault, xml=read_address(scope["path"]).xml)
    headers = [(b"content-type", kind), (b"content-length", str(len(text)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else text})


def wrong_answer(fault: Fault, *, xml: bool) -> tuple[int, bytes, bytes]:
    """Status, media type and body."""
    error = fault.error()
    if error is None:
        assert fault.kind == BAD_GATEWAY
        return 502, b"text/html", PROXY_PAGE
    if xml:
        return error.status, b"text/xml; charset=utf-8", encode_xml(error.body())
    return error.status, b"application/json; charset=utf-8", encode_json(error.body())


async def read_whole(receive: Any) -> None:
    """Hear a request to its end, as a server does that then fails."""
    size, more = 0, True
    while more and size <= MAX_BODY:
        message = await receive()
        size += len(message.get("body", b""))
        more = message.get("more_body", False)


async def unheard(message: Any) -> None:
    """Send an answer nowhere."""


def nothing() -> None:
    """Nobody keeps a log."""


async def cut(scope: Any, receive: Any, send: Any) -> None:
    """End the connection without a word; the request log hears of it first."""
    scope.get("settle", nothing)()
    own = getattr(scope.get("connection", send), "__self__", None)
    transport = getattr(own, "transport", None)
    if transport is None:
        raise ConnectionAbortedError("a fault switch cut the connection")
    transport.abort()
    # the server must have noticed before we return, else it complains of an answer that was never begun
    with suppress(TimeoutError):
        async with asyncio.timeout(1):
            while (await receive())["type"] != "http.disconnect":
                pass
