"""States: our own portal is told the latest state of each running call, so that its cards can turn to talking.

In:   calls as the driving lane sees them, after each event.
Out:  `cordboard.call.state`, and `cordboard.connector.hello` every thirty seconds; nothing at all where
      `method.get` does not know them (asked once, and again after the line was lost).

Nothing here is journaled and nothing waits for it: only the latest state of a call is kept until it is sent, it
overtakes deliveries, and a failure is forgotten.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Protocol, cast

import structlog

from cordboard import __version__
from cordboard.calls.call import Call
from cordboard.calls.cel import CelEvent
from cordboard.calls.snapshot import NOT_YET, ConversationFull
from cordboard.crm.base import CrmError
from cordboard.delivery.worker import Worker
from cordboard.flow.situation import start_with_offset

log = structlog.get_logger(__name__)

HELLO, STATE = "cordboard.connector.hello", "cordboard.call.state"
EVERY = 30.0


class OwnPortal(Protocol):
    """The two calls that only our portal knows."""

    async def has_method(self, method: str) -> bool: ...

    async def call(self, method: str, params: dict[str, Any]) -> Any: ...


class StateSender:
    """Tells one portal."""

    def __init__(
        self,
        portal: OwnPortal,
        worker: Worker,
        user_of: Callable[[str], int],
        pbxs: list[str],
        clock: Callable[[], int],
        on_own_portal: Callable[[], None],
        offers: Mapping[str, Any] | None = None,
        on_token: Callable[[str], None] = lambda token: None,
    ) -> None:
        """`offers`: what else the portal is told of us; `on_token` is told what its events are signed with."""
        self._portal = portal
        self._worker = worker
        self.user_of = user_of
        self._pbxs = pbxs
        self._clock = clock
        self._on_own_portal = on_own_portal
        self._offers: dict[str, Any] = {"ACTIONS": [], "EXTENSIONS": [], **(offers or {})}
        self._on_token = on_token
        self._is_ours = False
        #: failures of the line when the portal said that it is not ours
        self._refused_at = -1
        self._calls: dict[tuple[str, str], Call] = {}
        self._held: dict[tuple[str, str], set[str]] = {}
        self._transfers: dict[tuple[str, str], dict[str, Any]] = {}
        self._changed: dict[tuple[str, str], bool] = {}
        self._wake = asyncio.Event()
        self._sequence = 0
        #: failures of the line when everything was told last
        self._failures = 0
        #: the state of each call as told last, without its time
        self._told: dict[tuple[str, str], dict[str, Any]] = {}

    def change(self, pbx: str, linkedid: str, call: Call | None, event: CelEvent | None) -> None:
        """A call changed; `call` is None when it is over."""
        key = (pbx, linkedid)
        if event is not None and event.eventtype in {"HOLD", "UNHOLD"}:
            held = self._held.setdefault(key, set())
            held.add(event.uniqueid) if event.eventtype == "HOLD" else held.discard(event.uniqueid)
        if call is not None:
            self._calls[key] = call
        elif key not in self._calls:
            return
        self._changed[key] = call is None
        self._wake.set()

    def transferred(self, pbx: str, linkedid: str, transfer: dict[str, Any]) -> None:
        """Somebody passed a call on by a button of their card: `TRANSFER` of its states from now on."""
        if (pbx, linkedid) in self._calls:
            self._transfers[(pbx, linkedid)] = transfer
            self._changed.setdefault((pbx, linkedid), False)
            self._wake.set()

    async def run(self) -> None:
        """Greet, then send what changed, for ever."""
        greeted = 0.0
        while True:
            now = asyncio.get_running_loop().time()
            if not greeted or now - greeted >= EVERY:
                greeted = now
                await self._greet()
            try:
                await asyncio.wait_for(self._wake.wait(), EVERY - (now - greeted))
            except TimeoutError:
                continue
            self._wake.clear()
            changed, self._changed = self._changed, {}
            for key, over in changed.items():
                await self._send(key, over)

    async def _greet(self) -> None:
        try:
            if not self._is_ours:
                # a definite no holds until the line was lost: nobody's portal becomes ours while it is up
                if self._worker.line.failures == self._refused_at:
                    return
                if not await self._portal.has_method(STATE):
                    self._refused_at = self._worker.line.failures
                    return
                self._is_ours = True
                self._on_own_portal()
                self._tell_all()
            elif self._worker.line.failures != self._failures:
                # it was away, and states are kept in its memory
                self._tell_all()
            answer = await self._portal.call(HELLO, {"PBX": self._pbxs, "VERSION": __version__, **self._offers})
            if isinstance(answer, dict):
                self._on_token(str(cast("dict[str, Any]", answer).get("APPLICATION_TOKEN") or ""))
        except CrmError as error:
            log.debug("the portal was not greeted", reason=str(error))

    def _tell_all(self) -> None:
        self._failures = self._worker.line.failures
        self._told.clear()
        self._changed = {**dict.fromkeys(self._calls, False), **self._changed}
        self._wake.set()

    async def _send(self, key: tuple[str, str], over: bool) -> None:
        call = self._calls.get(key)
        if call is None:
            # told to be over a second time while the first telling was under way
            return
        if over:
            del self._calls[key]
        if not self._is_ours:
            self._held.pop(key, None) if over else None
            return
        state = state_of(call, self._held.get(key, set()), self.user_of, self._clock())
        if over:
            self._held.pop(key, None)
            state["PLACE"] = "ended"
        pbx, linkedid = key
        state |= {"PBX": pbx, "LINKEDID": linkedid, "CALL_ID": self._worker.call_id(*key)}
        if transfer := self._transfers.pop(key, None) if over else self._transfers.get(key):
            state["TRANSFER"] = transfer
        if self._told.get(key) == {**state, "AT": ""}:
            # an event that changes nothing of what a card shows
            return
        self._sequence = max(self._sequence + 1, self._clock())
        self._told[key] = {**state, "AT": ""}
        try:
            await self._portal.call(STATE, {**state, "SEQ": self._sequence})
        except CrmError as error:
            self._told.pop(key, None)
            log.debug("a state was not told", pbx=pbx, linkedid=linkedid, reason=str(error))
        if over:
            self._told.pop(key, None)


def state_of(call: Call, held: set[str], user_of: Callable[[str], int], now: int) -> dict[str, Any]:
    """The parameters of `cordboard.call.state` that describe the call itself."""
    full, facts = call.picture(), call.facts()
    channel = full.channel
    client = channel.from_ if channel.type == "incoming" else channel.to
    held_now = bool(held)
    offset = start_with_offset(facts.start, channel.start_time)[-len("+00:00") :]
    conversations = [
        conversation_state(
            talk, user_of, offset, held=held_now and id == full.active_conversation_id, goes_on=not facts.end
        )
        for id, talk in full.conversations.items()
    ]
    caller = channel.from_.original
    if channel.type != "incoming":
        # the employee of an outgoing call is the one who dialled; the conversation is at the client's number
        for row in conversations:
            row["USER_ID"] = row["USER_ID"] or user_of(caller)
    place = facts.place
    if call.expected and not conversations and not facts.end:
        # a click: until the employee has picked up, the client is not called
        conversations, place = [rung_first(call, call.expected[0], user_of)], "ringing"
    return {
        "AT": iso(now),
        "PLACE": place,
        "QUEUE": facts.queue,
        "MENU": "",
        "SINCE": iso(facts.start),
        "TRUNK": channel.trunk.original,
        "CLIENT": client.original,
        "CONVERSATIONS": conversations,
    }


def conversation_state(
    talk: ConversationFull, user_of: Callable[[str], int], offset: str, *, held: bool, goes_on: bool
) -> dict[str, Any]:
    """One conversation as the card shows it."""
    channel = talk.channel
    number = channel.to.original
    state = "ringing" if channel.state == "ringing" else "talking" if channel.state == "talking" else "ended"
    if state == "talking" and (talk.is_parked or held):
        state = "parked" if talk.is_parked else "held"
    return {
        "ID": channel.id,
        "EXTENSION": number,
        "USER_ID": user_of(number),
        "STATE": state,
        "RANG_AT": known_time(channel.start_time, offset),
        "ANSWERED_AT": known_time(channel.answer_time, offset),
        "ENDED_AT": known_time(channel.end_time, offset),
        "END": end_reason(talk, goes_on=goes_on) if state == "ended" else "",
    }


def rung_first(call: Call, employee: str, user_of: Callable[[str], int]) -> dict[str, Any]:
    """The employee of a click, whose telephone rings before the client's."""
    return {
        "ID": call.linkedid,
        "EXTENSION": employee,
        "USER_ID": user_of(employee),
        "STATE": "ringing",
        "RANG_AT": iso(call.facts().start),
        "ANSWERED_AT": "",
        "ENDED_AT": "",
        "END": "",
    }


def end_reason(talk: ConversationFull, *, goes_on: bool) -> str:
    """Why a conversation ended, in the words of `cordboard.call.state`."""
    if talk.channel.was_answered:
        return "transferred" if goes_on else "hung-up"
    extra = talk.channel.extra
    cause = extra.get("hangupcause")
    if cause == 26:
        return "answered-elsewhere"
    if cause == 17:
        return "busy"
    return "declined" if cause == 21 else "no-answer"


def known_time(local: str, offset: str) -> str:
    """A time of `call_full` with the PBX's offset, "" for one that has not come."""
    return "" if local == NOT_YET else f"{local.replace(' ', 'T')}{offset}"


def iso(micros: int) -> str:
    return datetime.fromtimestamp(micros / 1_000_000, UTC).isoformat(timespec="milliseconds")
