"""Parameters in PHP's bracket form: ``filter[>ID]=5&select[]=ID`` and back.

In:   a query string or a form's pairs; at the other end nested parameters.
Out:  nested dicts, lists and strings; at the other end an urlencoded text.

The surprises are PHP's: ``a=1&a=2`` keeps the last, dots and spaces become underscores in the first segment only,
an unclosed bracket becomes an underscore, and a map whose keys are exactly 0…n-1 in order is a list.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import cast
from urllib.parse import quote_plus, unquote_to_bytes

from cordboard.b24wire import errors

__all__ = ["MAX_DEPTH", "MAX_PARAMETERS", "decode_form", "decode_pairs", "encode_form", "encode_pairs", "split_form"]

#: Brackets one name may nest.
MAX_DEPTH = 32
#: Pairs one request may carry.
MAX_PARAMETERS = 10_000
#: `[]`, and one blank in brackets, mean "the next index".
_NOTHING = frozenset(("", " ", "\t", "\n", "\v", "\f", "\r"))


class _Tree(dict[str, "str | _Tree"]):
    """A PHP array under construction: knows the index that `[]` takes next."""

    next_index = 0

    def put(self, key: str | None, value: str | _Tree) -> None:
        """Set `key`, or the next free index for None."""
        if key is None:
            key = str(self.next_index)
        if _is_index(key):
            self.next_index = max(self.next_index, int(key) + 1)
        self[key] = value


def decode_form(text: bytes | str) -> dict[str, object]:
    """Nested parameters of an urlencoded text; raises a ``RestError`` for text that is not UTF-8 or passes a cap."""
    return decode_pairs(split_form(text)) if text else {}


def split_form(text: bytes | str) -> list[tuple[str, str]]:
    """Name and value of every pair, decoded."""
    try:
        whole = text if isinstance(text, str) else text.decode("utf-8")
        pieces = whole.split("&", MAX_PARAMETERS + 1)
        if len(pieces) > MAX_PARAMETERS:
            raise errors.request_too_large(f"More than {MAX_PARAMETERS} parameters in one request")
        pairs = [piece.partition("=") for piece in pieces if piece]
        return [(_unquote(name), _unquote(value)) for name, _, value in pairs]
    except UnicodeError as error:
        raise errors.wrong_encoding() from error


def decode_pairs(pairs: Iterable[tuple[str, str]]) -> dict[str, object]:
    """Nested parameters of decoded pairs (a query string's or a multipart form's)."""
    tree = _Tree()
    for name, value in pairs:
        if path := _path_of(name):
            _insert(tree, path, value)
    return {name: _php_value(value) for name, value in tree.items()}


def encode_form(params: Mapping[str, object]) -> str:
    """The urlencoded text of nested parameters; None and empty collections leave no trace, as PHP has it."""
    return "&".join(f"{quote_plus(name)}={quote_plus(value)}" for name, value in encode_pairs(params))


def encode_pairs(params: Mapping[str, object]) -> list[tuple[str, str]]:
    """Name and value of every leaf of nested parameters."""
    pairs: list[tuple[str, str]] = []
    for name, value in params.items():
        _flatten(name, value, pairs)
    return pairs


def _unquote(text: str) -> str:
    if "+" in text:
        text = text.replace("+", " ")
    return unquote_to_bytes(text).decode("utf-8") if "%" in text else text


def _path_of(name: str) -> list[str | None]:
    """The segments of a name, None for `[]`; empty for a name that PHP ignores."""
    name = name.lstrip(" ")
    opening = name.find("[")
    if opening < 0:
        return [_plain(name)] if name else []
    if opening == 0:
        return []
    path: list[str | None] = [_plain(name[:opening])]
    while opening < len(name) and name[opening] == "[":
        closing = name.find("]", opening + 1)
        if closing < 0:
            # a[b: the first segment takes the rest; a[b][c: what stands behind the last closed bracket is dropped
            return [_plain(name.replace("[", "_", 1))] if len(path) == 1 else path
        segment = name[opening + 1 : closing]
        path.append(None if segment in _NOTHING else segment)
        if len(path) > MAX_DEPTH:
            raise errors.request_too_large(f"A parameter nests deeper than {MAX_DEPTH} brackets")
        opening = closing + 1
    return path


def _plain(segment: str) -> str:
    return segment.replace(".", "_").replace(" ", "_") if "." in segment or " " in segment else segment


def _insert(tree: _Tree, path: list[str | None], value: str) -> None:
    for segment in path[:-1]:
        below = None if segment is None else tree.get(segment)
        if not isinstance(below, _Tree):  # absent, or a plain value that brackets replace
            below = _Tree()
            tree.put(segment, below)
        tree = below
    tree.put(path[-1], value)


def _is_index(key: str) -> bool:
    return key.isascii() and key.isdigit() and len(key) < 19 and (key == "0" or key[0] != "0")


def _php_value(value: str | _Tree) -> object:
    if isinstance(value, str):
        return value
    if all(key == str(index) for index, key in enumerate(value)):
        return [_php_value(item) for item in value.values()]
    return {key: _php_value(item) for key, item in value.items()}


def _flatten(name: str, value: object, pairs: list[tuple[str, str]]) -> None:
    match value:
        case None:
            return
        case bool():
            pairs.append((name, "1" if value else "0"))
        case Mapping():
            for key, item in cast("Mapping[object, object]", value).items():
                _flatten(f"{name}[{key}]", item, pairs)
        case list() | tuple():
            for index, item in enumerate(cast("list[object]", value)):
                _flatten(f"{name}[{index}]", item, pairs)
        case _:
            pairs.append((name, str(value)))
