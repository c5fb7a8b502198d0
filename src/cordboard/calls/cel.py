"""CelEvent: one row of Channel Event Logging, the alphabet every source speaks.

In:   a row of a file, a table or an AMI stream, read by `cordboard.asterisk`.
Out:  a `CelEvent` with exactly the column names of Asterisk, all of them text but the time.

What surprises: the live lane speaks the same alphabet. Its native AMI events are mapped to
these types, plus three of its own that the call model does not look at (`RINGING`, `HOLD`,
`UNHOLD`). A user event of the dial plan may carry any type name, so an unknown type is normal.
"""

from enum import StrEnum

import msgspec


class Cel(StrEnum):
    """The event types that mean something to the call model."""

    CHAN_START = "CHAN_START"  #: a channel exists; for a called one: the attempt begins, not the ringing
    ANSWER = "ANSWER"  #: a channel was answered, by a person or by the PBX
    HANGUP = "HANGUP"  #: a channel was hung up; `extra` says why and by whom
    CHAN_END = "CHAN_END"  #: a channel is gone; same moment as its HANGUP
    APP_START = "APP_START"  #: a tracked application of the dial plan begins
    APP_END = "APP_END"  #: and ends
    BRIDGE_ENTER = "BRIDGE_ENTER"  #: a channel joins a bridge
    BRIDGE_EXIT = "BRIDGE_EXIT"  #: a channel leaves a bridge
    PARK_START = "PARK_START"  #: the channel was parked
    PARK_END = "PARK_END"  #: the channel is no longer parked
    BLINDTRANSFER = "BLINDTRANSFER"  #: the channel sent its partner elsewhere
    ATTENDEDTRANSFER = "ATTENDEDTRANSFER"  #: the channel joined its two partners
    PICKUP = "PICKUP"  #: the ringing channel was taken over by another
    FORWARD = "FORWARD"  #: a called phone redirected
    LINKEDID_END = "LINKEDID_END"  #: nobody carries this linkedid any more


class CelEvent(msgspec.Struct, frozen=True, gc=False):
    """One row of CEL; text as Asterisk wrote it, the time in microseconds since the epoch (UTC)."""

    eventtype: str
    eventtime: int
    uniqueid: str
    linkedid: str
    channame: str = ""
    cid_name: str = ""
    cid_num: str = ""
    cid_ani: str = ""
    cid_rdnis: str = ""
    cid_dnid: str = ""
    exten: str = ""
    context: str = ""
    appname: str = ""
    appdata: str = ""
    accountcode: str = ""
    peeraccount: str = ""
    peer: str = ""
    userfield: str = ""
    extra: str = ""  #: raw text of the JSON object, possibly cut, possibly empty
