"""Live calls: the latest state that the connector told of each running call, in memory.

In:   the parameters of `cordboard.call.state`, and the moment. Out: the newest state of a call, by its `CALL_ID`.
The surprise: a state may come before the `register` it belongs to has committed; it waits ten seconds for it.
"""

from dataclasses import dataclass, replace
from typing import Any, cast

__all__ = ["CallLive", "LiveCalls"]

SECOND = 1_000_000
#: how long a state waits for its `register`
WAIT = 10 * SECOND
#: how long a connector may be silent before it counts as away
SILENCE = 90 * SECOND
#: a call that nobody finished and nobody told of for a day is over
FORGOTTEN = 86_400 * SECOND
#: failed commands that are remembered, and how much of a reason
COMMANDS, LONGEST_REASON = 1000, 500


@dataclass(frozen=True, slots=True)
class CallLive:
    """A call as the connector saw it last."""

    pbx: str
    linkedid: str
    seq: int
    #: empty: not registered (yet)
    call_id: str
    #: the parameters of `cordboard.call.state`, key for key
    state: dict[str, Any]
    #: when it came, microseconds
    at: int
    #: False: its CALL_ID is not known here yet
    joined: bool = True

    @property
    def place(self) -> str:
        """menu, queue, ringing, talking or ended."""
        return str(self.state.get("PLACE") or "")

    @property
    def conversations(self) -> list[dict[str, Any]]:
        """Who was rung, who talks: the items of CONVERSATIONS."""
        items = cast("list[Any]", self.state.get("CONVERSATIONS") or [])
        return [cast("dict[str, Any]", item) for item in items if isinstance(item, dict)]


class LiveCalls:
    """All running calls the connectors told of."""

    def __init__(self) -> None:
        self._by_linkedid: dict[tuple[str, str], CallLive] = {}
        self._by_call: dict[str, tuple[str, str]] = {}
        self._day = -1
        #: pbx name → (parameters of the last hello, moment)
        self.connectors: dict[str, tuple[dict[str, Any], int]] = {}
        #: COMMAND_ID → REASON of card buttons that could not be served
        self.failed_commands: dict[str, str] = {}
        #: COMMAND_ID → (user, call) of card buttons pressed lately
        self._commands: dict[str, tuple[int, str]] = {}

    def get(self, call_id: str) -> CallLive | None:
        """The newest state of a registered call."""
        key = self._by_call.get(call_id)
        found = self._by_linkedid.get(key) if key else None
        return found if found is not None and found.joined else None

    def all(self) -> list[CallLive]:
        """Every running call, registered or not."""
        return [live for live in self._by_linkedid.values() if live.joined]

    def tell(self, live: CallLive) -> bool:
        """Keep a state if it is newer; True if it replaced the older one."""
        key = (live.pbx, live.linkedid)
        known = self._by_linkedid.get(key)
        if known is not None and live.seq <= known.seq:
            return False
        self._drop_old(live.at)
        self._by_linkedid[key] = live
        if live.call_id:
            self._by_call[live.call_id] = key
        if live.place == "ended" and not live.call_id:
            self._by_linkedid.pop(key, None)
        return True

    def join(self, call_id: str) -> bool:
        """The call is registered now; True if a state was waiting for it."""
        key = self._by_call.get(call_id)
        live = self._by_linkedid.get(key) if key else None
        if key is None or live is None or live.joined:
            return False
        self._by_linkedid[key] = replace(live, joined=True)
        return True

    def forget(self, call_id: str) -> None:
        """The call is finished."""
        if key := self._by_call.pop(call_id, None):
            self._by_linkedid.pop(key, None)

    def command_failed(self, command_id: str, reason: str) -> None:
        """A button of a card could not be served; the oldest such are forgotten."""
        self.failed_commands.pop(command_id, None)
        self.failed_commands[command_id] = reason[:LONGEST_REASON]
        if len(self.failed_commands) > COMMANDS:
            self.failed_commands.pop(next(iter(self.failed_commands)))

    def actions(self, pbx: str) -> tuple[str, ...]:
        """What the connector of an exchange can do with a running call: hangup, transfer, park, take."""
        hello, _ = self.connectors.get(pbx, ({}, 0))
        sent = hello.get("ACTIONS")
        return tuple(str(word) for word in cast("list[Any]", sent)) if isinstance(sent, list) else ()

    def remember_command(self, command_id: str, user_id: int, call_id: str) -> None:
        """A button was pressed; the oldest such are forgotten."""
        self._commands[command_id] = (user_id, call_id)
        if len(self._commands) > COMMANDS:
            self._commands.pop(next(iter(self._commands)))

    def who_commanded(self, command_id: str) -> tuple[int, str]:
        """User and call of a command; nobody (0) for one that is not known."""
        return self._commands.get(command_id, (0, ""))

    def is_new_day(self, now: int) -> bool:
        """True once a day, and at the first call after a start: time to tidy up."""
        if now // FORGOTTEN == self._day:
            return False
        self._day = now // FORGOTTEN
        return True

    def _drop_old(self, now: int) -> None:
        ages = [(now - live.at, live) for live in self._by_linkedid.values()]
        old = [live for age, live in ages if age > (FORGOTTEN if live.joined else WAIT)]
        for live in old:
            self._by_linkedid.pop((live.pbx, live.linkedid), None)
            self._by_call.pop(live.call_id, None)
