"""Native AMI events as rows of CEL: the fields that a row takes from the channel snapshot of a message.

In:   a `Message`, and the prefix under which it carries the channel meant (`Dest`, `Parkee` …). Out: a `CelEvent`.

The surprise: an absent number or name reads `<unknown>` here and is empty in CEL.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from cordboard.asterisk.ami.wire import Message
from cordboard.calls.cel import CelEvent

#: announcers, recorders and the like: channels of AMI that have no CEL rows
INNER_TECHNOLOGIES = ("CBAnn/", "CBRec/", "Announcer/", "Recorder/", "Surrogate/")


def row(
    kind: str, at: int, message: Message, side: str = "", *,
    extra: Mapping[str, object] | None = None, peer: str = "", appname: str = "", appdata: str = "",
) -> CelEvent:  # fmt: skip
    """A row of CEL from the channel snapshot that a message carries under a prefix."""
    get = message.get
    return CelEvent(
        kind, at, get(side + "Uniqueid"), get(side + "Linkedid"), get(side + "Channel"),
        cid_name=known(get(side + "CallerIDName")), cid_num=known(get(side + "CallerIDNum")),
        exten=get(side + "Exten"), context=get(side + "Context"), appname=appname, appdata=appdata,
        accountcode=get(side + "AccountCode"), peer=peer,
        extra=json.dumps(extra, ensure_ascii=False, separators=(",", ":")) if extra else "",
    )  # fmt: skip


def bridge_extra(message: Message) -> dict[str, object]:
    return {"bridge_id": message.get("BridgeUniqueid"), "bridge_technology": message.get("BridgeTechnology")}


def sent_at(message: Message, now: int) -> int:
    """When it happened: the PBX's own `Timestamp` where it sends one."""
    whole, dot, part = message.get("Timestamp").partition(".")
    if not dot or not whole.isdigit() or not part.isdigit():
        return now
    return int(whole) * 1_000_000 + int(part[:6].ljust(6, "0"))


def known(text: str) -> str:
    return "" if text == "<unknown>" else text


def number(text: str) -> int:
    return int(text) if text.isdigit() else 0


def inner(channel: str) -> bool:
    return channel.startswith(INNER_TECHNOLOGIES)
