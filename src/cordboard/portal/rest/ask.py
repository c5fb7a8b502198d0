"""Asking our own REST from a page: the same way through the same application, without a socket.

In:   the ASGI application, a method with a body, on whose behalf. Out: the raw answer.
A repeated request of the log goes out as it came in, on behalf of whom it was; its secret is not needed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from cordboard.portal.rest.auth import Credential
from cordboard.portal.rest.request_log import Entry

__all__ = ["Answer", "ask", "repeat"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; status 0 where a fault switch cut the connection."""

    status: int
    content_type: str
    body: bytes


async def ask(app: Any, method: str, body: bytes, credential: Credential, base_url: str) -> Answer:
    """One request with a JSON body, as if it had come to this scheme and host."""
    parts = urlsplit(base_url)
    headers = [(b"host", parts.netloc.encode()), (b"content-type", b"application/json")]
    scope = {"method": "POST", "path": f"/rest/{method}", "query_string": b"", "headers": headers}
    return await _send(app, {**scope, "scheme": parts.scheme, "credential": credential}, body)


async def repeat(app: Any, entry: Entry) -> Answer:
    """The request of an entry once more."""
    scope: dict[str, Any] = {"method": entry.http, "path": entry.path, "query_string": entry.query}
    scope |= {"headers": entry.headers, "scheme": entry.scheme, "repeats": entry.id}
    if entry.credential is not None:
        scope["credential"] = entry.credential
    return await _send(app, scope, entry.body.kept)


async def _send(app: Any, scope: dict[str, Any], body: bytes) -> Answer:
    messages: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        messages.append(message)

    whole = {"type": "http", "http_version": "1.1", "client": ("127.0.0.1", 0), **scope}
    try:
        await app(whole, receive, send)
    except ConnectionAbortedError:
        return Answer(0, "", b"")
    headers = dict(messages[0]["headers"])
    text = b"".join(message.get("body", b"") for message in messages[1:])
    return Answer(messages[0]["status"], headers.get(b"content-type", b"").decode("latin-1"), text)
