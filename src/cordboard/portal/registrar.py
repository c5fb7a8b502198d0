"""Registering a call: one transaction from the user to the card.

In:   a connection, what was asked, by whom, the switches, the moment. Out: the answer of the wire and the changes to
publish. Nothing else writes `open_call` but this and `finisher`.
The surprise: a live call with the same key is answered instead of a new one (1.4), compared literally, and with the
start the call was given: a back-dated call is never taken for its repetition.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from cordboard.portal import people
from cordboard.portal.changes import CallRegistered, CardShown, Change, ClientChanged
from cordboard.portal.create import NewClient, create
from cordboard.portal.crm.creation import Circumstances, decide
from cordboard.portal.crm.ranking import Entity, Match, sort_bindings
from cordboard.portal.phones import e164_digits, formatted, line_e164, second_key
from cordboard.portal.search import find_by_keys, keys_of, match_of_entity
from cordboard.portal.tables import card, exclusion, line, open_call
from cordboard.portal.telephony.finishing import Say, title_of
from cordboard.portal.telephony.registering import Asked, WhoIsAsked
from cordboard.store.engines import to_json
from cordboard.store.hot import Hot

__all__ = ["Registrar", "forget_old_calls", "is_excluded"]

SECOND = 1_000_000
#: a live call this young is returned instead of a new one
SAME_CALL = 30 * 60 * SECOND
#: a live row this old is dropped
FORGOTTEN = 30 * 86_400 * SECOND

Switch = Callable[[str], Any]


@dataclass(slots=True)
class Registrar:
    """One registration on its way."""

    connection: Connection
    who: WhoIsAsked
    asked: Asked
    #: 0: a webhook
    application_id: int
    switch: Switch
    now: int
    #: titles in the portal's language
    say: Say = str
    #: what to publish after the commit
    changes: list[Change] = field(default_factory=list[Change])
    #: the user of a new call; None: it was registered before
    begun_for: int | None = None

    def run(self) -> dict[str, object]:
        """Register, or find the call already registered; the answer of the wire."""
        user_id = people.find_user(self.connection, self.who)
        people.check_user(self.connection, user_id)
        self._find_line()
        colleague, employee = people.find_colleague(self.connection, self.asked.number)
        if (same := self._find_same(user_id)) is not None:
            return self._answer_again(same)
        excluded = is_excluded(self.connection, self.asked.number, str(self.switch("country")))
        found = Match(reasons=["the number is on the exclusion list"]) if excluded else self._search()
        case = Circumstances(
            outgoing=self.asked.type == 1,
            internal=colleague is not None,
            employee=employee,
            excluded=excluded,
            simple_mode=self.switch("crm_mode") == "simple",
            repeat_leads=bool(self.switch("repeat_leads")),
        )
        return self._write(user_id, found, case, colleague)

    def _find_line(self) -> None:
        """An unknown line is made silently for the calling application."""
        number = self.asked.line
        if not number or LINE.rows(self.connection, app=self.application_id, number=number):
            return
        try:
            with self.connection.begin_nested():
                self.connection.execute(insert(line).values(application_id=self.application_id, number=number))
        except IntegrityError:
            return  # cannot happen with one writer; on a shared database the line is there now

    def _find_same(self, user_id: int) -> Any:
        """The live call with the same key, the newest if several."""
        rows = SAME.rows(
            self.connection,
            user=user_id,
            number=self.asked.number,
            type=self.asked.type,
            app=self.application_id,
            since=self.now - SAME_CALL,
        )
        for call_id, line_number, external_call_id in rows:
            if self.asked.line and line_number != self.asked.line:
                continue
            if self.asked.external_call_id not in (None, external_call_id):
                continue
            return self.connection.execute(select(open_call).where(open_call.c.call_id == call_id)).one()
        return None

    def _answer_again(self, row: Any) -> dict[str, object]:
        if self.asked.show:
            self._show(row.call_id, row.user_id)
            self.connection.execute(
                update(open_call).where(open_call.c.call_id == row.call_id).values(shown_at=self.now)
            )
        primary = (row.entity_type, row.entity_id) if row.entity_type else None
        return answer(row.call_id, [tuple(entity) for entity in row.created], primary)

    def _search(self) -> Match:
        entity, number = self.asked.entity, self.asked.number
        if entity is not None:
            kind, entity_id = entity
            return match_of_entity(self.connection, kind, entity_id) if entity_id else Match()
        return find_by_keys(
            self.connection,
            keys_of(number, second_key(number, self.asked.line) if self.asked.line else ""),
            closed_leads=bool(self.switch("reuse_closed_lead")),
            kind_number=number if self.switch("kind_search") else "",
        )

    def _write(self, user_id: int, found: Match, case: Circumstances, colleague: int | None) -> dict[str, object]:
        decision = decide(found, case) if self.asked.create else None
        created: list[Entity] = []
        if decision is not None and decision.create:
            created = create(self.connection, decision, found, self._new_client(user_id))
        primary = found.primary or next((entity for entity in created if entity[0] in ("CONTACT", "LEAD")), None)
        call_id = f"externalCall.{secrets.token_hex(16)}.{self.now // SECOND}"
        values: dict[str, Any] = {
            "call_id": call_id,
            "user_id": user_id,
            "phone_number": self.asked.number,
            "type": self.asked.type,
            "application_id": self.application_id,
            "line_number": self.asked.line,
            "external_call_id": self.asked.external_call_id or "",
            "start_at": self.now if self.asked.start_at is None else self.asked.start_at,
            "registered_at": self.now,
            "entity_type": primary[0] if primary else "",
            "entity_id": primary[1] if primary else None,
            "bindings": to_json(sort_bindings([*found.bindings, *created])),
            "created": to_json(created),
            "internal_user_id": colleague,
            "excluded": case.excluded,
            "call_list_id": self.asked.call_list_id,
            "source_activity_id": None,
            "reasons": to_json([*found.reasons, *([decision.reason] if decision else [])]),
            "shown_at": self.now if self.asked.show else None,
        }
        NEW_CALL.run(self.connection, **values)
        self.begun_for = user_id
        self.changes.append(CallRegistered(call_id))
        self.changes += [ClientChanged(kind, number, "add") for kind, number in created]
        if self.asked.show:
            self._show(call_id, user_id)
        result = answer(call_id, created, primary)
        if decision is not None and not created and decision.error is not None:
            result["LEAD_CREATION_ERROR"] = decision.error
        return result

    def _new_client(self, user_id: int) -> NewClient:
        country = str(self.switch("country"))
        routed = f"Call routed to: {line_e164(self.asked.line, country)}" if self.asked.line else ""
        return NewClient(
            number=self.asked.number,
            title=title_of(self.asked.type, formatted(self.asked.number, country), self.say),
            source=self.asked.source,
            source_description=routed,
            user_id=user_id,
            opened=bool(self.switch("lead_open_to_all")),
            now=self.now,
        )

    def _show(self, call_id: str, user_id: int) -> None:
        if not CARD.rows(self.connection, call=call_id, user=user_id):
            NEW_CARD.run(self.connection, call_id=call_id, user_id=user_id, shown_at=self.now)
        self.changes.append(CardShown(call_id, (user_id,)))


def answer(call_id: str, created: list[Entity], primary: tuple[str, int | None] | None) -> dict[str, object]:
    """The answer of `register`, without LEAD_CREATION_ERROR."""
    lead = next((number for kind, number in created if kind == "LEAD"), None)
    return {
        "CALL_ID": call_id,
        "CRM_CREATED_LEAD": lead,
        "CRM_CREATED_ENTITIES": [{"ENTITY_TYPE": kind, "ENTITY_ID": number} for kind, number in created],
        "CRM_ENTITY_TYPE": primary[0] if primary else "",
        "CRM_ENTITY_ID": primary[1] if primary else None,
    }


def forget_old_calls(connection: Connection, now: int) -> None:
    """Calls that nobody finished in thirty days go, as the original's agent does it."""
    old = select(open_call.c.call_id).where(open_call.c.registered_at < now - FORGOTTEN)
    connection.execute(delete(card).where(card.c.call_id.in_(old)))
    connection.execute(delete(open_call).where(open_call.c.registered_at < now - FORGOTTEN))


def is_excluded(connection: Connection, number: str, country: str) -> bool:
    """Whether the number is on the exclusion list, compared in E.164 form."""
    # an empty list, the usual case, must not cost the parsing of a number
    if not ANY_EXCLUSION.rows(connection):
        return False
    return bool(EXCLUDED.rows(connection, key=e164_digits(number, country)))


LINE = Hot(select(line.c.id).where(line.c.application_id == bindparam("app"), line.c.number == bindparam("number")))
SAME = Hot(
    select(open_call.c.call_id, open_call.c.line_number, open_call.c.external_call_id)
    .where(
        open_call.c.user_id == bindparam("user"),
        open_call.c.phone_number == bindparam("number"),
        open_call.c.type == bindparam("type"),
        open_call.c.application_id == bindparam("app"),
        open_call.c.start_at > bindparam("since"),
    )
    .order_by(open_call.c.registered_at.desc())
)
CARD = Hot(select(card.c.user_id).where(card.c.call_id == bindparam("call"), card.c.user_id == bindparam("user")))
NEW_CARD = Hot(insert(card))
ANY_EXCLUSION = Hot(select(exclusion.c.id).where(exclusion.c.type == "PHONE").limit(1))
EXCLUDED = Hot(select(exclusion.c.id).where(exclusion.c.type == "PHONE", exclusion.c.key == bindparam("key")).limit(1))
NEW_CALL = Hot(insert(open_call))
