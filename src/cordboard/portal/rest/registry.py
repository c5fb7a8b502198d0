"""The registry of REST methods: each is one coroutine under its documented name.

In:   `@method("telephony.externalCall.register", scope="telephony")` above ``async def …(context, params)``.
Out:  `find_method(name)` in any case of letters, `method_names(scopes)` for `methods`, `method.get` and the docs.

A method returns its `result`, or a `Page` when the envelope needs `total` and `next`, or raises a ``RestError``.
It writes by ``await context.portal.store.write(work)`` and publishes what changed afterwards.

Its docstring is what the page of supported methods shows: see `described`.

The surprise: `start` is no parameter of a method; the transport takes it out and gives it as ``context.start``.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from cordboard.b24wire.paging import Page

if TYPE_CHECKING:
    from cordboard.portal.portal import Portal
    from cordboard.portal.rest.limits import Meter

__all__ = [
    "Context",
    "Handler",
    "Method",
    "Page",
    "Params",
    "SentFile",
    "all_methods",
    "find_method",
    "method",
    "method_names",
]

#: Parameters as decoded: strings from forms, JSON's own types from JSON, dicts and lists nested.
Params = dict[str, object]


@dataclass(frozen=True, slots=True)
class Context:
    """On whose behalf and when a method runs."""

    portal: Portal
    #: The user whose rights apply.
    user_id: int
    #: The OAuth application; None for an inbound webhook.
    application_id: int | None
    #: Granted scopes, lower case.
    scopes: frozenset[str]
    #: The moment the request began, aware.
    now: datetime
    #: Offset of a list's first row; -1 skips counting.
    start: int = 0
    #: Scheme and host the caller used (or `public_url`), without a slash at the end: begins every address we hand out.
    base_url: str = ""
    #: Path of the caller's own credential, `/rest/1/secret` or `/rest`: an upload address belongs to it.
    rest_path: str = "/rest"
    #: The access token of the request, empty for a webhook: an upload address repeats it.
    access_token: str = ""
    #: The address the request came from.
    remote: str = ""
    #: Counts how long methods run for this credential; None where nobody counts.
    meter: Meter | None = None
    #: `auth_connector` of the request: handlers of events with the same key are not told of its changes.
    connector: str = ""

    @property
    def is_webhook(self) -> bool:
        """True for an inbound webhook, False for an OAuth application."""
        return self.application_id is None

    def at(self, start: int, connector: str) -> Context:
        """The same caller with another list offset and key (a command of a batch has its own)."""
        return replace(self, start=start, connector=connector or self.connector)


@dataclass(frozen=True, slots=True)
class SentFile:
    """The answer of `download`: no envelope but a file."""

    path: Path
    content_type: str
    name: str


Handler = Callable[[Context, Params], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Method:
    """A REST method as the transport sees it."""

    #: The documented spelling.
    name: str
    #: The scope a credential needs; empty = any credential.
    scope: str
    handler: Handler
    #: False: OAuth only (`event.bind`), a webhook is refused.
    webhook: bool = True
    #: False: `batch`, upload and download refuse to run in a batch.
    batch: bool = True
    #: Scopes that do as well (`user_brief` for `user.get`).
    scopes: tuple[str, ...] = ()
    #: False: an address, not a method a client may list (`upload`).
    listed: bool = True

    def granted(self, scopes: frozenset[str]) -> bool:
        """Whether a credential with `scopes` may call this method."""
        return not self.scope or self.scope in scopes or any(scope in scopes for scope in self.scopes)


_methods: dict[str, Method] = {}


def method(
    name: str,
    *,
    scope: str = "",
    webhook: bool = True,
    batch: bool = True,
    scopes: Iterable[str] = (),
    listed: bool = True,
) -> Callable[[Handler], Handler]:
    """Register the coroutine below under `name`; a name taken twice is a mistake of ours."""

    def register(handler: Handler) -> Handler:
        if name.lower() in _methods:
            raise ValueError(f"REST method {name} is registered twice")
        _methods[name.lower()] = Method(name, scope, handler, webhook, batch, tuple(scopes), listed)
        return handler

    return register


def find_method(name: str) -> Method | None:
    """The method of this name in any case of letters, or None."""
    return _methods.get(name) or _methods.get(name.lower())


def all_methods() -> list[Method]:
    """Every registered method by name."""
    return [_methods[name] for name in sorted(_methods)]


def method_names(scopes: frozenset[str] | None = None) -> list[str]:
    """Lower-case names of the methods that `scopes` open, or of all."""
    listed = [(name, found) for name, found in sorted(_methods.items()) if found.listed]
    return [name for name, found in listed if scopes is None or found.granted(scopes)]
