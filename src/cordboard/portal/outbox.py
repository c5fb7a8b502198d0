"""Outbox: events written down in the very transaction that caused them, for `portal/events.py` to deliver.

In:   a connection in a transaction, who caused it; names and data of events. Out: one row per handler that waits: to be
sent (`event_outbox`), or to be fetched by the application itself (`event_offline`).
Without any handler this costs one look at an empty table, so that `register` stays as fast as it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, insert, select

from cordboard.portal.changes import Change, ClientChanged
from cordboard.portal.offline import keep_offline, notices_due
from cordboard.portal.rest.moments import micros, shown
from cordboard.portal.tables import call, event_handler, event_outbox
from cordboard.store.engines import to_json
from cordboard.store.hot import Hot

if TYPE_CHECKING:
    from cordboard.portal.rest.registry import Context

__all__ = ["Handler", "Outbox", "outbox_of"]

Data = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Handler:
    """A binding: who hears of which event, and how; the fields in the order of `HANDLERS`."""

    id: int
    application_id: int
    event: str
    only_user: int | None
    handler: str
    application_token: str
    auth_type: int | None
    offline: bool
    connector_id: str


@dataclass(slots=True)
class Outbox:
    """The outgoing events of one transaction."""

    connection: Connection
    #: who caused them
    user_id: int
    base_url: str
    now: int
    zone: tzinfo | None = None
    #: `auth_connector` of the request: handlers with the same key know already
    connector: str = ""
    #: every binding; None: not read yet
    _handlers: list[Handler] | None = field(default=None, init=False)

    def add(self, event: str, data: Data, subject: str = "", *, application_id: int | None = None) -> None:
        """Write an event for each of its handlers, or only for those of one application (0: outbound webhooks)."""
        waiting = [row for row in self._all_handlers() if row.event == event and self._may_hear(row)]
        if application_id is not None:
            waiting = [row for row in waiting if row.application_id == application_id]
        if not waiting:
            return
        self._send([row for row in waiting if not row.offline], event, data, subject)
        if offline := [row for row in waiting if row.offline]:
            for row in offline:
                keep_offline(self.connection, row.application_id, row.connector_id, event, data, self.user_id, self.now)
            due = notices_due(self.connection, {row.application_id for row in offline}, self.now)
            self._send([row for row in self._all_handlers() if row.id in due], "ONOFFLINEEVENT", {}, "")

    def say_changes(self, changes: Iterable[Change]) -> None:
        """The events of clients made, changed or deleted."""
        for change in changes:
            if isinstance(change, ClientChanged) and change.what in ("add", "update", "delete"):
                self.say_entity(change.kind, change.what, change.id)

    def say_entity(self, kind: str, what: str, entity_id: int) -> None:
        """`ONCRMLEADADD` and its like, for clients and activities: only the id, as the original does it."""
        self.add(f"ONCRM{kind}{what.upper()}", {"FIELDS": {"ID": entity_id}}, f"{kind}:{entity_id}")

    def say_task(self, what: str, task_id: int) -> None:
        """`ONTASKADD` and its like."""
        before, seen = ("undefined", "N") if what == "add" else ({"ID": task_id}, "undefined")
        data = {"FIELDS_BEFORE": before, "FIELDS_AFTER": {"ID": task_id}}
        data |= {"IS_ACCESSIBLE_BEFORE": seen, "IS_ACCESSIBLE_AFTER": "undefined"}
        self.add(f"ONTASK{what.upper()}", data, f"task:{task_id}")

    def say_call_begun(self, call_id: str, kind: int, number: str, application_id: int, user_id: int | None) -> None:
        """Both events of `register`; a repeated one (no `user_id`) fires only the first."""
        begun = {"CALL_ID": call_id, "CALL_TYPE": kind, "CALLER_ID": number, "REST_APP_ID": application_id or ""}
        self.add("ONVOXIMPLANTCALLINIT", begun, f"call:{call_id}")
        if user_id is not None:
            self.add("ONVOXIMPLANTCALLSTART", {"CALL_ID": call_id, "USER_ID": user_id}, f"call:{call_id}")

    def say_call_ended(self, call_row: int, *, fulfilled: bool = False) -> None:
        """The event of `finish`, and that of its activity: a new one, or a planned one that is fulfilled."""
        if not self._all_handlers():
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
            f"call:{row.call_id}",
        )
        if row.crm_activity_id:
            self.say_entity("ACTIVITY", "update" if fulfilled else "add", row.crm_activity_id)

    def _send(self, handlers: list[Handler], event: str, data: Data, subject: str) -> None:
        if not handlers:
            return
        values: dict[str, Any] = {"event": event, "subject": subject or event, "data": to_json(data)}
        values |= {"user_id": self.user_id, "base_url": self.base_url}
        values |= {"attempts": 0, "created_at": self.now, "due_at": self.now}
        rows = [
            {
                "handler_id": row.id,
                "handler": row.handler,
                "application_id": row.application_id,
                "application_token": row.application_token,
                "auth_type": row.auth_type,
                **values,
            }
            for row in handlers
        ]
        self.connection.execute(insert(event_outbox), rows)

    def _all_handlers(self) -> list[Handler]:
        if self._handlers is None:
            self._handlers = [Handler(*row) for row in HANDLERS.rows(self.connection)]
        return self._handlers

    def _may_hear(self, row: Handler) -> bool:
        """A binding by somebody who is no administrator hears only what that user does; none hears its own echo."""
        if row.connector_id and row.connector_id == self.connector:
            return False
        return not row.application_id or not row.only_user or row.only_user == self.user_id


def outbox_of(connection: Connection, context: Context) -> Outbox:
    """The outbox of a REST method's transaction."""
    moment = micros(context.now)
    return Outbox(connection, context.user_id, context.base_url, moment, context.now.tzinfo, context.connector)


HANDLERS = Hot(
    select(
        event_handler.c.id,
        event_handler.c.application_id,
        event_handler.c.event,
        event_handler.c.user_id,
        event_handler.c.handler,
        event_handler.c.application_token,
        event_handler.c.auth_type,
        event_handler.c.offline,
        event_handler.c.connector_id,
    )
)
