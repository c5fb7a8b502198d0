"""Serving: one recording by its link, whole or a range of bytes, to a portal that fetches or a player that jumps.

In:   `GET` or `HEAD /records/<token>/<name>`. Out: the file; 404 for every link that is not good, whatever is wrong.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, BinaryIO

from litestar import Request, Response, route
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.response import Stream

from cordboard.recordings.recordings import Recordings

PIECE = 65_536
TYPES = {".mp3": "audio/mpeg", ".wav": "audio/wav"}
RANGE = re.compile(r"bytes=(\d*)-(\d*)")


def record_route(recordings: Recordings) -> HTTPRouteHandler:
    """The handler of the links."""

    @route("/records/{token:str}/{name:str}", http_method=["GET", "HEAD"], include_in_schema=False)
    async def record(request: Request[Any, Any, Any]) -> Response[bytes] | Stream:
        path = recordings.linked(str(request.path_params["token"]))
        if path is None:
            raise NotFoundException("There is no such recording, or its link has expired.")
        size = path.stat().st_size
        asked = request.headers.get("range", "")
        span = span_of(asked, size)
        headers = {"Accept-Ranges": "bytes", "Cache-Control": "private", "X-Content-Type-Options": "nosniff"}
        if span is None:
            return Response(b"", status_code=416, headers={**headers, "Content-Range": f"bytes */{size}"})
        first, last = span
        headers["Content-Length"] = str(last - first + 1)
        if partial := (first, last) != (0, size - 1) or bool(asked and RANGE.fullmatch(asked)):
            headers["Content-Range"] = f"bytes {first}-{last}/{size}"
        kind = TYPES.get(path.suffix.lower(), "application/octet-stream")
        status = 206 if partial else 200
        if request.method == "HEAD":
            return Response(b"", status_code=status, headers=headers, media_type=kind)
        return Stream(pieces(path, first, last), status_code=status, headers=headers, media_type=kind)

    return record


def span_of(asked: str, size: int) -> tuple[int, int] | None:
    """First and last byte that are asked for; None where there are none. What is no single range is everything.

    >>> [span_of(text, 100) for text in ("", "bytes=0-9", "bytes=90-", "bytes=-10", "bytes=100-", "bytes=0-1,5-6")]
    [(0, 99), (0, 9), (90, 99), (90, 99), None, (0, 99)]
    """
    match = RANGE.fullmatch(asked)
    if match is None or match.groups() == ("", ""):
        return 0, size - 1
    first, last = match.groups()
    if not first:
        return (max(size - int(last), 0), size - 1) if int(last) else None
    span = int(first), min(int(last), size - 1) if last else size - 1
    return span if span[0] <= span[1] else None


async def pieces(path: Path, first: int, last: int) -> AsyncIterator[bytes]:
    file = await asyncio.to_thread(path.open, "rb")
    try:
        await asyncio.to_thread(file.seek, first)
        left = last - first + 1
        while left > 0 and (piece := await asyncio.to_thread(read, file, min(PIECE, left))):
            left -= len(piece)
            yield piece
    finally:
        file.close()


def read(file: BinaryIO, size: int) -> bytes:
    return file.read(size)
