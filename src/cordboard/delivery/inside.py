"""Inside: who answers the questions of a flow that go to no CRM.

In:   a question about employees, customizations, recordings, reminders. Out: its answer.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from cordboard.calls.snapshot import UserFull
from cordboard.hooks.answers import Customized


class Users(Protocol):
    """The employees of one CRM by their numbers."""

    async def find(self, numbers: tuple[str, ...]) -> dict[str, int]: ...

    async def need(self, numbers: tuple[str, ...], line: str) -> int: ...

    async def details(self, ids: tuple[int, ...]) -> dict[str, UserFull]: ...


class Hooks(Protocol):
    """The customizations of a site."""

    async def ask(
        self, point: str, payload: dict[str, Any], *, crm: str | None = None, linkedid: str = "", dry: bool = False
    ) -> Customized: ...


#: who answers a kind of question from inside, such as where a recording is
Inside = Callable[[Any], Awaitable[Any]]
