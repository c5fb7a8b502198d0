"""One connection to the Asterisk Manager Interface: sign in, send actions, hear events.

In:   host, port, user name and secret of an account in manager.conf.
Out:  `events()`, for as long as the connection lives; `action()` and `list_action()` with their answers.
Errors: one of `errors.py`, with a sentence that says what to do. The secret is in none of them.

The surprise: a broken network looks like an idle PBX, since Asterisk says nothing by itself. So we ask it (`Ping`)
whenever it was silent, and a missing answer ends the connection. Connecting again is the lane's business (`live.py`).
"""

from __future__ import annotations

import asyncio
import hashlib
import itertools
from collections.abc import AsyncIterator, Iterable

from cordboard.asterisk.ami.errors import AmiError, AmiLost, AmiNoRight, AmiRefused, AmiUnreachable
from cordboard.asterisk.ami.wire import Framer, FramingError, Message, encode_action
from cordboard.ending import end

#: answers to our own actions that come as events
ANSWER_EVENTS = ("FullyBooted", "CoreShowChannel", "CoreShowChannelsComplete", "OriginateResponse")

PIECE = 1 << 16


class AmiClient:
    """A connection that is made once; after it is lost, make another client."""

    def __init__(
        self, host: str, port: int, username: str, secret: str, *,
        wanted: Iterable[str] | None = None, ping_every: float = 15.0, timeout: float = 10.0,
    ) -> None:  # fmt: skip
        self.greeting = ""
        #: seconds this Asterisk had run when we signed in; None where the account may not see system events
        self.uptime: int | None = None
        self._place = f"{host}:{port}"
        self._address = (host, port)
        self._username = username
        self._secret = secret
        self._ping_every = ping_every
        self._timeout = timeout
        self._framer = Framer(None if wanted is None else [*wanted, *ANSWER_EVENTS])
        self._events: asyncio.Queue[Message | None] = asyncio.Queue()
        self._answers: dict[str, asyncio.Future[list[Message]]] = {}
        self._collected: dict[str, list[Message]] = {}
        self._numbers = itertools.count(1)
        self._tasks: list[asyncio.Task[None]] = []
        self._writer: asyncio.StreamWriter | None = None
        self._heard = 0.0
        self._lost: AmiError | None = None

    async def connect(self) -> None:
        """Reach the PBX, check that it speaks AMI, and sign in."""
        try:
            async with asyncio.timeout(self._timeout):
                reader, self._writer = await asyncio.open_connection(*self._address)
        except (OSError, TimeoutError) as error:
            raise AmiUnreachable(f"no answer at {self._place}: {reason_of(error)}; is manager.conf enabled?") from error
        self._tasks = [asyncio.create_task(self._read(reader)), asyncio.create_task(self._keep_alive())]
        try:
            await self._sign_in()
        except AmiError:
            await self.close()
            raise

    async def events(self) -> AsyncIterator[Message]:
        """Every event that answers no action, until the connection is lost (`AmiLost`)."""
        while (message := await self._events.get()) is not None:
            yield message
        raise self._lost or AmiLost(f"{self._place}: the connection was closed")

    async def action(self, name: str, **headers: str) -> Message:
        """Send an action; its answer."""
        return (await self._ask(name, headers))[0]

    async def list_action(self, name: str, **headers: str) -> list[Message]:
        """Send an action that is answered by a list of events; the events, without the closing one."""
        return (await self._ask(name, headers))[1:]

    async def close(self) -> None:
        """End the connection; may be called twice."""
        self._end(AmiLost(f"{self._place}: closed by us"))
        await end(self._tasks)
        if self._writer is not None:
            self._writer.close()

    async def _sign_in(self) -> None:
        try:
            challenge = await self._ask("Challenge", {"AuthType": "MD5"})
        except AmiError as error:
            if isinstance(error, AmiLost):
                raise
            # some versions and gateways know no challenge
            login = {"Username": self._username, "Secret": self._secret}
        else:
            key = hashlib.md5((challenge[0].get("Challenge") + self._secret).encode(), usedforsecurity=False)
            login = {"AuthType": "MD5", "Username": self._username, "Key": key.hexdigest()}
        try:
            await self._ask("Login", {**login, "Events": "on"})
        except AmiLost:
            raise
        except AmiError as error:
            raise AmiRefused(
                f"{self._place} does not accept user {self._username!r}: {error};"
                " compare [pbx.ami] username and secret with manager.conf, and its permit lines"
            ) from error
        self.greeting = self._framer.greeting

    async def _ask(self, name: str, headers: dict[str, str]) -> list[Message]:
        if self._lost is not None:
            raise self._lost
        assert self._writer is not None, "connect first"
        # an Originate is answered twice, the second time by an event: its sender must know the number beforehand
        number = headers.get("ActionID") or f"cordboard-{next(self._numbers)}"
        answer = self._answers[number] = asyncio.get_running_loop().create_future()
        try:
            self._writer.write(encode_action(name, {**headers, "ActionID": number}.items()))
            async with asyncio.timeout(self._timeout):
                await self._writer.drain()
                messages = await answer
        except TimeoutError as error:
            raise AmiLost(f"{self._place}: no answer to {name} in {self._timeout:g} s") from error
        except OSError as error:
            raise AmiLost(f"{self._place}: {reason_of(error)}") from error
        finally:
            self._answers.pop(number, None)
            self._collected.pop(number, None)
        if messages[0].get("Response") == "Error":
            raise refusal(name, messages[0].get("Message"))
        return messages

    async def _read(self, reader: asyncio.StreamReader) -> None:
        try:
            while data := await reader.read(PIECE):
                self._heard = asyncio.get_running_loop().time()
                for message in self._framer.feed(data):
                    self._sort(message)
            self._end(AmiLost(f"{self._place}: the PBX closed the connection"))
        except (OSError, FramingError) as error:
            self._end(AmiLost(f"{self._place}: {reason_of(error)}"))

    def _sort(self, message: Message) -> None:
        if message.event == "FullyBooted" and message.get("Uptime").isdigit():
            self.uptime = int(message.get("Uptime"))
        number = message.get("ActionID")
        if number not in self._answers or message.event == "OriginateResponse":
            if message.event:
                self._events.put_nowait(message)
            return
        collected = self._collected.setdefault(number, [])
        ends = message.get("EventList")
        if ends.lower() != "complete":
            collected.append(message)
        if ends.lower() != "start" and (message.get("Response") or ends) and not self._answers[number].done():
            self._answers[number].set_result(collected)

    async def _keep_alive(self) -> None:
        clock = asyncio.get_running_loop().time
        while self._lost is None:
            await asyncio.sleep(self._ping_every / 2)
            if clock() - self._heard < self._ping_every:
                continue
            try:
                await self._ask("Ping", {})
            except AmiError as error:
                self._end(AmiLost(f"{self._place}: the link is dead: {error}"))

    def _end(self, reason: AmiError) -> None:
        if self._lost is not None:
            return
        self._lost = reason
        self._events.put_nowait(None)
        for answer in self._answers.values():
            if not answer.done():
                answer.set_exception(reason)
        if self._writer is not None:
            self._writer.close()


def refusal(action: str, words: str) -> AmiError:
    if "permission" in words.lower():
        return AmiNoRight(f"the account has no right to {action}: {words}; see its write= line in manager.conf")
    return AmiError(words or f"{action} was refused")


def reason_of(error: BaseException) -> str:
    return str(error) or type(error).__name__
