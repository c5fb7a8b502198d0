"""Run: one flow of one call in one connection, while it is under way."""

from __future__ import annotations

import asyncio

from cordboard.delivery.inbox import Inbox
from cordboard.delivery.ledger import RunKey, StoredRun
from cordboard.flow.journal import Record
from cordboard.flow.questions import Outcome


class Run:
    """One flow under way."""

    def __init__(self, stored: StoredRun) -> None:
        self.stored = stored
        self.inbox = Inbox()
        #: answered inside, not written yet
        self.unwritten: list[Record] = []
        self.outcome: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self.task: asyncio.Task[None] | None = None
        #: loop time since which a question waits for the CRM; 0 when none does
        self.pending_since = 0.0
        #: what it asks for, in the word of the metrics
        self.pending_kind = ""
        #: the call's id in the CRM, "" until it is registered
        self.call_id = ""

    @property
    def key(self) -> RunKey:
        return self.stored.key


def words(key: RunKey) -> dict[str, str]:
    """The words that every line about a call carries."""
    return {"pbx": key.pbx, "linkedid": key.linkedid, "connection": key.connection}
