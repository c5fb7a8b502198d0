"""Moves: the native events that are one row of CEL each and need no memory of what came before.

In:   one `Message` and its time. Out: the row.
"""

from __future__ import annotations

from collections.abc import Callable

from cordboard.asterisk.ami.native_rows import row
from cordboard.asterisk.ami.wire import Message
from cordboard.calls.cel import CelEvent

PARK_ENDS = {
    "UnParkedCall": "ParkedCallUnparked",
    "ParkedCallTimeOut": "ParkedCallTimeOut",
    "ParkedCallGiveUp": "ParkedCallGiveUp",
}


def pickup(message: Message, at: int) -> list[CelEvent]:
    extra = {"pickup_channel": message.get("Channel"), "pickup_channel_uniqueid": message.get("Uniqueid")}
    return [row("PICKUP", at, message, "Target", extra=extra)]


def blind_transfer(message: Message, at: int) -> list[CelEvent]:
    if message.get("Result") != "Success":
        return []
    extra = {
        "extension": message.get("Extension"),
        "context": message.get("Context"),
        "bridge_id": message.get("BridgeUniqueid"),
        "transferee_channel_name": message.get("TransfereeChannel"),
        "transferee_channel_uniqueid": message.get("TransfereeUniqueid"),
    }
    return [row("BLINDTRANSFER", at, message, "Transferer", extra=extra)]


def attended_transfer(message: Message, at: int) -> list[CelEvent]:
    if message.get("Result") != "Success":
        return []
    extra = {
        "bridge1_id": message.get("OrigBridgeUniqueid"),
        "channel2_name": message.get("SecondTransfererChannel"),
        "channel2_uniqueid": message.get("SecondTransfererUniqueid"),
        "transferee_channel_name": message.get("TransfereeChannel"),
        "transferee_channel_uniqueid": message.get("TransfereeUniqueid"),
        "transfer_target_channel_name": message.get("TransferTargetChannel"),
        "transfer_target_channel_uniqueid": message.get("TransferTargetUniqueid"),
    }
    if message.get("DestType") == "App":
        extra["app"] = message.get("DestApp")
    else:
        extra["bridge2_id"] = message.get("SecondBridgeUniqueid") or message.get("DestBridgeUniqueid")
    return [row("ATTENDEDTRANSFER", at, message, "OrigTransferer", extra=extra)]


def parked(message: Message, at: int) -> list[CelEvent]:
    extra = {"parker_dial_string": message.get("ParkerDialString"), "parking_lot": message.get("Parkinglot")}
    return [row("PARK_START", at, message, "Parkee", extra=extra)]


def unparked(message: Message, at: int) -> list[CelEvent]:
    extra = {"reason": PARK_ENDS[message.event]}
    if retriever := message.get("RetrieverChannel"):
        extra["retriever"] = retriever
    return [row("PARK_END", at, message, "Parkee", extra=extra)]


def queue_join(message: Message, at: int) -> list[CelEvent]:
    return [row("APP_START", at, message, appname="Queue", appdata=message.get("Queue"))]


def room_join(message: Message, at: int) -> list[CelEvent]:
    return [row("APP_START", at, message, appname="ConfBridge", appdata=message.get("Conference"))]


def optimised(message: Message, at: int) -> list[CelEvent]:
    kind = "LOCAL_OPTIMIZE_BEGIN" if message.event == "LocalOptimizationBegin" else "LOCAL_OPTIMIZE"
    extra = {"local_two": message.get("LocalTwoChannel"), "local_two_uniqueid": message.get("LocalTwoUniqueid")}
    return [row(kind, at, message, "LocalOne", extra=extra)]


def hold(message: Message, at: int) -> list[CelEvent]:
    return [row(message.event.upper(), at, message)]


def queue_leave(message: Message, at: int) -> list[CelEvent]:
    return [row("APP_END", at, message, appname="Queue", appdata=message.get("Queue"))]


MOVES: dict[str, Callable[[Message, int], list[CelEvent]]] = {
    "Pickup": pickup,
    "BlindTransfer": blind_transfer,
    "AttendedTransfer": attended_transfer,
    "ParkedCall": parked,
    **dict.fromkeys(PARK_ENDS, unparked),
    "QueueCallerJoin": queue_join,
    "QueueCallerLeave": queue_leave,
    "ConfbridgeJoin": room_join,
    "LocalOptimizationBegin": optimised,
    "LocalOptimizationEnd": optimised,
    "Hold": hold,
    "Unhold": hold,
}
