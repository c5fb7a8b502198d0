"""The request log: what was asked over `/rest` and `/oauth/token` and what was answered, like a browser's network tab.

In:   every request of the wire, as bytes. Out: the newest entries, raw; `masking` takes the secrets out when they are
      shown.

The log lives in memory and is bounded by number and by bytes, so a request pays for it with microseconds and nothing
lies on a disk that could be read there. The switch `request_log` turns it off.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from time import perf_counter
from typing import TYPE_CHECKING, Any

import msgspec

from cordboard.portal.rest.moments import micros
from cordboard.portal.rest.request import read_address

if TYPE_CHECKING:
    from cordboard.portal.portal import Portal
    from cordboard.portal.rest.auth import Credential

__all__ = ["KEEP", "Body", "Entry", "Headers", "LoggedApp", "RequestLog", "name_of"]

#: entries that are kept
KEEP = 1000
#: bytes of all bodies together
BUDGET = 16 * 1024 * 1024
#: bytes of one body: a recording in a request is not kept whole
LONGEST_BODY = 64 * 1024

Headers = tuple[tuple[bytes, bytes], ...]


class Body(msgspec.Struct, gc=False):
    """The beginning of a body, and how long it was."""

    kept: bytes = b""
    size: int = 0

    def add(self, chunk: bytes) -> None:
        if not self.size and len(chunk) <= LONGEST_BODY:  # nearly every body comes in one piece
            self.kept, self.size = chunk, len(chunk)
            return
        self.size += len(chunk)
        if len(self.kept) < LONGEST_BODY:
            self.kept += chunk[: LONGEST_BODY - len(self.kept)]

    @property
    def whole(self) -> bool:
        return self.size == len(self.kept)


class Entry(msgspec.Struct, gc=False):
    """One request and its answer; thousands of them are nothing to the garbage collector."""

    id: int
    #: microseconds since the epoch
    at: int
    #: GET, POST …
    http: str
    #: http or https
    scheme: str
    path: str
    query: bytes
    headers: Headers
    remote: str
    body: Body = msgspec.field(default_factory=Body)
    #: 0: the connection was cut before there was a status
    status: int = 0
    answer_headers: Headers = ()
    answer: Body = msgspec.field(default_factory=Body)
    #: seconds
    took: float = 0.0
    #: whose request it was; None where that was refused or not asked
    credential: Credential | None = None
    #: the fault switch that struck it
    fault: str = ""
    #: the entry it repeats
    repeats: int = 0

    @property
    def method(self) -> str:
        """What was asked for, in lower case; `oauth/token` for the token endpoint."""
        return name_of(self.path)

    @property
    def bytes(self) -> int:
        return len(self.body.kept) + len(self.answer.kept)


class RequestLog:
    """The newest entries."""

    def __init__(self) -> None:
        self._entries: deque[Entry] = deque()
        self._last_id = 0
        self._bytes = 0

    @property
    def last_id(self) -> int:
        """The id of the newest entry."""
        return self._last_id

    def new_id(self) -> int:
        self._last_id += 1
        return self._last_id

    def keep(self, entry: Entry) -> None:
        """Add an entry whose answer is complete; the oldest go."""
        self._entries.append(entry)
        self._bytes += entry.bytes
        while len(self._entries) > KEEP or self._bytes > BUDGET:
            self._bytes -= self._entries.popleft().bytes

    def newest_first(self) -> Iterator[Entry]:
        return iter(list(reversed(self._entries)))

    def find(self, entry_id: int) -> Entry | None:
        """The entry with this id, while it is kept."""
        return next((entry for entry in self._entries if entry.id == entry_id), None)

    def clear(self) -> None:
        self._entries.clear()
        self._bytes = 0


class LoggedApp:
    """An ASGI application whose requests are written down."""

    def __init__(self, app: Any, portal: Portal) -> None:
        self._app, self._portal = app, portal

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if not self._portal.switch("request_log"):
            await self._app(scope, receive, send)
            return
        entry, began = self._begin(scope), perf_counter()

        def settle() -> None:
            """Keep the entry, before the client can see the end of its answer and look here."""
            if not entry.took:
                entry.took = perf_counter() - began
                entry.credential, entry.fault = scope.get("credential"), scope.get("fault", "")
                self._portal.requests.keep(entry)

        async def hear() -> Any:
            message = await receive()
            if chunk := message.get("body"):
                entry.body.add(chunk)
            return message

        async def tell(message: Any) -> None:
            if message["type"] == "http.response.start":
                entry.status, entry.answer_headers = message["status"], tuple(message["headers"])
            else:
                entry.answer.add(message.get("body", b""))
                if not message.get("more_body"):
                    settle()
            await send(message)

        # a fault that cuts the connection needs the server's own `send`
        scope["connection"], scope["settle"] = scope.get("connection", send), settle
        try:
            await self._app(scope, hear, tell)
        finally:
            settle()
            # else the request and these functions keep each other alive until the collector comes
            del scope["connection"], scope["settle"]

    def _begin(self, scope: Any) -> Entry:
        return Entry(
            self._portal.requests.new_id(),
            micros(self._portal.clock()),
            scope["method"],
            scope.get("scheme", "http"),
            scope["path"],
            scope["query_string"],
            tuple(scope["headers"]),
            (scope.get("client") or ("",))[0],
            repeats=scope.get("repeats", 0),
        )


def name_of(path: str) -> str:
    """What a request asks for: the method in lower case, `oauth/token`, or nothing where the address names none."""
    if not path.startswith("/rest/"):
        return path.strip("/").lower()[:80]
    return read_address(path).method.lower()[:80]
