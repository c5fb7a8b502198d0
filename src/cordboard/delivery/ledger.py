"""The shape of the journal on disk, as the delivery uses it; the connector keeps it in its store.

A run is one flow of one call in one connection. Its records are appended in order; everything is durable when a
method returns.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from cordboard.flow.journal import Record
from cordboard.flow.questions import Outcome


class RunKey(NamedTuple):
    """Which call, in which connection."""

    pbx: str
    linkedid: str
    connection: str


@dataclass(slots=True)
class StoredRun:
    """A run as it stands in the journal."""

    key: RunKey
    #: raised when an upgrade supersedes a run
    generation: int = 1
    #: 0 until the first record is written
    id: int = 0
    terms: Any = None
    known: bytes | None = None
    records: list[Record] = field(default_factory=list[Record])


class Journal(Protocol):
    """What the delivery writes down."""

    async def append(self, stored: StoredRun, records: list[Record]) -> None:
        """Write records behind those of the run; creates the run with its settings at the first time."""
        ...

    async def answer(self, stored: StoredRun, answer: bytes) -> None:
        """Write the answer of the run's last record."""
        ...

    async def close(self, stored: StoredRun, records: list[Record], outcome: Outcome) -> None:
        """Write the last records and how the run ended."""
        ...

    async def supersede(self, stored: StoredRun, known: bytes) -> StoredRun:
        """Close a run that the program no longer follows; the next generation begins with its facts."""
        ...

    async def outcome(self, key: RunKey) -> Outcome | None:
        """How the run of a call ended, if it has."""
        ...
