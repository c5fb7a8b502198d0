"""Examples of the REST methods: requests and the answers of the original, as files that are read, run and compared.

In:   `examples/<method>.toml` with `[[example]]` tables. Out: `Example`s; a `Stage` plays them, `difference` compares.

`given` prepares: a line `name = method {JSON}` each, whose answer later lines call `$name` or `$name.KEY`, within a
text `{$name.KEY}`; `$wav` is the content of a little recording;
`= wait {"seconds": 60}` moves the clock, `= switch {"crm_mode": "simple"}` sets switches, `= uninstall` removes the
application.
In an answer `<int>`, `<string>`, `<moment>`, `<call id>` … stand for any such value, the key `...` of an object and the
last item `...` of a list for whatever else there may be.
"""

from __future__ import annotations

import asyncio
import base64
import re
import tomllib
from pathlib import Path
from typing import Any, cast

import msgspec
from tests.portal.rest.conftest import Answer, Rest

from cordboard.portal.changes import KeysChanged
from cordboard.portal.credentials import ALL_SCOPES, add_application, add_webhook, remove_application
from cordboard.portal.outbox import Outbox
from cordboard.portal.rest import oauth
from cordboard.portal.rest.faulty import FaultyApp
from cordboard.portal.rest.moments import micros

FOLDER = Path(__file__).parent / "examples"
WAV = b"RIFF\x24\x00\x00\x00WAVEfmt " + b"\0" * 24
REST = "..."
COMMANDS = ("wait", "switch", "uninstall")
KINDS: dict[str, type | tuple[type, ...]] = {
    "<int>": int,
    "<number>": (int, float),
    "<string>": str,
    "<object>": dict,
    "<list>": list,
    "<any>": object,
}
PATTERNS = {
    "<moment>": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d",
    "<call id>": r"externalCall\.[0-9a-f]{32}\.\d{10}",
    "<32 hex>": r"[0-9a-f]{32}",
    "<address>": r"http://portal\.example/.+",
}


class Example(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """One request with its answer."""

    #: a sentence: what the answer shows
    says: str
    #: the method; absent: the name of the file
    method: str = ""
    given: str = ""
    #: whose credential: the administrator's `webhook` or `application`, an `employee`'s, one for `crm only`, `nobody`'s
    by: str = "webhook"
    request: str = "{}"
    #: instead of a method an address: one that was told (`$told.uploadUrl`), with or without a file sent there
    at: str = ""
    file: bool = False
    #: the result, as JSON
    answer: str = ""
    #: keys beside the result: total, next
    beside: dict[str, int] = {}
    #: bytes that come instead of an envelope
    bytes: int = 0
    #: status, code and text of a refusal, and the argument at fault
    refusal: tuple[int, str, str] | None = None
    argument: str = ""


def read_examples(path: Path) -> list[Example]:
    """The examples of a file."""
    found = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8"))["example"], list[Example])
    for example in found:
        example.method = example.method or path.stem
    return found


class Stage:
    """A portal on which examples are played, and what was answered so far."""

    def __init__(self, rest: Rest) -> None:
        self.rest = rest
        rest.app = FaultyApp(rest.app, rest.portal)  # type: ignore[assignment]
        wav = base64.b64encode(WAV).decode()
        self.known: dict[str, Any] = {"wav": wav, "webhook": rest.webhook, "token": rest.application["access_token"]}

    def prepare(self, given: str) -> None:
        """Run the lines of `given`."""
        for line in filter(None, map(str.strip, given.splitlines())):
            name, _, rest = line.partition(" = ") if not line.startswith("=") else ("", "", line[1:])
            method, _, params = rest.strip().partition(" ")
            sent = self.filled(msgspec.json.decode(params or "{}"))
            answered = self._command(method, sent) if method in COMMANDS else self._ask(method, sent)
            if name.strip():
                self.known[name.strip()] = answered

    def play(self, example: Example) -> Answer:
        """The answer to an example's request."""
        self.prepare(example.given)
        if example.at:
            address = str(self.filled(example.at)).removeprefix("http://portal.example")
            return self.rest.send(address, form_with_file() if example.file else b"", content_type=FORM)
        return self._send(example.by, example.method, self.filled(msgspec.json.decode(example.request)))

    def filled(self, value: Any) -> Any:
        """The value with `$name` and `$name.KEY` replaced."""
        match value:
            case str() if value.startswith("$") and value[1:].partition(".")[0] in self.known:
                return self._found(value[1:])
            case str():
                return re.sub(r"\{\$([\w.]+)\}", lambda found: str(self._found(found[1])), value)
            case dict():
                return {key: self.filled(item) for key, item in cast("dict[str, Any]", value).items()}
            case list():
                return [self.filled(item) for item in cast("list[Any]", value)]
            case _:
                return value

    def _found(self, path: str) -> Any:
        name, *keys = path.split(".")
        found: Any = self.known[name]
        for key in keys:
            found = found[int(key)] if key.isdigit() else found[key]
        return found

    def _ask(self, method: str, params: dict[str, Any]) -> Any:
        """By the administrator's webhook; what only applications may do, by the application."""
        by = "application" if method.startswith("event.") else "webhook"
        return self._send(by, method, params).result

    def _command(self, name: str, params: dict[str, Any]) -> None:
        match name:
            case "wait":
                self.rest.clock.forward(**params)
            case "switch":
                for switch, value in params.items():
                    asyncio.run(self.rest.portal.set_switch(switch, value))
            case _:
                now = micros(self.rest.clock())
                self.rest.portal.store.write_sync(lambda c: remove_application(Outbox(c, 1, "", now), 1))
                self.rest.portal.publish(KeysChanged())

    def _send(self, by: str, method: str, params: dict[str, Any]) -> Answer:
        match by:
            case "webhook":
                return self.rest.call(method, params)
            case "application":
                return self.rest.call(
                    method, {"auth": self.rest.application["access_token"], **params}, webhook="/rest/"
                )
            case "employee":
                return self.rest.call(method, params, webhook=self._webhook(2))
            case "employee's application":
                return self.rest.call(method, {"auth": self._token(2), **params}, webhook="/rest/")
            case "crm only":
                return self.rest.call(method, params, webhook=self._webhook(1, "crm"))
            case "crm application":
                return self.rest.call(method, {"auth": self._token(1, scopes="crm"), **params}, webhook="/rest/")
            case "nobody":
                return self.rest.call(method, params, webhook="/rest/")
            case _:
                raise ValueError(f"nobody is called {by}")

    def _webhook(self, user_id: int, scopes: str = ALL_SCOPES) -> str:
        now = micros(self.rest.clock())
        return self.rest.portal.store.write_sync(lambda c: add_webhook(c, user_id, now, scopes=scopes))

    def _token(self, user_id: int, scopes: str = "") -> str:
        client, now = self.rest.application, micros(self.rest.clock())
        if scopes:
            client = self.rest.portal.store.write_sync(lambda c: add_application(c, "Narrow", 1, now, scopes=scopes))
        code = self.rest.portal.store.write_sync(lambda c: oauth.new_code(c, client["client_id"], user_id, now))[0]
        grant = self.rest.portal.store.write_sync(
            lambda c: oauth.exchange_code(c, client["client_id"], client["client_secret"], code, now)
        )
        return grant.access_token


FORM = "multipart/form-data; boundary=x"


def form_with_file() -> bytes:
    """A multipart form with a little recording in the field `file`."""
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\nContent-Type: audio/wav\r\n\r\n'
    return head + WAV + b"\r\n--x--\r\n"


def difference(expected: Any, actual: Any, place: str = "result") -> str:
    """Where an answer is not what was expected; empty where it is."""
    if isinstance(expected, str) and expected in KINDS:
        fits = isinstance(actual, KINDS[expected]) and not (isinstance(actual, bool) and expected != "<any>")
        return "" if fits else f"{place}: {expected} expected, {actual!r} found"
    if isinstance(expected, str) and expected in PATTERNS:
        fits = isinstance(actual, str) and re.fullmatch(PATTERNS[expected], actual)
        return "" if fits else f"{place}: {expected} expected, {actual!r} found"
    if isinstance(expected, dict) and isinstance(actual, dict):
        return in_object(cast("dict[str, Any]", expected), cast("dict[str, Any]", actual), place)
    if isinstance(expected, list) and isinstance(actual, list):
        return in_list(cast("list[Any]", expected), cast("list[Any]", actual), place)
    expected, actual = cast("object", expected), cast("object", actual)
    same = type(expected) is type(actual) and expected == actual
    return "" if same else f"{place}: {expected!r} expected, {actual!r} found"


def in_object(expected: dict[str, Any], actual: dict[str, Any], place: str) -> str:
    named = {key for key in expected if key != REST}
    if missing := named - actual.keys():
        return f"{place}: no {', '.join(sorted(missing))}"
    if REST not in expected and (extra := actual.keys() - named):
        return f"{place}: {', '.join(sorted(extra))} not expected"
    found = (difference(expected[key], actual[key], f"{place}.{key}") for key in expected if key != REST)
    return next(filter(None, found), "")


def in_list(expected: list[Any], actual: list[Any], place: str) -> str:
    open_end = bool(expected) and expected[-1] == REST
    wanted = expected[:-1] if open_end else expected
    if len(actual) < len(wanted) or (len(actual) > len(wanted) and not open_end):
        return f"{place}: {len(wanted)} items expected, {len(actual)} found"
    pairs = zip(wanted, actual, strict=False)
    return next(filter(None, (difference(one, other, f"{place}[{n}]") for n, (one, other) in enumerate(pairs))), "")
