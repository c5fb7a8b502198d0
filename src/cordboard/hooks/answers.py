"""Answers: what a customization's envelope means.

In:   the point, the decoded envelope `{"data": …, "state": "success"}`, the payload as it was asked.
Out:  `Understood`: changed with the parameters after the merge, unchanged, cancelled, or failed with a reason that
      names the path, "data.PHONE_NUMBER: expected text, got 5".

What surprises: PHP writes an empty object as `[]`, and sends numbers as text or text for numbers as it likes. Empty is
empty in every spelling, and "6" is a number where a number is expected; 5 is never a text.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from typing import Any, cast

import msgspec

from cordboard.hooks.specs import Empty, Point

Params = dict[str, Any]

#: root keys of a payload that are no parameters
BESIDE = frozenset({"call_full", "call_stage"})

WORDS = {"str": "text", "int": "a number", "float": "a number", "bool": "true or false", "array": "a list"}


class Outcome(StrEnum):
    """What one run of a customization did."""

    CHANGED = "changed"
    UNCHANGED = "unchanged"
    CANCELLED = "cancelled"
    FAILED = "failed"
    TIMEOUT = "timeout"


@dataclass(frozen=True, slots=True)
class Understood:
    """One envelope, read."""

    outcome: Outcome
    #: the parameters after the merge
    params: Params = field(default_factory=dict[str, Any])
    reason: str = ""


class Run(msgspec.Struct, frozen=True, omit_defaults=True):
    """One customization, asked once: what the journal keeps beside the payload."""

    entry: str
    outcome: Outcome
    milliseconds: float
    #: the envelope as it came
    out: Any = None
    #: standard error
    log: str = ""
    #: why it failed
    reason: str = ""


class Customized(msgspec.Struct, frozen=True, omit_defaults=True):
    """What all customizations of a point made of the parameters."""

    params: Params
    runs: tuple[Run, ...] = ()
    cancelled: bool = False


def params_of(point: Point, payload: Params) -> Params:
    """The parameters of a payload that an answer may change; of an update none are there before the first answer."""
    if point.updates:
        return {}
    if point.under:
        return dict(payload[point.under])
    return {key: value for key, value in payload.items() if key not in BESIDE}


def with_params(point: Point, payload: Params, params: Params) -> Params:
    """The payload that the next customization gets: each sees the result of the one before."""
    if point.updates:
        held = payload[point.updates]
        return {**payload, point.updates: {**held, "raw": {**held["raw"], **params}}}
    if point.under:
        return {**payload, point.under: params}
    return {**{key: value for key, value in payload.items() if key in BESIDE}, **params}


def understand(point: Point, envelope: object, params: Params) -> Understood:
    """Read an envelope; `params` are those the customization was asked with."""
    if not isinstance(envelope, dict):
        return failed(f"expected an object with `state`, got {shown(envelope)}")
    answer = cast("dict[str, Any]", envelope)
    if answer.get("state") != "success":
        state = shown(answer["state"]) if "state" in answer else "nothing"
        return failed(f'state: expected "success", got {state}')
    if "data" not in answer:
        return Understood(Outcome.UNCHANGED, params)
    data = answer["data"]
    if data is None or data == {} or data == []:
        return nothing_in(point, params)
    if not isinstance(data, dict):
        return failed(f"data: expected an object, got {shown(data)}")
    return merged(point, cast("dict[str, Any]", data), params)


def nothing_in(point: Point, params: Params) -> Understood:
    match point.empty:
        case Empty.CANCELS:
            return Understood(Outcome.CANCELLED, params)
        case Empty.KEEPS:
            return Understood(Outcome.UNCHANGED, params)
        case Empty.FAILS:
            return failed("data: is empty, which says neither yes nor no")


def merged(point: Point, data: Params, params: Params) -> Understood:
    """Returned keys replace, null removes, absent keys stay."""
    types = types_of(point.answer)
    result = dict(params)
    for key, value in data.items():
        if value is None:
            result.pop(key, None)
        elif key in types:
            try:
                result[key] = msgspec.convert(value, types[key], strict=False)
            except msgspec.ValidationError as error:
                return failed(wrong_shape(f"data.{key}", value, error))
        elif point.is_open:
            result[key] = value
        else:
            return failed(f"data.{key}: there is no such key here; expected {' or '.join(types)}")
    if point.updates:
        result = {key: value for key, value in result.items() if value not in ("", [], {})}
    return Understood(Outcome.UNCHANGED if result == params else Outcome.CHANGED, result)


@cache
def types_of(answer: type[msgspec.Struct]) -> dict[str, Any]:
    return {field.encode_name: field.type for field in msgspec.structs.fields(answer)}


def wrong_shape(path: str, value: Any, error: msgspec.ValidationError) -> str:
    """msgspec's "Expected `str | null`, got `int` - at `$[1]`" in our words, with the value itself."""
    told, _, inner = str(error).partition(" - at `$")
    for step in inner.rstrip("`").replace("[", ".[").split("."):
        if step.startswith("[") and step[1:-1].isdigit() and isinstance(value, list):
            value, path = cast("list[Any]", value)[int(step[1:-1])], f"{path}{step}"
    _, _, expected = told.partition("Expected `")
    kinds = expected.partition("`")[0].split(" | ") if expected else []
    words = dict.fromkeys(WORDS.get(kind, kind) for kind in kinds if kind != "null")
    return f"{path}: expected {' or '.join(words)}, got {shown(value)}" if words else f"{path}: {told}"


def failed(reason: str) -> Understood:
    return Understood(Outcome.FAILED, reason=reason)


def shown(value: object, most: int = 80) -> str:
    """A value as JSON, cut short."""
    try:
        text = msgspec.json.encode(value).decode()
    except (TypeError, ValueError, msgspec.MsgspecError):
        text = repr(value)
    return text if len(text) <= most else text[:most] + "…"
