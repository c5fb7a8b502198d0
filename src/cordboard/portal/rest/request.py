"""Reading a REST request: address, query, body, files.

In:   the ASGI scope and the body's bytes.
Out:  an ``Address`` (which method, by which credential) and the nested parameters.

The surprises: a JSON body that cannot be decoded is ignored, the body of a GET is never read, and body values replace
query values of the same top-level name.
"""

from __future__ import annotations

import importlib
import io
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast

import msgspec

from cordboard.b24wire import errors
from cordboard.b24wire.params import MAX_DEPTH, MAX_PARAMETERS, decode_form, decode_pairs

__all__ = ["MAX_BODY", "Address", "Upload", "read_address", "read_params"]

#: Bytes of one request: an hour's recording as base64 fits.
MAX_BODY = 64 * 1024 * 1024
_JSON = msgspec.json.Decoder()
# the library has no types of its own
_multipart: Any = importlib.import_module("multipart")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came in a multipart form: the value of its field."""

    filename: str
    content_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Address:
    """What a path under `/rest/` says."""

    #: As written, without extension.
    method: str
    #: Id or login of the webhook's owner; empty: the credential is a token.
    user: str = ""
    secret: str = ""
    xml: bool = False
    #: True for `/rest/api/…`, where REST v3 would live.
    v3: bool = False


def read_address(path: str) -> Address:
    """The address in a path, with or without `/rest` in front and a slash behind; `//` counts as one slash.

    The official JavaScript SDK puts a slash before the method though `client_endpoint` already ends in one.
    """
    parts = [part for part in path.split("/") if part]
    if parts and parts[0] == "rest":
        del parts[0]
    if parts and parts[0] == "api":
        return Address("", v3=True)
    method, xml = _without_extension(parts[-1]) if parts else ("", False)
    match parts[:-1]:
        case []:
            return Address(method, xml=xml)
        case [user, secret]:
            return Address(method, user, secret, xml)
        case _:
            return Address("")


def read_params(http_method: str, query: bytes, content_type: str, body: bytes) -> dict[str, object]:
    """The parameters of a request; raises a ``RestError`` where a cap is passed or the text is not UTF-8."""
    params = decode_form(query)
    if http_method == "POST" and body:
        params.update(_read_body(content_type, body))
    if b"%00" in query or b"\0" in body or b"%00" in body or b"\\u0000" in body:
        return cast("dict[str, object]", _without_nul(params))
    return params


def _without_extension(name: str) -> tuple[str, bool]:
    for extension in (".json", ".xml"):
        if name.lower().endswith(extension):
            return name[: -len(extension)], extension == ".xml"
    return name, False


def _read_body(content_type: str, body: bytes) -> dict[str, object]:
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "application/json":
        return _read_json(body)
    if kind == "multipart/form-data":
        return _read_multipart(content_type, body)
    return decode_form(body)


def _read_json(body: bytes) -> dict[str, object]:
    try:
        value = _JSON.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return {}
    except RecursionError as error:
        raise errors.request_too_large(f"The JSON nests deeper than {MAX_DEPTH} levels") from error
    if not isinstance(value, dict):
        return {}
    params = cast("dict[str, object]", value)
    _check_depth(params)
    return params


def _check_depth(params: dict[str, object]) -> None:
    """Refuse what nests too deep for any method, level by level so that nothing here can overflow."""
    level: list[object] = _containers(params.values())
    depth, count = 1, len(params)
    while level:
        depth += 1
        below: list[object] = []
        for value in level:
            items = (
                cast("dict[str, object]", value).values() if isinstance(value, dict) else cast("list[object]", value)
            )
            count += len(items)
            below += _containers(items)
        if depth > MAX_DEPTH:
            raise errors.request_too_large(f"A parameter nests deeper than {MAX_DEPTH} levels")
        if count > 10 * MAX_PARAMETERS:
            raise errors.request_too_large(f"More than {10 * MAX_PARAMETERS} values in one request")
        level = below


def _containers(values: Iterable[object]) -> list[object]:
    return [value for value in values if isinstance(value, dict | list)]


def _read_multipart(content_type: str, body: bytes) -> dict[str, object]:
    _, options = _multipart.parse_options_header(content_type)
    pairs: list[tuple[str, str]] = []
    files: dict[str, object] = {}
    try:
        parser = _multipart.MultipartParser(
            io.BytesIO(body), options.get("boundary", ""), memory_limit=MAX_BODY, part_limit=MAX_PARAMETERS
        )
        for part in parser:
            if part.filename:
                files[part.name] = Upload(part.filename, part.content_type, part.raw)
            else:
                pairs.append((part.name, part.raw.decode("utf-8")))
    except UnicodeDecodeError as error:
        raise errors.wrong_encoding() from error
    except (_multipart.MultipartError, ValueError, LookupError):
        return {}
    return decode_pairs(pairs) | files


def _without_nul(value: object) -> object:
    """The value without NUL characters, which no database keeps."""
    match value:
        case str():
            return value.replace("\0", "")
        case list():
            return [_without_nul(item) for item in cast("list[object]", value)]
        case dict():
            items = cast("dict[str, object]", value)
            return {key.replace("\0", ""): _without_nul(item) for key, item in items.items()}
        case _:
            return value
