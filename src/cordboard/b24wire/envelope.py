"""The envelope of an answer, and the shapes PHP gives to JSON.

In:   a method's result or page, and when it began and ended.
Out:  the body as plain dicts and lists, JSON or XML text.

The surprises: an empty map is sent as ``[]``, a map with keys 0…n-1 in order as a list, a date that nobody converted
as ``{}``; and an error has no ``time``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import cast
from xml.sax.saxutils import escape

import msgspec

from cordboard.b24wire.dates import format_date
from cordboard.b24wire.paging import Page

__all__ = ["UNCONVERTED_DATE", "encode_json", "encode_xml", "php_shape", "success", "timing"]


class _UnconvertedDate(msgspec.Struct, frozen=True):
    """Stands for a date-time object that PHP serialises as an empty object."""


UNCONVERTED_DATE = _UnconvertedDate()

_JSON = msgspec.json.Encoder()
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NOT_IN_A_NAME = re.compile(r"[^\w.-]")


def success(result: object, time: Mapping[str, object]) -> dict[str, object]:
    """The body of a success: `result`, then `next` and `total` of a page, then `time`."""
    if _is_an_error(result):
        return cast("dict[str, object]", result)
    if isinstance(result, Page):
        body: dict[str, object] = {"result": php_shape(result.result)}
        if result.next is not None:
            body["next"] = result.next
        body["total"] = result.total
    else:
        body = {"result": php_shape(result)}
    body["time"] = time
    return body


def timing(started: datetime, finished: datetime, *, operating: float = 0.0, reset_at: int = 0) -> dict[str, object]:
    """All eight `time` keys; `start` and `processing` are whole seconds, as current builds send them."""
    start, finish = started.timestamp(), finished.timestamp()
    return {
        "start": int(start),
        "finish": finish,
        "duration": max(finish - start, 0.0),
        "processing": int(max(finish - start, 0.0)),
        "date_start": format_date(started),
        "date_finish": format_date(finished),
        "operating_reset_at": reset_at or int(finish) + 600,
        "operating": operating,
    }


def php_shape(value: object) -> object:
    """The value as PHP's JSON would show it."""
    match value:
        case str() | int() | float() | None:
            return value
        case dict():
            items = cast("dict[str, object]", value)
            if all(str(key) == str(index) for index, key in enumerate(items)):
                return [php_shape(item) for item in items.values()]
            return {key: php_shape(item) for key, item in items.items()}
        case list() | tuple():
            return [php_shape(item) for item in cast("list[object]", value)]
        case _:
            return value


def encode_json(body: object) -> bytes:
    """The body as JSON text."""
    return _JSON.encode(body)


def encode_xml(body: Mapping[str, object]) -> bytes:
    """The body as XML: root `response`, list items and numeric keys as `item`, true as 1, false and null as nothing."""
    parts = ['<?xml version="1.0" encoding="UTF-8"?>\n<response>']
    for key, value in body.items():
        _append_xml(key, value, parts)
    parts.append("</response>")
    return "".join(parts).encode()


def _append_xml(name: str, value: object, parts: list[str]) -> None:
    element = _element_name(name)
    parts.append(f"<{element}>")
    match value:
        case dict():
            for key, item in cast("dict[str, object]", value).items():
                _append_xml(str(key), item, parts)
        case list():
            for item in cast("list[object]", value):
                _append_xml("item", item, parts)
        case bool():
            parts.append("1" if value else "")
        case str() | int() | float():
            parts.append(escape(_NOT_IN_XML.sub("", str(value))))
        case _:  # null, or an unconverted date
            pass
    parts.append(f"</{element}>")


def _element_name(key: str) -> str:
    name = _NOT_IN_A_NAME.sub("_", key)
    if not name or name[0].isdigit():
        return "item"
    return name if name[0].isalpha() or name[0] == "_" else f"_{name}"


def _is_an_error(result: object) -> bool:
    if not isinstance(result, dict):
        return False
    answer = cast("dict[str, object]", result)
    return bool(answer.get("error")) and bool(answer.get("error_description"))
