"""AMI's native events in the alphabet of CEL: what the live lane hears before any row is written.

In:   one `Message` and the time it was received (used where the PBX sends no `Timestamp`).
Out:  the `CelEvent`s that the call model would read in CEL for the same happening, so that one tracker serves both
      lanes; beside them `RINGING`, `HOLD` and `UNHOLD`, which CEL does not know.

The surprise: some things CEL says in one row must be put together here. Who hung up is told by HangupRequest before
the Hangup; who shares a bridge, by the BridgeEnters so far; that a linkedid has ended, by its last channel going away.
And some things only this lane knows, such as the number given to a trunk (`DialString`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import msgspec

from cordboard.asterisk.ami.native_moves import MOVES
from cordboard.asterisk.ami.native_rows import bridge_extra, inner, number, row, sent_at
from cordboard.asterisk.ami.wire import Message
from cordboard.calls.cel import CelEvent

UP_STATE = "6"


class Channel(msgspec.Struct):
    """What must be remembered of a channel between two events."""

    name: str
    linkedid: str
    bridge: str = ""
    up: bool = False
    #: whose person hung up, as CEL's hangupsource
    ended_by: str = ""
    appname: str = ""
    appdata: str = ""
    dialstatus: str = ""


class NativeMapper:
    """Follows one connection; a new connection begins with a new mapper."""

    def __init__(self) -> None:
        self._channels: dict[str, Channel] = {}
        self._members: dict[str, dict[str, str]] = {}
        self._alive: Counter[str] = Counter()
        #: called channels that wait for their DialBegin
        self._held: dict[str, CelEvent] = {}

    def feed(self, message: Message, now: int) -> list[CelEvent]:
        """The events that this message means; empty where it means nothing to a call."""
        at = sent_at(message, now)
        if move := MOVES.get(message.event):
            return move(message, at)
        handler = HANDLERS.get(message.event)
        if handler is None:
            return []
        rows = handler(self, message, at)
        started = self._held.pop(message.get("Uniqueid"), None) if rows else None
        return rows if started is None else [started, *rows]

    def adopt(self, message: Message) -> str:
        """Remember a channel that was alive before we came (CoreShowChannel); its linkedid."""
        uniqueid = message.get("Uniqueid")
        linkedid = message.get("Linkedid") or uniqueid
        if uniqueid and uniqueid not in self._channels and not inner(message.get("Channel")):
            channel = Channel(message.get("Channel"), linkedid, message.get("BridgeId"))
            channel.up = message.get("ChannelState") == UP_STATE
            self._channels[uniqueid] = channel
            self._alive[linkedid] += 1
            if channel.bridge:
                self._members.setdefault(channel.bridge, {})[uniqueid] = channel.name
        return linkedid

    # channels ----------------------------------------------------------------------------------------------------

    def _new_channel(self, message: Message, at: int) -> list[CelEvent]:
        if inner(message.get("Channel")):
            return []
        self._known(message)
        started = row("CHAN_START", at, message)
        if started.uniqueid != started.linkedid and not started.channame.startswith("Local/"):
            # it was called: DialBegin follows at once, and its row comes first, as in CEL, for it tells the number
            self._held[started.uniqueid] = started
            return []
        return [started, *self._state_of(message, at)]

    def _new_state(self, message: Message, at: int) -> list[CelEvent]:
        if inner(message.get("Channel")):
            return []
        moved = self._moved(message, at)
        return moved + self._state_of(message, at)

    def _state_of(self, message: Message, at: int) -> list[CelEvent]:
        channel = self._known(message)
        match message.get("ChannelState"):
            case "5":  # Ringing
                return [row("RINGING", at, message)]
            case "6" if not channel.up:  # Up
                channel.up = True
                return [row("ANSWER", at, message, appname=channel.appname, appdata=channel.appdata)]
            case _:
                return []

    def _rename(self, message: Message, at: int) -> list[CelEvent]:
        channel = self._channels.get(message.get("Uniqueid"))
        if channel is not None:
            channel.name = message.get("Newname")
        return []

    def _hangup_request(self, message: Message, at: int) -> list[CelEvent]:
        channel = self._channels.get(message.get("Uniqueid"))
        if channel is None or channel.name.startswith("Local/"):
            return []
        channel.ended_by = channel.name
        for uniqueid in self._members.get(channel.bridge, {}):
            other = self._channels.get(uniqueid)
            if other is not None and not other.ended_by:
                other.ended_by = channel.name
        return []

    def _hangup(self, message: Message, at: int) -> list[CelEvent]:
        uniqueid = message.get("Uniqueid")
        channel = self._channels.get(uniqueid)
        if inner(message.get("Channel")):
            return []
        moved = self._moved(message, at)
        channel = self._known(message)
        rows = list(moved)
        if channel.bridge:
            rows += self._leave(uniqueid, channel, message, at)
        extra = {
            "hangupcause": number(message.get("Cause")),
            "hangupsource": channel.ended_by,
            "dialstatus": channel.dialstatus,
        }
        rows.append(row("HANGUP", at, message, extra=extra))
        rows.append(row("CHAN_END", at, message))
        del self._channels[uniqueid]
        return rows + self._gone(channel.linkedid, message, at)

    # dialling ----------------------------------------------------------------------------------------------------

    def _dial_begin(self, message: Message, at: int) -> list[CelEvent]:
        called = self._channels.get(message.get("DestUniqueid"))
        caller = message.get("Uniqueid")
        if not caller:
            # Originate: nobody dialled, the PBX did
            if called is not None:
                called.appname, called.appdata = "AppDial2", "(Outgoing Line)"
            started = self._held.pop(message.get("DestUniqueid"), None)
            dialled = row("APP_START", at, message, "Dest", appname="AppDial2", appdata="(Outgoing Line)")
            return [dialled] if started is None else [started, dialled]
        if called is not None:
            called.appname, called.appdata = "AppDial", "(Outgoing Line)"
        technology = message.get("DestChannel").partition("/")[0]
        target = f"{technology}/{message.get('DialString')}"
        dialled = row("APP_START", at, message, appname="Dial", appdata=target)
        started = self._held.pop(message.get("DestUniqueid"), None)
        return [dialled] if started is None else [dialled, started]

    def _dial_end(self, message: Message, at: int) -> list[CelEvent]:
        caller = self._channels.get(message.get("Uniqueid"))
        status = message.get("DialStatus")
        if caller is not None and (caller.dialstatus in ("", "CANCEL") or status == "ANSWER"):
            caller.dialstatus = status
        forward = message.get("Forward")
        return [row("FORWARD", at, message, extra={"forward": forward})] if forward and caller is not None else []

    # bridges -----------------------------------------------------------------------------------------------------

    def _bridge_enter(self, message: Message, at: int) -> list[CelEvent]:
        uniqueid, bridge, name = message.get("Uniqueid"), message.get("BridgeUniqueid"), message.get("Channel")
        members = self._members.setdefault(bridge, {})
        peers = ",".join(other for other in members.values())
        members[uniqueid] = name
        if inner(name):
            return []
        rows = self._moved(message, at)
        channel = self._known(message)
        channel.bridge = bridge
        entered = row("BRIDGE_ENTER", at, message, extra=bridge_extra(message), peer=peers)
        return [*rows, msgspec.structs.replace(entered, appname=channel.appname, appdata=channel.appdata)]

    def _bridge_leave(self, message: Message, at: int) -> list[CelEvent]:
        uniqueid, bridge = message.get("Uniqueid"), message.get("BridgeUniqueid")
        members = self._members.get(bridge, {})
        members.pop(uniqueid, None)
        if not members:
            self._members.pop(bridge, None)
        if inner(message.get("Channel")):
            return []
        rows = self._moved(message, at)
        channel = self._known(message)
        if channel.bridge == bridge:
            channel.bridge = ""
        peers = ",".join(members.values())
        return [*rows, row("BRIDGE_EXIT", at, message, extra=bridge_extra(message), peer=peers)]

    def _leave(self, uniqueid: str, channel: Channel, message: Message, at: int) -> list[CelEvent]:
        members = self._members.get(channel.bridge, {})
        members.pop(uniqueid, None)
        peers, bridge, channel.bridge = ",".join(members.values()), channel.bridge, ""
        return [row("BRIDGE_EXIT", at, message, extra={"bridge_id": bridge}, peer=peers)]

    def _variable(self, message: Message, at: int) -> list[CelEvent]:
        if message.get("Variable") != "MIXMONITOR_FILENAME" or message.get("Uniqueid") not in self._channels:
            return []
        return [row("APP_START", at, message, appname="MixMonitor", appdata=message.get("Value"))]

    # linkedids ---------------------------------------------------------------------------------------------------

    def _known(self, message: Message) -> Channel:
        uniqueid, linkedid = message.get("Uniqueid"), message.get("Linkedid")
        channel = self._channels.get(uniqueid)
        if channel is None:
            channel = self._channels[uniqueid] = Channel(message.get("Channel"), linkedid)
            self._alive[linkedid] += 1
        return channel

    def _moved(self, message: Message, at: int) -> list[CelEvent]:
        """A channel that shows another linkedid than before has been joined to an older call, without an event."""
        channel = self._known(message)
        before, linkedid = channel.linkedid, message.get("Linkedid")
        if before == linkedid:
            return []
        channel.linkedid = linkedid
        self._alive[linkedid] += 1
        return self._gone(before, message, at)

    def _gone(self, linkedid: str, message: Message, at: int) -> list[CelEvent]:
        self._alive[linkedid] -= 1
        if self._alive[linkedid] > 0:
            return []
        del self._alive[linkedid]
        ended = row("LINKEDID_END", at, message)
        return [ended if ended.linkedid == linkedid else msgspec.structs.replace(ended, linkedid=linkedid)]


Handler = Callable[[NativeMapper, Message, int], list[CelEvent]]

# pyright: reportPrivateUsage=false
HANDLERS: dict[str, Handler] = {
    "Newchannel": NativeMapper._new_channel,
    "Newstate": NativeMapper._new_state,
    "Rename": NativeMapper._rename,
    "HangupRequest": NativeMapper._hangup_request,
    "Hangup": NativeMapper._hangup,
    "DialBegin": NativeMapper._dial_begin,
    "DialEnd": NativeMapper._dial_end,
    "BridgeEnter": NativeMapper._bridge_enter,
    "BridgeLeave": NativeMapper._bridge_leave,
    "VarSet": NativeMapper._variable,
}

#: the events that the live lane asks for; everything else is skipped by its first line
WANTED = frozenset(HANDLERS | MOVES)
