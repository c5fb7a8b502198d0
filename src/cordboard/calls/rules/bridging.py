"""Bridging: who stands in which bridge.

In:   BRIDGE_ENTER and BRIDGE_EXIT; `extra` names the bridge, `peer` who else is in it.
Out:  the board; then merges (`merge.py`) and talks (`answer.py`).

Reasons: one lost row must not lose a talk, so a peer that never was anywhere else is believed to
be here, and an EXIT from a bridge that nobody saw it enter counts as both. A peer list can be older or newer than the
rows around it by a millisecond, so nobody is thrown out by it. Where a site has no
`extra` column, bridges are told apart by their peers.
"""

import re
from collections.abc import Sequence

from cordboard.calls.call import Call
from cordboard.calls.cel import CelEvent
from cordboard.calls.channel import LOCAL, Bridge, Channel
from cordboard.calls.rules.answer import meet, part
from cordboard.calls.rules.applications import is_room
from cordboard.calls.rules.conversations import join_consulted
from cordboard.calls.rules.merge import merge, met_stranger
from cordboard.calls.steps import Step
from cordboard.calls.switchboard import Switchboard

_ID = re.compile(r'"bridge_id"\s*:\s*"([^"]*)"')
_USUAL = '{"bridge_id":"'
#: without `extra`: two who enter alone within this time (microseconds) and see each other later stood in one bridge
TOGETHER = 20_000


def entered(board: Switchboard, channel: Channel, event: CelEvent, step: Step) -> None:
    """Put a channel into its bridge and see who meets."""
    came_from = channel.bridge
    bridge = _bridge_of(board, channel, event, step)
    board.enter(channel, bridge)
    peers = event.peer.split(",") if event.peer else ()
    if peers:
        _believe_peers(board, bridge, peers)
    if channel.kind is LOCAL:
        join_consulted(channel, step)
    if len(bridge.members) == 1 and came_from is None and channel.kind is not LOCAL and channel.call.client:
        return  # the first one in, as most are: there is nobody to meet
    _meet(board, channel, event.eventtime, step, peers)


def exited(board: Switchboard, channel: Channel, event: CelEvent, step: Step) -> None:
    """Take a channel out of its bridge."""
    at, bridge_id = event.eventtime, _id_of(event.extra)
    if channel.bridge is None:
        seen = bridge_id == channel.left if bridge_id else bool(channel.left)
        if seen or channel.end or not event.peer:
            return
        bridge = _bridge_of(board, channel, event, step)
        board.enter(channel, bridge)
        _believe_peers(board, bridge, event.peer.split(","))
        _meet(board, channel, at, step)
    elif bridge_id and channel.bridge.id != bridge_id:
        return  # a doubled or late row of a bridge it left for another
    elif event.peer and len(channel.bridge.members) == 1:
        _believe_peers(board, channel.bridge, event.peer.split(","))
        _meet(board, channel, at, step)
    bridge = channel.bridge
    board.leave(channel)
    part(board, channel.call, at, step)
    if bridge is not None and bridge.room:
        _tell_room(board, bridge, channel.call, at, step)


def _meet(board: Switchboard, channel: Channel, at: int, step: Step, peers: Sequence[str] = ()) -> None:
    while (stranger := met_stranger(channel)) is not None:
        merge(board, channel.call, stranger.call, at, step, "merge")
    meet(board, channel.call, at, step, (channel.name, *peers))
    if channel.bridge is not None and channel.bridge.room:
        _tell_room(board, channel.bridge, channel.call, at, step)


def _tell_room(board: Switchboard, room: Bridge, mine: Call, at: int, step: Step) -> None:
    """A room merges nobody, so each other call in it must see for itself who came or left."""
    for call in dict.fromkeys(member.call for member in room.members.values()):
        if call is not mine:
            call.freeze_pictures()
            meet(board, call, at, step)


def _believe_peers(board: Switchboard, bridge: Bridge, peers: Sequence[str]) -> None:
    for name in peers:
        peer = board.names.get(name)
        if peer is not None and peer.bridge is None and not peer.end and not peer.left and not peer.parked:
            board.enter(peer, bridge)


def _id_of(extra: str) -> str:
    if extra.startswith(_USUAL) and (end := extra.find('"', len(_USUAL))) > 0:
        return extra[len(_USUAL) : end]  # a cut id is none: it could be that of another bridge
    match = _ID.search(extra) if extra else None
    return match[1] if match else ""


def _bridge_of(board: Switchboard, channel: Channel, event: CelEvent, step: Step) -> Bridge:
    extra = event.extra
    room = "softmix" in extra or is_room(channel.kind, event.appname)
    if bridge_id := _id_of(extra):
        return board.bridge(bridge_id, room=room, holding="holding_bridge" in extra)
    step.doubt(f"which bridge {channel.name} is in is not in the row: told by who sees whom")
    holding = not extra and channel.parked
    for name in event.peer.split(",") if event.peer else ():
        peer = board.names.get(name)
        if peer is not None and peer.bridge is not None:
            return peer.bridge
        room |= name.startswith("CBAnn/")
    if not event.peer and (other := _came_alone(board, channel, event.eventtime)):
        return other
    return board.bridge(f"of {channel.uniqueid} at {event.eventtime}", room=room, holding=holding)


def _came_alone(board: Switchboard, channel: Channel, at: int) -> Bridge | None:
    """Without `extra`: two of one call who enter at one moment, each seeing nobody, see each other."""
    for other in channel.call.channels.values():
        bridge = other.bridge
        if (
            other is channel
            or bridge is None
            or bridge.holding
            or len(bridge.members) != 1
            or not bridge.id.startswith("of ")
        ):
            continue
        if channel.kind is LOCAL and other.kind is LOCAL:
            continue
        if abs(at - int(bridge.id.rpartition(" ")[2])) <= TOGETHER:
            return bridge
    return None
