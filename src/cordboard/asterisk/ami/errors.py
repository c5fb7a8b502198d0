"""
AmiError
├── AmiUnreachable   nobody answers at the address: try again
├── AmiLost          the connection broke or fell silent: try again
├── AmiRefused       the user name or the secret is wrong: somebody must correct the settings
└── AmiNoRight       the account lacks a right in manager.conf
"""

from __future__ import annotations


class AmiError(Exception):
    """The manager interface could not do what was asked."""

    label = "error"


class AmiUnreachable(AmiError):
    """The PBX cannot be reached; it will be tried again."""

    label = "unreachable"


class AmiLost(AmiError):
    """The connection to the PBX is gone; it will be made again."""

    label = "lost"


class AmiRefused(AmiError):
    """The PBX does not accept the user name or the secret."""

    label = "refused"


class AmiNoRight(AmiError):
    """The account lacks a right."""

    label = "no-right"
