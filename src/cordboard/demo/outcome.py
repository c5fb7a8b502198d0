"""What became of the played calls: each one in the portal once, and nothing that was not played.

In:   the ids that were played, the portal's table of finished calls, the connector's own count.
Out:  the summary that `cordboard demo --once` prints; clean only if nothing is pending, lost, doubled or foreign.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec


class Summary(msgspec.Struct, frozen=True):
    """The last line of `cordboard demo --once`."""

    calls: int  #: played, local ones too
    registered: int  #: known to the portal, running or finished
    finished: int  #: finished there
    pending: int  #: still waiting in the connector, or running in the portal
    lost: int  #: played, to be registered, and not finished there
    duplicates: int  #: finished twice
    foreign: int  #: finished there, but never played or not to be registered
    restarts: int  #: times a process was started again

    @property
    def is_clean(self) -> bool:
        return not (self.pending or self.lost or self.duplicates or self.foreign)


class PortalCalls(msgspec.Struct, frozen=True):
    """The portal's calls by EXTERNAL_CALL_ID."""

    finished: Counter[str]
    running: frozenset[str]


def read_portal(database: Path) -> PortalCalls:
    """Look into the portal's database without disturbing it."""
    connection = sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True, timeout=10)
    try:
        finished = connection.execute("SELECT external_call_id FROM call").fetchall()
        running = connection.execute("SELECT external_call_id FROM open_call").fetchall()
    finally:
        connection.close()
    return PortalCalls(Counter(row[0] or "" for row in finished), frozenset(row[0] or "" for row in running))


def summarize(
    played: Mapping[str, bool], portal: PortalCalls, waiting: int, restarts: int
) -> Summary:  # fmt: skip
    """`played` says for each EXTERNAL_CALL_ID whether the CRM is to know it."""
    expected = {call for call, is_registered in played.items() if is_registered}
    finished = {call for call in expected if portal.finished[call]}
    running = portal.running & expected - finished
    return Summary(
        calls=len(played),
        registered=len(finished | running),
        finished=len(finished),
        pending=waiting + len(running),
        lost=len(expected - finished),
        duplicates=sum(count - 1 for count in portal.finished.values() if count > 1),
        foreign=sum(1 for call in portal.finished if call not in expected),
        restarts=restarts,
    )


def waiting_deliveries(status: Any) -> int:
    """What the connector's `/status` says is still on its way, over all connections."""
    connections: Any = status.get("connections", [])
    rows: Any = connections.values() if hasattr(connections, "values") else connections
    return sum(int(row.get("pending", 0)) for row in rows)
