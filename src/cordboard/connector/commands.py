"""Commands: what a button of a card asks of a running call, done over AMI.

In:   a command, as our own portal sends it. Out: an action of the exchange; where it cannot be done, the reason is told
to whoever pressed (`cordboard.command.failed`). What was done needs no answer: the next state of the call says it.

The surprise: a card knows people, the exchange knows channels. Which channel is whose is asked at that very moment:
the telephone of whoever pressed by their extension, the client's as the one that is nobody's.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

import structlog

from cordboard.asterisk.ami.errors import AmiError
from cordboard.asterisk.ami.wire import Message
from cordboard.asterisk.live import LiveLane
from cordboard.crm.asked import Command
from cordboard.crm.base import CrmError
from cordboard.delivery.remembered import Remembered
from cordboard.settings import Originate

log = structlog.get_logger(__name__)

FAILED = "cordboard.command.failed"
#: what we can do, for `cordboard.connector.hello`
ACTIONS = ("hangup", "transfer", "park", "take")
#: a command older than this is not done any more (microseconds)
LATE = 10_000_000
#: whose channel it is, by its name: `PJSIP/101-0000002a`
PEER = re.compile(r"^[^/]+/(.+?)(?:@[^@]*)?-[0-9a-f]+(?:;[12])?$")


class CannotBeDone(Exception):
    """Why not, in words for whoever pressed the button."""


class OwnPortal(Protocol):
    async def call(self, method: str, params: dict[str, Any]) -> Any: ...


@dataclass(frozen=True, slots=True)
class Teller:
    """The connection whose cards have the buttons."""

    portal: OwnPortal
    user_of: Callable[[str], int]
    extension_of: Callable[[int], str]
    #: told of a transfer, for the card of whoever gets the call: pbx, linkedid, what `TRANSFER` says
    on_transfer: Callable[[str, str, dict[str, Any]], None]


@dataclass(frozen=True, slots=True)
class Legs:
    """The channels of one call."""

    mine: Message | None
    client: Message | None


class Commands:
    """Buttons of the cards of all connections."""

    def __init__(
        self, tellers: dict[str, Teller], exchanges: dict[str, tuple[LiveLane, Originate]], clock: Callable[[], int]
    ) -> None:
        """`exchanges`: those that take actions, with the context in which employees dial."""
        self._tellers = tellers
        self._exchanges = exchanges
        self._clock = clock
        self._done = Remembered[str]()
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self, connection: str, command: Command) -> None:
        """Do a command in the background: whoever sent it does not wait."""
        task = asyncio.create_task(self.do(connection, command))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def do(self, connection: str, command: Command) -> None:
        """Do a command once; a failure is told to the portal."""
        if command.id in self._done:
            return
        self._done.add(command.id)
        if connection not in self._tellers:
            return
        told = {"pbx": command.pbx, "linkedid": command.linkedid, "command": command.action, "user": command.user}
        try:
            await self._do(self._tellers[connection], command)
        except (CannotBeDone, AmiError, ValueError) as error:
            log.warning("a command of a card was not done", **told, reason=str(error))
            try:
                params = {"COMMAND_ID": command.id, "REASON": str(error)}
                await self._tellers[connection].portal.call(FAILED, params)
            except CrmError as unheard:
                log.debug("nobody was told", reason=str(unheard))
        else:
            log.info("a command of a card was done", **told)

    async def _do(self, teller: Teller, command: Command) -> None:
        if command.at and self._clock() - command.at > LATE:
            raise CannotBeDone("it came too late")
        if command.pbx not in self._exchanges:
            raise CannotBeDone("the exchange takes no actions")
        live, settings = self._exchanges[command.pbx]
        legs = legs_of(await live.channels(), command, teller.user_of)
        match command.action:
            case "hangup":
                await live.act("Hangup", Channel=needed(legs.mine, "your telephone is not in this call"))
            case "transfer":
                mine = needed(legs.mine, "your telephone is not in this call")
                to = dialled(command.to)
                await live.act("BlindTransfer", Channel=mine, Context=settings.context, Exten=to)
                at = datetime.fromtimestamp(self._clock() / 1_000_000, UTC).isoformat(timespec="milliseconds")
                note = {"BY": command.user, "TO": teller.user_of(to), "NOTE": command.note, "SINCE": at}
                teller.on_transfer(command.pbx, command.linkedid, note)
            case "park":
                client = needed(legs.client, "nobody is there to be parked")
                mine = needed(legs.mine, "your telephone is not in this call")
                await live.act("Park", Channel=client, TimeoutChannel=mine, AnnounceChannel=mine)
            case "take":
                client = needed(legs.client, "the caller is gone")
                extension = dialled(teller.extension_of(command.user), "you have no extension")
                await live.act("Redirect", Channel=client, Context=settings.context, Exten=extension, Priority="1")
            case _:
                raise CannotBeDone(f"nobody here knows the command {command.action!r}")


def legs_of(channels: list[Message], command: Command, user_of: Callable[[str], int]) -> Legs:
    """The telephone of whoever pressed, and the client's channel: it is in the bridge with it, else it is nobody's."""
    in_call = [
        x for x in channels if x.get("Linkedid") == command.linkedid and not x.get("Channel").startswith("Local/")
    ]
    own = [x for x in in_call if command.user and user_of(peer_of(x)) == command.user]
    mine = next((x for x in own if x.get("ChannelStateDesc") == "Up"), own[0] if own else None)
    others = [x for x in in_call if x not in own and x.get("ChannelStateDesc") == "Up"]
    bridge = mine.get("BridgeId") if mine is not None else ""
    beside = [x for x in others if bridge and x.get("BridgeId") == bridge]
    outside = [x for x in others if not user_of(peer_of(x))]
    return Legs(mine, next(iter([*beside, *outside, *others]), None))


def peer_of(channel: Message) -> str:
    """Who a channel belongs to, by its name.

    >>> peer_of(Message({"Channel": "PJSIP/101-0000002a"}, []))
    '101'
    """
    found = PEER.match(channel.get("Channel"))
    return found[1] if found else ""


def needed(channel: Message | None, words: str) -> str:
    if channel is None:
        raise CannotBeDone(words)
    return channel.get("Channel")


def dialled(to: str, words: str = "it is not said to whom") -> str:
    """An extension or a number as it is dialled."""
    if number := re.sub(r"[^\d*#]", "", to):
        return number
    raise CannotBeDone(words)
