"""Turns: requests leave as fast as the portal allows, and those that have to wait leave together.

In:   method and parameters; a bucket that all connections to one portal share.
Out:  the method's answer, or the `CrmError` that it met by itself.

A portal counts a `batch` as one request. So whoever comes while the bucket is full waits with the others, and they
leave as one, in the order in which they came. While there is room each request leaves alone and at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import unquote

from cordboard.b24wire.batch import command_text
from cordboard.crm.base import AnswerNotUnderstood, CrmError
from cordboard.delivery.limits import Bucket
from cordboard.ending import end

#: commands of one batch
MOST = 50
#: bytes of a command; a longer one, such as one with a file in it, leaves alone, and so does one with a `$`, which may
#: be a reference to another's result
LONGEST = 4_000

Post = Callable[[str, dict[str, Any]], Awaitable[dict[str, Any]]]
ErrorOf = Callable[[str, str, str, int], CrmError]


@dataclass(slots=True, eq=False)
class Waiting:
    """One request that has to wait."""

    method: str
    params: dict[str, Any]
    command: str
    answer: asyncio.Future[dict[str, Any]]


class Turns:
    """The requests of one connection."""

    def __init__(self, post: Post, error_of: ErrorOf, bucket: Bucket, clock: Callable[[], float]) -> None:
        self._post = post
        self._error_of = error_of
        self._bucket = bucket
        self._clock = clock
        self._waiting: list[Waiting] = []
        self._leaving: asyncio.Task[None] | None = None

    async def post(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        """The whole answer of one method."""
        if not self._waiting and self._bucket.wait(self._clock()) <= 0:
            self._bucket.reserve(self._clock())
            return await self._post(method, params)
        command = command_text(method, cast("dict[str, object]", params))
        if method == "batch" or len(command) > LONGEST or "$" in unquote(command):
            await asyncio.sleep(self._bucket.reserve(self._clock()))
            return await self._post(method, params)
        mine = Waiting(method, params, command, asyncio.get_running_loop().create_future())
        self._waiting.append(mine)
        if self._leaving is None or self._leaving.done():
            self._leaving = asyncio.create_task(self._leave())
        try:
            return await mine.answer
        except asyncio.CancelledError:
            if mine in self._waiting:
                self._waiting.remove(mine)
            raise

    async def close(self) -> None:
        """Whoever waits hears nothing any more."""
        if self._leaving is not None:
            await end([self._leaving])

    async def _leave(self) -> None:
        sent: set[asyncio.Task[None]] = set()
        while self._waiting:
            await asyncio.sleep(self._bucket.reserve(self._clock()))
            together, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
            if together:
                # the next ones wait for the bucket, not for this answer
                task = asyncio.create_task(self._send(together))
                sent.add(task)
                task.add_done_callback(sent.discard)
        await asyncio.gather(*sent)

    async def _send(self, together: list[Waiting]) -> None:
        try:
            if len(together) == 1:
                tell(together[0], await self._post(together[0].method, together[0].params))
                return
            commands = {f"q{number}": one.command for number, one in enumerate(together)}
            answer = (await self._post("batch", {"halt": 0, "cmd": commands}))["result"]
            for number, one in enumerate(together):
                self._tell_own(one, f"q{number}", cast("dict[str, Any]", answer) if isinstance(answer, dict) else {})
        except CrmError as error:
            for one in together:
                fail(one, error)
        except BaseException as error:
            for one in together:
                one.answer.cancel() if isinstance(error, asyncio.CancelledError) else fail(one, error)
            raise

    def _tell_own(self, one: Waiting, key: str, answer: dict[str, Any]) -> None:
        results, refusals = part(answer, "result"), part(answer, "result_error")
        if key in refusals:
            refusal = part(refusals, key)
            code, text = str(refusal.get("error") or ""), str(refusal.get("error_description") or "")
            fail(one, self._error_of(one.method, code, text, 400))
        elif key in results:
            beside = {name: part(answer, f"result_{name}") for name in ("next", "time")}
            tell(one, {"result": results[key], **{name: own[key] for name, own in beside.items() if key in own}})
        else:
            fail(one, AnswerNotUnderstood(f"{one.method}: a batch did not answer it"))


def tell(one: Waiting, answer: dict[str, Any]) -> None:
    if not one.answer.done():
        one.answer.set_result(answer)


def fail(one: Waiting, error: BaseException) -> None:
    if not one.answer.done():
        one.answer.set_exception(error)


def part(answer: dict[str, Any], name: str) -> dict[str, Any]:
    """An object of an answer; PHP writes an empty one as a list."""
    found: Any = answer.get(name)
    return cast("dict[str, Any]", found) if isinstance(found, dict) else {}
