"""Outbox: events written down in the very transaction that caused them, for `portal/events.py` to deliver.

In:   a connection in a transaction, who caused it; names and data of events. Out: one row per handler that waits.
Without any handler this costs one look at an empty table, so that `register` stays as fast as it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, insert, select

from cordboard.portal.changes import Change, ClientChanged
from cordboard.portal.rest.moments import micros, shown
from cordboard.portal.tables import call, event_handler, event_outbox
from cordboard.store.engines import to_json
from cordboard.store.hot import Hot

if TYPE_CHECKING:
    from cordboard.portal.rest.registry import Context

__all__ = ["Outbox", "outbox_of"]

Data = Mapping[str, object]


@dataclass(slots=True)
class Outbox:
    """The outgoing events of one transaction."""

    connection: Connection
    #: who caused them
    user_id: int
    base_url: str
    now: int
    zone: tzinfo | None = None
    #: (id, application, event, the only user whose events it gets) of every handler; None: not read yet
    _handlers: list[tuple[Any, ...]] | None = field(default=None, init=False)

    def add(self, event: str, data: Data) -> None:
        """Write an event for each of its handlers."""
        if not self._has_handlers():
            return
        waiting = [row[0] for row in self._handlers or () if row[2] == event and self._may_hear(row)]
        if not waiting:
            return
        text = to_json(data)
        values = {"event": event, "data": text, "user_id": self.user_id, "base_url": self.base_url, "attempts": 0}
        values |= {"created_at": self.now, "due_at": self.now}
        self.connection.execute(insert(event_outbox), [{"handler_id": handler, **values} for handler in waiting])

    def say_changes(self, changes: Iterable[Change]) -> None:
        """The events of clients made, changed or deleted."""
        for change in changes:
            if isinstance(change, ClientChanged) and change.what in ("add", "update", "delete"):
                self.say_entity(change.kind, change.what, change.id)

    def say_entity(self, kind: str, what: str, entity_id: int) -> None:
        """`ONCRMLEADADD` and its like, for clients and activities: only the id, as the original does it."""
        self.add(f"ONCRM{kind}{what.upper()}", {"FIELDS": {"ID": entity_id}})

    def say_call_begun(self, call_id: str, kind: int, number: str, application_id: int, user_id: int | None) -> None:
        """Both events of `register`; a repeated one (no `user_id`) fires only the first."""
        app = application_id or ""
        self.add(
            "ONVOXIMPLANTCALLINIT",
            {"CALL_ID": call_id, "CALL_TYPE": kind, "CALLER_ID": number, "REST_APP_ID": app},
        )
        if user_id is not None:
            self.add("ONVOXIMPLANTCALLSTART", {"CALL_ID": call_id, "USER_ID": user_id})

    def say_call_ended(self, call_row: int) -> None:
        """The event of `finish`, and that of its activity."""
        if not self._has_handlers():
            return
        row: Any = self.connection.execute(select(call).where(call.c.id == call_row)).one()
        self.add(
            "ONVOXIMPLANTCALLEND",
            {
                "CALL_ID": row.call_id,
                "CALL_TYPE": row.incoming,
                "PHONE_NUMBER": row.phone_number,
                "PORTAL_NUMBER": row.portal_number,
                "PORTAL_USER_ID": row.portal_user_id,
                "CALL_DURATION": row.call_duration,
                "CALL_START_DATE": shown(row.call_start_date, self.zone),
                "COST": f"{row.cost or 0:.4f}",
                "COST_CURRENCY": row.cost_currency,
                "CALL_FAILED_CODE": row.call_failed_code,
                "CALL_FAILED_REASON": row.call_failed_reason,
                "CRM_ACTIVITY_ID": row.crm_activity_id,
            },
        )
        if row.crm_activity_id:
            self.say_entity("ACTIVITY", "add", row.crm_activity_id)

    def _has_handlers(self) -> bool:
        if self._handlers is None:
            self._handlers = HANDLERS.rows(self.connection)
        return bool(self._handlers)

    def _may_hear(self, row: tuple[Any, ...]) -> bool:
        """A binding made by somebody who is no administrator hears only what that user does."""
        _, application_id, _, only_user = row
        return not application_id or not only_user or only_user == self.user_id


def outbox_of(connection: Connection, context: Context) -> Outbox:
    """The outbox of a REST method's transaction."""
    return Outbox(connection, context.user_id, context.base_url, micros(context.now), context.now.tzinfo)


HANDLERS = Hot(
    select(event_handler.c.id, event_handler.c.application_id, event_handler.c.event, event_handler.c.user_id).where(
        event_handler.c.offline.is_(False)
    )
)
