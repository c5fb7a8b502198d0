"""Auditing: what became of each call in each connection, as the journal tells it; and which calls it has not.

In:   the journal's tables, calls that the rows of an exchange tell. Out: one `Fate` per call and connection.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from sqlalchemy import Connection, select

from cordboard.connector.journal import Ended
from cordboard.connector.tables import call, due, run
from cordboard.flow.questions import Outcome
from cordboard.flow.situation import Situation


class Fate(msgspec.Struct, frozen=True):
    """What became of a call in one connection."""

    pbx: str
    linkedid: str
    connection: str
    started_at: int
    direction: str
    result: int
    #: finished, unwanted (the settings do not want it), refused, cancelled, moved (became part of another), skipped,
    #: waiting (will be told), missing (the journal does not have it)
    status: str
    call_id: str = ""
    #: why, in the CRM's words or ours
    words: str = ""

    @property
    def is_right(self) -> bool:
        """Whether it is in the CRM, or out of it by somebody's will."""
        return self.status in {"finished", "unwanted", "cancelled", "moved", "skipped"}


def fates(connection: Connection, connections: Iterable[str], since: int, until: int) -> list[Fate]:
    """Every call of the journal that began in a period, in order, in every connection."""
    query = select(call).where(call.c.started_at >= since, call.c.started_at < until).order_by(call.c.started_at)
    told: list[Fate] = []
    for row in connection.execute(query):
        situation = msgspec.json.decode(row.situation, type=Situation)
        told += [fate_in(connection, row.pbx, situation, row.started_at, name) for name in connections]
    return told


def fate_in(connection: Connection, pbx: str, situation: Situation, started_at: int, name: str) -> Fate:
    linkedid = situation.linkedid

    def fate(status: str, call_id: str = "", words: str = "") -> Fate:
        return Fate(pbx, linkedid, name, started_at, situation.direction, situation.result, status, call_id, words)

    one = (run.c.pbx == pbx, run.c.linkedid == linkedid, run.c.connection == name)
    row = connection.execute(select(run.c.state, run.c.outcome).where(*one).order_by(run.c.generation.desc())).first()
    if row is not None and row.state == "done":
        outcome = msgspec.json.decode(row.outcome, type=Outcome)
        return fate(outcome.status, outcome.call_id, outcome.words)
    is_due = select(due).where(due.c.pbx == pbx, due.c.linkedid == linkedid, due.c.connection == name)
    if row is not None or connection.execute(is_due).first() is not None:
        return fate("waiting")
    # a flow that asked nothing leaves no trace: the call was not wanted by the settings of its time
    return fate("unwanted")


def missing(ended: Iterable[Ended], known: set[str], pbx: str, connections: Iterable[str]) -> list[Fate]:
    """Calls that rows of the exchange tell and the journal does not have."""
    return [
        Fate(
            pbx, one.linkedid, name, one.started_at, one.situation.direction, one.situation.result, "missing",
            words="the connector did not see it; `cordboard cel import` brings it",
        )
        for one in ended
        if one.linkedid not in known
        for name in connections
    ]  # fmt: skip
