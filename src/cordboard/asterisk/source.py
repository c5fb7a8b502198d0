"""What an event source is, for those who follow one.

A *ledger* source can be read again from a position: a CSV file, later a table. The *live* lane (`live.py`) cannot: what
it missed is gone, so it says when it is down and the ledger fills the gap (decisions.md 7).
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Protocol

import msgspec

from cordboard.calls.cel import CelEvent

#: where a source was read to: opaque, durable, kept by the reader
Position = str


class Ledger(Protocol):
    """A source whose past can be read again."""

    name: str

    def rows(self, after: Position | None) -> AsyncIterator[tuple[list[CelEvent], Position]]:
        """Batches of rows behind a position, for ever, each with the position behind it.

        The first batch may be empty: its position is where following begins, to be kept before anything happens."""
        ...

    def health(self) -> dict[str, object]:
        """How the source is, for people: state, place, and what was broken."""
        ...


class LaneUp(msgspec.Struct, frozen=True):
    """The live lane hears the PBX from now on."""

    #: linkedids of the channels alive at this moment; None where the account may not ask (CoreShowChannels)
    alive: frozenset[str] | None
    #: uniqueids of those channels, likewise
    channels: frozenset[str] | None
    #: when this Asterisk started, microseconds since the epoch; 0 = it did not say
    started: int


class LaneRow(msgspec.Struct, frozen=True):
    """A row of CEL that came over the live lane's connection, as where `cel.conf` says `[manager] enabled = yes`."""

    event: CelEvent


class LaneDown(msgspec.Struct, frozen=True):
    """The live lane hears nothing; told once per outage."""

    reason: str
