"""Who calls in the demo: somebody the portal knows, an unknown number, or one who withholds it.

In:   `clients.toml`, the same list that fills the portal. Out: for each play the numbers to exchange.
"""

from __future__ import annotations

import itertools
import tomllib
from collections.abc import Iterator
from pathlib import Path

from cordboard.demo.playlist import DemoCall

CLIENTS = Path(__file__).parent / "clients.toml"

#: what stands before the ten digits of a national number in a capture: the country, the way out, a second trunk's
PREFIXES = ("", "7", "8", "997", "998")

#: of three callers the third is unknown, of nine one withholds the number
UNKNOWN_EVERY, WITHHELD_EVERY = 3, 9


class Clients:
    """Deals out clients, in an order that is the same every time."""

    def __init__(self) -> None:
        self._known = itertools.cycle(known_numbers())
        self._count = 0

    def exchange_for(self, call: DemoCall) -> dict[str, str]:
        """Number of the capture → number of this play, in every spelling in which it may stand."""
        if not call.client:
            return {}
        self._count += 1
        old = call.client[-10:]
        if call.direction == "incoming" and self._count % WITHHELD_EVERY == 0:
            return {prefix + old: "anonymous" for prefix in PREFIXES}
        new = f"905{self._count:07d}" if self._count % UNKNOWN_EVERY == 0 else next(self._known)
        return {prefix + old: prefix + new for prefix in PREFIXES}


def known_numbers() -> list[str]:
    """The last ten digits of every client's number."""
    return list(dict.fromkeys(ten_digits()))


def ten_digits() -> Iterator[str]:
    data = tomllib.loads(CLIENTS.read_text(encoding="utf-8"))
    for kind in ("contact", "lead"):
        for row in data.get(kind, []):
            digits = "".join(filter(str.isdigit, row.get("phone", "")))
            if len(digits) >= 10:
                yield digits[-10:]
