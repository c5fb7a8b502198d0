"""Guesses: requests that nobody would send, and some that somebody might, for every method of the portal's REST.

In:   a seed. Out: an endless line of `Guess`es: a path, a body, its type. The same seed gives the same line, but for
the calls that answers told of (`learn`).
Half of the values fit the parameter they are sent for, so that a method gets to its work; the others fit nothing.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import quote

import msgspec

from cordboard.portal.crm.fields import FIELDS
from cordboard.portal.rest.described import Parameter, describe
from cordboard.portal.rest.registry import Method, all_methods

__all__ = ["Guess", "Guesser"]

#: they make the portal answer 5xx, as asked
LEFT_OUT = "cordboard.faults."
NUMBERS = (0, 1, 2, 3, 4, 5, 7, 40, 50, -1, 2**31, 2**63, 2**70, -(2**40), 10**30)
WORD_LIST = """
    1 2 7 0 -1 Y N true ASC DESC CONTACT COMPANY LEAD DEAL contact deal 3 NEW WON SALE CALL PHONE EMAIL WORK OR AND
    2026-08-14T09:30:00Z 2026-08-14 14.08.2026 now +79161234567 89161234567 101 74951000001 anna a@example.org
    externalCall.0 onCrmLeadAdd http://127.0.0.1:9/x file:///etc/passwd a.wav UklGRiQ= talking $result[0] $result[a][ID]
    % _ ' " \\ ; -- ../.. {{7*7}} <b> %00 null [] {} NaN 1e9 ٣ 😀 Ирина
"""
WORDS = WORD_LIST.split()
PREFIXES = ("", "", "", ">", "<", ">=", "<=", "!", "%", "=", "=%", "!%", "?", "@", "!@", "><", "!><", "+", "!!")
KEY_LIST = """
    logic LOGIC 0 1 VALUE VALUE_TYPE TYPE_ID DELETE ID id TITLE NAME title fm PHONE COMMUNICATIONS BINDINGS ENTITY_TYPE
    ENTITY_ID COMMENT AUTHOR_ID OWNER_ID OWNER_TYPE_ID SUBJECT START_TIME DEADLINE RESPONSIBLE_ID UF_CRM_TASK SETTINGS
    SIDE MESSAGE STOP_TIME EXTENSION STATE USER_ID CALL_DURATION CALL_START_DATE PORTAL_USER_ID PHONE_NUMBER
    CRM_BINDINGS CRM_BINDINGS.ENTITY_ID contactIds stageId opportunity UF_X STATUS_ID fileData FILES auditors crm
"""
KEYS = KEY_LIST.split()


@dataclass(frozen=True, slots=True)
class Guess:
    """One request below `/rest/`, or to `/oauth/token/`."""

    method: str
    #: `/rest/1/secret/method.json?query`
    path: str
    body: bytes = b""
    content_type: str = ""
    http: str = "POST"


class Guesser:
    """Makes requests; `credentials` are webhook paths and access tokens to make them with."""

    def __init__(self, seed: int, webhooks: list[str], tokens: list[str]) -> None:
        self._random = random.Random(seed)
        self._webhooks, self._tokens = webhooks, tokens
        self._methods = [method for method in all_methods() if not method.name.startswith(LEFT_OUT)]
        self._told: list[str] = ["externalCall.0"]

    def learn(self, answer: bytes) -> None:
        """Remember the call an answer tells of: a finish of nobody's call says little."""
        at = answer.find(b'"CALL_ID":"')
        if at >= 0:
            told = answer[at + 11 : answer.index(b'"', at + 11)].decode()
            self._told = [*self._told[-20:], told]

    def next(self) -> Guess:
        """The next request."""
        if self._random.random() < 0.02:
            keys = ("grant_type", "client_id", "client_secret", "refresh_token", "code", "scope")
            words = (*WORDS, "refresh_token", "authorization_code")
            params = {key: self._random.choice((self._leaf(), self._random.choice(words))) for key in keys}
            return self._sent("oauth/token", "/oauth/token/", params)
        method = self._random.choice(self._methods)
        path = self._random.choice(self._webhooks)
        params = self._params(method)
        if self._random.random() < 0.2:
            path, params["auth"] = "/rest/", self._random.choice(self._tokens)
        path += method.name.upper() if self._random.random() < 0.05 else method.name
        path += self._random.choice(("", "", "", "", ".json", ".xml", "/"))
        return self._sent(method.name, path, params)

    def _sent(self, name: str, path: str, params: dict[str, Any]) -> Guess:
        form = "&".join(pairs(params))
        match self._random.choices(("json", "form", "get", "multipart", "junk"), (60, 18, 12, 4, 6))[0]:
            case "json":
                return Guess(name, path, msgspec.json.encode(params), "application/json")
            case "form":
                return Guess(name, path, form.encode(), "application/x-www-form-urlencoded")
            case "get":
                return Guess(name, f"{path}?{form[:4000]}", http="GET")
            case "multipart":
                return Guess(name, path, multipart(params), "multipart/form-data; boundary=B")
            case _:
                kinds = ("", "application/json", "multipart/form-data", "multipart/form-data; boundary=B", "x;;=")
                return Guess(name, path, self._random.randbytes(self._random.randrange(60)), self._random.choice(kinds))

    def _params(self, method: Method) -> dict[str, Any]:
        if method.name == "batch":
            return {"cmd": self._commands(), "halt": self._random.choice((0, 1, "x"))}
        found: dict[str, Any] = {}
        for parameter in parameters(method):
            if self._random.random() < (0.9 if parameter.required else 0.5):
                found[parameter.name] = self._value_for(parameter)
        if self._random.random() < 0.15:
            found[self._random.choice(("start", "fields", "filter", "ID", "auth", "state", "x"))] = self._anything(2)
        return found

    def _commands(self) -> Any:
        many = self._random.choice((0, 1, 3, 3, 6, 52))
        lines: list[Any] = []
        for _ in range(many):
            method = self._random.choice(self._methods)
            params = {} if method.name == "batch" else self._params(method)
            lines.append(f"{method.name}?{'&'.join(pairs(params))}"[:3000])
        if self._random.random() < 0.1:
            return self._anything(2)
        return dict(zip("abcdefgh", lines, strict=False)) if self._random.random() < 0.5 else lines

    def _value_for(self, parameter: Parameter) -> Any:
        if self._random.random() < 0.3:
            return self._anything(3)
        kind = parameter.type
        if "CALL_ID" in parameter.name and self._random.random() < 0.8:
            return self._random.choice(self._told)
        if "PHONE" in parameter.name or parameter.name == "NUMBER":
            return f"+7916{self._random.randrange(40):07}"
        if "object" in kind or parameter.name.lower() in ("fields", "filter", "order"):
            return self._object(3)
        if "array" in kind:
            return [self._object(2) if self._random.random() < 0.5 else self._leaf() for _ in range(3)]
        if any(word in kind for word in ("int", "number", "double", "float")):
            return self._random.choice((1, 2, 3, 4, "1", "2", self._random.choice(NUMBERS)))
        return self._random.choice(WORDS)

    def _object(self, depth: int) -> dict[str, Any]:
        size = self._random.choice((0, 1, 2, 3, 5))
        return {self._random.choice(PREFIXES) + self._key(): self._anything(depth - 1) for _ in range(size)}

    def _key(self) -> str:
        return self._random.choice(KEYS if self._random.random() < 0.4 else field_names())

    def _anything(self, depth: int) -> Any:
        makers: list[Callable[[], Any]] = [self._leaf, self._leaf, self._leaf]
        if depth > 0:
            makers += [
                lambda: self._object(depth),
                lambda: [self._anything(depth - 1) for _ in range(self._random.randrange(4))],
            ]
        return self._random.choice(makers)()

    def _leaf(self) -> Any:
        match self._random.randrange(6):
            case 0:
                return self._random.choice(NUMBERS)
            case 1:
                return self._random.choice((None, True, False, 0.5, -1e308, 1e-9))
            case 2:
                return "".join(chr(self._random.choice((0, 9, 10, 39, 92, 127, 0x430, 0x1F600))) for _ in range(4))
            case 3:
                return self._random.choice(("x" * 300, "9" * 40, "", " "))
            case _:
                return self._random.choice(WORDS)


@cache
def field_names() -> tuple[str, ...]:
    """Every name of a client's field."""
    return tuple(sorted({name for fields in FIELDS.values() for name in fields}))


@cache
def parameters(method: Method) -> tuple[Parameter, ...]:
    return describe(method).parameters


def pairs(value: Any, name: str = "") -> list[str]:
    """A form in PHP's brackets."""
    match value:
        case dict():
            items: list[tuple[Any, Any]] = list(value.items())
        case list():
            items = list(enumerate(value))
        case _:
            word = {"None": "", "True": "1", "False": "0"}.get(str(value), str(value))
            return [f"{name}={quote(word, safe='')}"]
    made: list[str] = []
    for key, item in items:
        made += pairs(item, f"{name}[{quote(str(key), safe='')}]" if name else quote(str(key), safe=""))
    return made


def multipart(params: dict[str, Any]) -> bytes:
    """The same as a form of parts, the first of them a file."""
    parts: list[bytes] = []
    for place, pair in enumerate(pairs(params)):
        name, _, value = pair.partition("=")
        file = '; filename="a.wav"' if place == 0 else ""
        parts.append(f'--B\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n{value}\r\n'.encode())
    return b"".join([*parts, b"--B--\r\n"])
