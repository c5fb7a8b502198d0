"""Recordings fetched from an address: only from places that an administrator allowed, never followed elsewhere.

In:   an address, the allowed beginnings. Out: name and bytes, or the documented refusal.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

import aiohttp

from cordboard.b24wire.errors import failure

__all__ = ["fetch_record", "is_allowed"]

LARGEST = 256 * 1024 * 1024
SECONDS = 60


def is_allowed(address: str, places: Iterable[str]) -> bool:
    """Same scheme, host and port as an allowed place, and a path below its path."""
    try:
        asked = urlsplit(address)
        if asked.scheme not in ("http", "https") or ".." in PurePosixPath(unquote(asked.path)).parts:
            return False
        return any(
            (place.scheme, place.hostname, place.port) == (asked.scheme, asked.hostname, asked.port)
            and (asked.path or "/").startswith(place.path or "/")
            for place in map(urlsplit, places)
        )
    except ValueError:
        return False


async def fetch_record(address: str, places: Iterable[str]) -> tuple[str, bytes]:
    """The file at an allowed address."""
    if not is_allowed(address, places):
        raise failure("Server returns HTTP error code 403")
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=SECONDS)) as session,
            session.get(address, allow_redirects=False, ssl=False) as answer,
        ):
            if answer.status != 200:
                raise failure(f"Server returns HTTP error code {answer.status}")
            content = await answer.content.read(LARGEST + 1)
            while len(content) <= LARGEST and not answer.content.at_eof():
                content += await answer.content.read(LARGEST + 1 - len(content))
    except (aiohttp.ClientError, TimeoutError) as error:
        raise failure(f"NETWORK_ERROR: {type(error).__name__}") from error
    if len(content) > LARGEST:
        raise failure("Unknown error encountered while saving file.")
    return PurePosixPath(unquote(urlsplit(address).path)).name, content
