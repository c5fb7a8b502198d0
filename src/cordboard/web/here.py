"""Here: whether a request comes from this machine, for what is shown without a sign-in to programs beside us."""

from __future__ import annotations

import ipaddress
from typing import Any

__all__ = ["is_here"]

FORWARDED = frozenset({b"x-forwarded-for", b"forwarded", b"x-real-ip"})


def is_here(scope: Any) -> bool:
    """Whether the client is a program on this machine; a proxy on it tells whom it speaks for."""
    client = scope["client"]
    try:
        here = ipaddress.ip_address(client[0] if client else "")
    except ValueError:
        return False
    mapped = here.ipv4_mapped if isinstance(here, ipaddress.IPv6Address) else None
    return (mapped or here).is_loopback and not FORWARDED & {name.lower() for name, _ in scope["headers"]}
