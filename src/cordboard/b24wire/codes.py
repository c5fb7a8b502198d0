"""Codes of the wire: call types, status codes of calls, entity types and the value types of multifields.

The names are Bitrix24's documentation's; the numbers travel.
"""

from __future__ import annotations

from enum import IntEnum
from types import MappingProxyType

__all__ = ["CALL_STATUSES", "ENTITY_TYPE_IDS", "MULTIFIELD_VALUE_TYPES", "CallType", "EntityType"]


class CallType(IntEnum):
    """`TYPE` of `telephony.externalCall.register`, `INCOMING` of its record."""

    OUTGOING = 1
    INCOMING = 2
    REDIRECTED = 3
    CALLBACK = 4
    INFORMATIONAL = 5

    @property
    def is_incoming(self) -> bool:
        """True if the client called us."""
        return self in (CallType.INCOMING, CallType.REDIRECTED)


class EntityType(IntEnum):
    """`OWNER_TYPE_ID`, `entityTypeId`."""

    LEAD = 1
    DEAL = 2
    CONTACT = 3
    COMPANY = 4


ENTITY_TYPE_IDS = MappingProxyType({kind.name: int(kind) for kind in EntityType})

#: `STATUS_CODE` of `telephony.externalCall.finish` and what it means; any other text is stored and means "undefined".
CALL_STATUSES = MappingProxyType(
    {
        "200": "Successful call",
        "304": "Missed call",
        "402": "Insufficient funds",
        "403": "Forbidden",
        "404": "Invalid number",
        "423": "Blocked",
        "480": "Temporarily unavailable",
        "484": "Direction unavailable",
        "486": "Busy",
        "500": "Server error",
        "503": "Direction unavailable",
        "603": "Declined",
        "603-S": "Cancelled",
        "OTHER": "Undefined",
    }
)

#: `VALUE_TYPE`s by `TYPE_ID`; the first is the default.
MULTIFIELD_VALUE_TYPES = MappingProxyType(
    {
        "PHONE": ("WORK", "MOBILE", "FAX", "HOME", "PAGER", "MAILING", "OTHER"),
        "EMAIL": ("WORK", "HOME", "MAILING", "OTHER"),
        "WEB": ("WORK", "HOME", "FACEBOOK", "VK", "LIVEJOURNAL", "TWITTER", "OTHER"),
        "IM": ("FACEBOOK", "TELEGRAM", "VK", "SKYPE", "VIBER", "INSTAGRAM", "BITRIX24", "OPENLINE", "IMOL", "OTHER"),
        "LINK": ("USER", "OTHER"),
    }
)
