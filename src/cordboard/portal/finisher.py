"""Finishing a call: one transaction from the live row to the statistics row.

In:   a connection, the parameters of `finish` as our own types, the last live state. Out: the statistics record of the
wire and the changes to publish.
The surprise: a call without client is searched once more here, so a client made during the call gets the activity.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from cordboard.b24wire.codes import ENTITY_TYPE_IDS
from cordboard.b24wire.errors import failure
from cordboard.portal import people
from cordboard.portal.changes import CallFinished, CardHidden, Change, ClientChanged
from cordboard.portal.clients import TABLES
from cordboard.portal.crm.phone_key import index_key
from cordboard.portal.crm.ranking import Entity, Match, primary_of
from cordboard.portal.notes import latest_note
from cordboard.portal.phones import formatted
from cordboard.portal.search import exists, find_by_keys
from cordboard.portal.tables import (
    activity,
    activity_binding,
    application,
    call,
    call_binding,
    call_list,
    call_list_item,
    card,
    missed,
    notification,
    open_call,
    timeline,
)
from cordboard.portal.telephony.finishing import (
    Say,
    activity_values,
    effective_code,
    is_missed,
    shown_record,
    subject_of,
)
from cordboard.portal.telephony.registering import WhoIsAsked

__all__ = ["Ended", "Finisher"]

NOT_FOUND = "Call is not found (call should be registered prior to finishing"
#: a caller in the black list: the employee is not told
BLOCKED = "423"


@dataclass(frozen=True, slots=True)
class Ended:
    """What `finish` says of the call."""

    call_id: str
    duration: int = 0
    code: str = ""
    failed_reason: str = ""
    cost: float = 0.0
    currency: str = ""
    vote: int = 0
    #: fetched after the answer
    record_url: str = ""
    #: None: as the switch says
    to_chat: bool | None = None


@dataclass(slots=True)
class Finisher:
    """One finish on its way."""

    connection: Connection
    who: WhoIsAsked
    ended: Ended
    switch: Callable[[str], Any]
    now: int
    #: the connector's last state, frozen into the call
    state: dict[str, Any] | None = None
    #: titles in the portal's language
    say: Say = str
    changes: list[Change] = field(default_factory=list[Change])
    #: the activity is one that was planned, not a new one
    fulfilled: bool = False

    def run(self) -> dict[str, object]:
        """Close the call; the statistics record as the wire shows it."""
        user_id = people.find_user(self.connection, self.who)
        row: Any = self.connection.execute(OPEN, {"call": self.ended.call_id}).one_or_none()
        if row is None:
            raise failure(NOT_FOUND)
        people.check_user(self.connection, user_id)
        if len(row.phone_number) > 20 or len(row.external_call_id) > 64:
            # the original's columns are that short; it keeps half of the work, we keep nothing
            raise failure("Unexpected database error")
        code = effective_code(self.ended.code, self.ended.duration)
        self._move_created(row, user_id)
        found = self._client(row)
        bindings = found.bindings
        activity_id = self._add_activity(row, found, user_id, code) if bindings else None
        record = self._record(row, found, user_id, code, activity_id)
        call_row = int(cast("tuple[int]", self.connection.execute(insert(call), record).inserted_primary_key)[0])
        for kind, number in bindings:
            self.connection.execute(insert(call_binding).values(call=call_row, entity_type=kind, entity_id=number))
        self._tick_off(call_row, row, bindings)
        self._keep_missed(call_row, row, code)
        self._notify(row, user_id, code)
        self._close(row, activity_id, user_id)
        return shown_record(call_row, record, activity_id)

    def _move_created(self, row: Any, user_id: int) -> None:
        """Everything this call made follows the user who served it."""
        for kind, number in row.created:
            table = TABLES[kind]
            self.connection.execute(
                update(table).where(table.c.id == number).values(assigned_by_id=user_id, date_modify=self.now)
            )
            self.changes.append(ClientChanged(kind, number, "update"))

    def _client(self, row: Any) -> Match:
        """The client of `register`, as far as it was not deleted meanwhile; nobody left: who has the number now."""
        known = [(str(kind), int(number)) for kind, number in row.bindings]
        left = [entity for entity in known if exists(self.connection, entity)]
        if left:
            named = (row.entity_type, row.entity_id) if row.entity_type else None
            if named is not None and named not in left and not exists(self.connection, named):
                named = primary_of(left)
            return Match(named, left)
        if row.excluded:
            return Match()
        kind_number = row.phone_number if self.switch("kind_search") else ""
        return find_by_keys(self.connection, [index_key(row.phone_number)], kind_number=kind_number)

    def _add_activity(self, row: Any, found: Match, user_id: int, code: str) -> int:
        values = activity_values(
            kind=row.type,
            number=formatted(row.phone_number, str(self.switch("country"))),
            start=row.start_at,
            duration=self.ended.duration,
            code=code,
            vote=self.ended.vote,
            say=self.say,
        )
        if (planned := self._fill_planned(row, values, user_id, code)) is not None:
            return planned
        owner = found.bindings[0]
        kind, number = found.primary or owner
        sequence = self.connection.execute(insert(timeline).values(kind="activity")).inserted_primary_key
        activity_id = int(cast("tuple[int]", sequence)[0])
        values |= {"id": activity_id, "owner_type": owner[0], "owner_id": owner[1], "last_updated": self.now}
        values |= {"responsible_id": user_id, "author_id": user_id, "editor_id": user_id}
        values |= {"origin_id": f"VI_{row.call_id}", "description": latest_note(self.connection, row.call_id) or ""}
        values["communications"] = [
            {
                "TYPE": "PHONE",
                "VALUE": row.phone_number,
                "ENTITY_ID": str(number),
                "ENTITY_TYPE_ID": str(ENTITY_TYPE_IDS[kind]),
            }
        ]
        self.connection.execute(insert(activity), values)
        for kind, number in found.bindings:
            self.connection.execute(
                insert(activity_binding).values(activity_id=activity_id, entity_type=kind, entity_id=number)
            )
            table = TABLES[kind]
            touched = {"last_activity_time": self.now, "last_activity_by": user_id}
            self.connection.execute(update(table).where(table.c.id == number).values(**touched))
            self.changes.append(ClientChanged(kind, number, "timeline"))
        return activity_id

    def _fill_planned(self, row: Any, values: dict[str, Any], user_id: int, code: str) -> int | None:
        """The planned call that this one fulfils, if it was a talk and nobody completed the plan meanwhile."""
        if row.source_activity_id is None or row.type != 1 or self.ended.duration <= 0 or code != "200":
            return None
        planned = (activity.c.id == row.source_activity_id, activity.c.completed.is_(False), activity.c.origin_id == "")
        left = (
            "start_time",
            "end_time",
            "direction",
            "result_stream",
            "result_mark",
            "provider_id",
            "provider_type_id",
        )
        filled = {name: values[name] for name in left} | {"completed": True, "origin_id": f"VI_{row.call_id}"}
        filled |= {"responsible_id": user_id, "editor_id": user_id, "last_updated": self.now}
        if not self.connection.execute(update(activity).where(*planned).values(**filled)).rowcount:
            return None
        self.fulfilled = True
        bound = select(activity_binding.c.entity_type, activity_binding.c.entity_id)
        for kind, number in self.connection.execute(
            bound.where(activity_binding.c.activity_id == row.source_activity_id)
        ):
            self.changes.append(ClientChanged(kind, number, "timeline"))
        return int(row.source_activity_id)

    def _record(self, row: Any, found: Match, user_id: int, code: str, activity_id: int | None) -> dict[str, Any]:
        app = row.application_id or None
        name = None
        if app is not None:
            name = self.connection.execute(select(application.c.name).where(application.c.id == app)).scalar()
        entity = found.primary or (None, None)
        return {
            "call_id": row.call_id,
            "external_call_id": row.external_call_id or None,
            "portal_user_id": user_id,
            "phone_number": row.phone_number,
            "phone_key": index_key(row.phone_number),
            "portal_number": row.line_number or f"REST_APP:{app or ''}",
            "incoming": row.type,
            "call_duration": self.ended.duration,
            "call_start_date": row.start_at,
            "finished_at": self.now,
            "call_status": 1 if self.ended.duration > 0 else 0,
            "call_vote": self.ended.vote,
            "cost": self.ended.cost,
            "cost_currency": self.ended.currency,
            "call_failed_code": code,
            "call_failed_reason": self.ended.failed_reason,
            "rest_app_id": app,
            "rest_app_name": name,
            "crm_entity_type": entity[0],
            "crm_entity_id": entity[1],
            "crm_activity_id": activity_id,
            "comment": latest_note(self.connection, row.call_id),
            "call_record_url": self.ended.record_url or None,
            "call_list_id": row.call_list_id,
            "created": row.created,
            "reasons": [*row.reasons, *(f"at the end: {reason}" for reason in found.reasons)],
            "state": self.state,
        }

    def _tick_off(self, call_row: int, row: Any, bindings: list[Entity]) -> None:
        """A client of the dialling list that this call belongs to was called by it."""
        if row.call_list_id is None:
            return
        kind = select(call_list.c.entity_type).where(call_list.c.id == row.call_list_id)
        wanted = self.connection.execute(kind).scalar()
        called = [number for bound, number in bindings if bound == wanted]
        mine = (call_list_item.c.list_id == row.call_list_id, call_list_item.c.entity_id.in_(called))
        self.connection.execute(update(call_list_item).where(*mine).values(call=call_row))

    def _keep_missed(self, call_row: int, row: Any, code: str) -> None:
        number = row.phone_number
        if is_missed(row.type, code):
            self.connection.execute(insert(missed).values(call=call_row, phone_number=number, missed_at=self.now))
        elif row.type == 1 and code == "200":
            open_misses = (missed.c.phone_number == number, missed.c.called_back_at.is_(None))
            self.connection.execute(update(missed).where(*open_misses).values(called_back_at=self.now))

    def _notify(self, row: Any, user_id: int, code: str) -> None:
        """ADD_TO_CHAT: there is no chat here, so a line in the user's notifications."""
        wanted = bool(self.switch("add_to_chat_default")) if self.ended.to_chat is None else self.ended.to_chat
        if not wanted or code == BLOCKED:
            return
        said = subject_of(row.type, row.phone_number, self.say)
        values = {"user_id": user_id, "kind": "system", "message": said, "created_at": self.now}
        self.connection.execute(insert(notification).values(**values))

    def _close(self, row: Any, activity_id: int | None, user_id: int) -> None:
        of_call = card.c.call_id == row.call_id
        watching = tuple(self.connection.execute(select(card.c.user_id).where(of_call)).scalars())
        self.connection.execute(delete(card).where(of_call))
        self.connection.execute(delete(open_call).where(open_call.c.call_id == row.call_id))
        if user_id in watching:
            self.changes.append(CardHidden(row.call_id, (user_id,)))
        was_of = row.user_id if row.user_id != user_id else 0
        self.changes.append(CallFinished(row.call_id, activity_id, user_id, watching, was_of))


OPEN = select(open_call).where(open_call.c.call_id == bindparam("call"))
