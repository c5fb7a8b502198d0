"""AMI's `Event: CEL`: a row of Channel Event Logging that came over the manager connection.

In:   one `Message`, and the clock of this PBX.
Out:  the same `CelEvent` that a file or a table would give; None where the message is another event.

The surprise: `EventTime` is the PBX's local time in whole seconds and names no zone; `Timestamp` says when it was
sent, up to a second later, so it only helps to find the zone (decisions.md 7).
"""

from __future__ import annotations

from cordboard.asterisk.ami.wire import Message
from cordboard.asterisk.local_time import LocalClock
from cordboard.calls.cel import CelEvent


def cel_event(message: Message, clock: LocalClock) -> CelEvent | None:
    """The row; ValueError says what is wrong with it where it is cut."""
    get = message.headers.get
    if get("Event") != "CEL":
        return None
    kind, uniqueid, linkedid = get("EventName", ""), get("UniqueID", ""), get("LinkedID", "")
    if not kind or not uniqueid or not linkedid:
        raise ValueError("a CEL event without EventName, UniqueID or LinkedID: the message is cut")
    if message.headers.get("UserDefType") and kind == "USER_DEFINED":
        kind = get("UserDefType", kind)
    at = clock.micros(get("EventTime", ""), uniqueid, started=kind == "CHAN_START")
    return CelEvent(
        kind, at, uniqueid, linkedid, get("Channel", ""),
        get("CallerIDname", ""), get("CallerIDnum", ""), get("CallerIDani", ""),
        get("CallerIDrdnis", ""), get("CallerIDdnid", ""),
        get("Exten", ""), get("Context", ""), get("Application", ""), get("AppData", ""),
        get("AccountCode", ""), get("PeerAccount", ""), get("Peer", ""), get("Userfield", ""), get("Extra", ""),
    )  # fmt: skip
