"""`batch`: up to fifty commands, run in order, with references to the results of earlier ones.

In:   the `cmd` and `halt` of the request; then, command by command, what each answered.
Out:  for each command its method and parameters with references replaced; at the end the batch's own result.

The machine does not run anything: ask `commands()` for the next one, tell it `succeeded` or `failed`.

The surprises, all observed: a reference reaches to the next whitespace and swallows what is glued behind it; where a
path breaks off, the deepest element found is meant, so a reference to a failed command is the map of all results.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

from cordboard.b24wire import errors
from cordboard.b24wire.loose import as_map
from cordboard.b24wire.paging import Page
from cordboard.b24wire.params import decode_form, encode_form

__all__ = ["MAX_COMMANDS", "Batch", "Command", "command_text"]

MAX_COMMANDS = 50
_REFERENCE = re.compile(r"\$(result|error|total|next|time)(\S*)")
_SEGMENT = re.compile(r"\[([^\]]*)\]")


@dataclass(frozen=True, slots=True)
class Command:
    """One command, ready to run."""

    key: str
    method: str
    params: dict[str, object]


def command_text(method: str, params: dict[str, object] | None = None) -> str:
    """A command as it travels in `cmd`: percent-encoded, with references left readable to the server."""
    return f"{method}?{encode_form(params)}" if params else method


class Batch:
    """One batch under way."""

    def __init__(self, cmd: object, *, halt: bool) -> None:
        self._commands = [(key, text) for key, text in as_map(cmd).items() if isinstance(text, str)]
        self._halt = halt
        self._halted = False
        self._roots: dict[str, dict[str, object]] = {"result": {}, "error": {}, "total": {}, "next": {}, "time": {}}

    def commands(self) -> Iterator[Command | tuple[str, errors.RestError]]:
        """Each command in order; a key with an error where a command cannot even be read."""
        for number, (key, text) in enumerate(self._commands):
            if self._halted:
                return
            if number >= MAX_COMMANDS:
                yield key, errors.batch_length_exceeded()
                continue
            try:
                yield self._read(key, text)
            except errors.RestError as error:
                yield key, error

    def succeeded(self, key: str, answer: object, time: object) -> None:
        """The command of `key` answered."""
        if isinstance(answer, Page):
            self._roots["result"][key] = answer.result
            self._roots["total"][key] = answer.total
            if answer.next is not None:
                self._roots["next"][key] = answer.next
        else:
            self._roots["result"][key] = answer
        self._roots["time"][key] = time

    def failed(self, key: str, error: errors.RestError, *, empty_code: str = "") -> None:
        """The command of `key` was refused; with `halt` nothing follows."""
        self._roots["error"][key] = error.body(empty_code=empty_code)
        self._halted = self._halt

    def answer(self) -> dict[str, object]:
        """The batch's result, before PHP's shapes are put on."""
        return {
            "result": self._roots["result"],
            "result_error": self._roots["error"],
            "result_total": self._roots["total"],
            "result_next": self._roots["next"],
            "result_time": self._roots["time"],
        }

    def _read(self, key: str, text: str) -> Command:
        # PHP reads the command as an address: what follows an unencoded # is its fragment and is lost
        method, _, query = text.split("#", 1)[0].partition("?")
        params = cast("dict[str, object]", self._resolved(decode_form(query)))
        return Command(key, method.strip().strip("/"), params)

    def _resolved(self, value: object) -> object:
        match value:
            case str():
                return self._resolved_text(value) if "$" in value else value
            case list():
                return [self._resolved(item) for item in cast("list[object]", value)]
            case dict():
                items = cast("dict[str, object]", value)
                return {self._resolved_name(key): self._resolved(item) for key, item in items.items()}
            case _:
                return value

    def _resolved_name(self, name: str) -> str:
        return str(self._replace(name)) if "$" in name else name

    def _resolved_text(self, text: str) -> object:
        if found := _REFERENCE.fullmatch(text):
            return self._find(found)
        return self._replace(text)

    def _replace(self, text: str) -> str:
        return _REFERENCE.sub(self._inside_text, text)

    def _inside_text(self, found: re.Match[str]) -> str:
        value = self._find(found)
        if isinstance(value, bool) or not isinstance(value, (str, int, float)):
            return found[0]
        return str(value)

    def _find(self, found: re.Match[str]) -> object:
        value: object = dict(self._roots[found[1]])  # a copy: later results must not grow into it
        for segment in _SEGMENT.findall(found[2]):
            below = as_map(value)
            if segment not in below:
                break
            value = below[segment]
        return value
