"""What a method says of itself: read from the docstring of its coroutine, shown on the page of supported methods.

In:   a registered method. Out: a summary, its parameters, and how it differs from the original.
A docstring's first paragraph is the summary; a line `NAME* (type): meaning` is a parameter, the star means required;
a paragraph that begins `Differs:` says what a client of Bitrix24 may stumble over.
"""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass

from cordboard.portal.rest.registry import Method

__all__ = ["Described", "Parameter", "describe"]

_PARAMETER = re.compile(r"([\w.\[\]]+)(\*?) \(([^)]+)\): (.+)", re.DOTALL)
_NEW_LINE = re.compile(r"\n(?=[\w.\[\]]+\*? \([^)]+\): )")
_DIFFERS = "Differs: "


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a method."""

    name: str
    required: bool
    #: in the words of the original's pages: string, integer, object, array, date …
    type: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Described:
    """A method as a page shows it."""

    summary: str
    parameters: tuple[Parameter, ...]
    #: how we differ from the original; empty where we do not
    differs: str


def describe(method: Method) -> Described:
    """What the method's docstring says; a line that is neither of the three forms is refused (a guard test looks)."""
    summary, *paragraphs = (inspect.getdoc(method.handler) or "").split("\n\n")
    differs = ""
    parameters: list[Parameter] = []
    for paragraph in paragraphs:
        if paragraph.startswith(_DIFFERS):
            differs = _in_one_line(paragraph.removeprefix(_DIFFERS))
        else:
            parameters += [_parameter(method, text) for text in _NEW_LINE.split(paragraph)]
    return Described(_in_one_line(summary), tuple(parameters), differs)


def _parameter(method: Method, text: str) -> Parameter:
    found = _PARAMETER.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{method.name}: {text!r} is no `NAME (type): meaning`")
    name, star, kind, meaning = found.groups()
    return Parameter(name, bool(star), kind, _in_one_line(meaning))


def _in_one_line(text: str) -> str:
    return " ".join(text.split())
