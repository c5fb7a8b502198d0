"""Raw texts of the wire as a page shows them: without secrets, JSON with its lines."""

from __future__ import annotations

import msgspec

from cordboard.portal.rest.masking import mask
from cordboard.portal.rest.request_log import Headers

__all__ = ["headers_text", "plain", "readable"]


def plain(body: bytes) -> str:
    """The text as it was, without secrets; bytes that are no text are shown as such."""
    return mask(body.decode("utf-8", "replace"))


def readable(body: bytes) -> str:
    """The same, JSON on lines of its own."""
    text = plain(body)
    if not text.startswith(("{", "[")):
        return text
    try:
        return msgspec.json.format(text.encode(), indent=2).decode()
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        return text


def headers_text(headers: Headers) -> str:
    """One header a line, without secrets."""
    return mask("\n".join(f"{name.decode('latin-1')}: {value.decode('latin-1')}" for name, value in headers))
