"""Customizing: what the customers' rules and our own make of a call, asked where the flow is about to act.

In:   news of the call, the point, the parameters of the request to come.
Out:  the parameters as they leave, or None where a customization cancelled the request.

Our own rules run here, in the flow; the customer's are asked by `RunHook`, and only where there are some.
`call_full` is laid out for this portal at that moment: its users, its client.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import msgspec

from cordboard.calls.snapshot import CallFull, ConversationFull, EntityFull, UserFull, with_crm
from cordboard.crm.bitrix24.known import Known
from cordboard.crm.bitrix24.mapping import Terms
from cordboard.crm.bitrix24.objects import is_new, object_full, plan_of, registration_full, responsible_of
from cordboard.crm.bitrix24.people import People
from cordboard.flow.questions import Facts, Params, Question, ReadFacts, ReadUsers, RunHook, Update
from cordboard.flow.situation import News
from cordboard.hooks.answers import Customized, Outcome, understand
from cordboard.hooks.builtin import built_in_of
from cordboard.hooks.specs import POINTS, Point
from cordboard.numbers.number import Number

#: stages that customizations know; `merged` is ours alone
STAGES = frozenset({"conversation_requested", "conversation_accepted", "conversation_ended", "call_ended"})

AskParams = Generator[Question, Any, Params | None]


class Customizing:
    """The customizations of one call in one portal."""

    def __init__(self, terms: Terms, known: Known, people: People) -> None:
        self.terms = terms
        self.known = known
        self.people = people
        #: the link to the recording, once there is one
        self.record = ""
        self._plan = plan_of(terms.numbers.prefixes, terms.numbers.internal)
        self._full: CallFull | None = None
        self._stage = "conversation_requested"
        #: the answer of `need_registration` at this stage
        self._is_needed: bool | None = None
        self._processed: set[str] = set()
        #: original number → the number after the rules
        self._customs: dict[str, Number] = {}
        self._people: dict[int, UserFull] = {}
        self._facts: Facts | None = None

    def hear(self, news: News) -> None:
        """The call as it is now."""
        if news.call_full is not None:
            if self._full is not None:
                # what ended before was dealt with before
                talks = self._full.conversations.items()
                self._processed |= {id for id, talk in talks if talk.channel.state == "ended"}
            self._full = news.call_full
        if passed := [stage for stage in news.stages if stage in STAGES]:
            self._stage = passed[-1]
            self._is_needed = None

    def finished(self) -> None:
        """The portal has closed the call: the main channel's work is done."""
        if self._full is not None:
            self._processed |= {self._full.channel.id, *self._full.conversations}

    def has(self, point: str) -> bool:
        """Whether the customer has rules at this point."""
        return point in self.terms.points

    # --- asking -----------------------------------------------------------------------------------------------------

    def ask(self, point: str, params: Params) -> AskParams:
        """The parameters after every rule of a point; None: cancelled by customization."""
        spec = POINTS[point]
        params = yield from self._our_own(spec, params)
        if not self.has(point) or params.get("result") is False:
            return params
        answer: Customized = yield RunHook(point, (yield from self._payload(spec, params)))
        if answer.cancelled:
            self.known.cancelled[point] = spec.cancelled
            return None
        return answer.params

    def _our_own(self, point: Point, params: Params) -> Generator[Question, Any, Params]:
        for one in built_in_of(point.name, self.terms.rules):
            if one.needs_call and self._full is None:
                continue
            payload = (yield from self._payload(point, params)) if one.needs_call else params
            understood = understand(point, one.run(msgspec.to_builtins(payload), self.terms.rules), params)
            assert understood.outcome in {Outcome.CHANGED, Outcome.UNCHANGED}, understood.reason
            params = understood.params
        return params

    def update(self) -> Generator[Question, Any, None]:
        """`customize_entity` and `customize_activity`: what the customer's rules change once the call is finished."""
        registered, activity = self.known.registered, self.known.finished
        entity_id = registered.entity_id if registered and self.has("customize_entity") else ""
        activity_id = activity.activity_id if activity and self.has("customize_activity") else ""
        if registered is None or not (entity_id or activity_id):
            return
        rows = yield ReadFacts(
            registered.entity_type if entity_id else "", entity_id, registered.created_deal_id, activity_id
        )
        if not isinstance(rows, Facts):
            return
        self._facts = msgspec.structs.replace(rows, activity=None) if entity_id else self._facts
        if rows.entity is not None and entity_id:
            yield from self._update("customize_entity", registered.entity_type, rows.entity)
        if rows.activity is not None:
            yield from self._update("customize_activity", "activity", rows.activity)

    def _update(self, point: str, kind: str, row: Params) -> Generator[Question, Any, None]:
        spec, registered = POINTS[point], self.known.registered
        made_now = kind != "activity" and registered is not None and is_new(registered)
        held = yield from self._object(kind, row, is_new=made_now)
        payload: Params = {spec.updates: msgspec.to_builtins(held), "call_full": (yield from self.picture(spec))}
        answer: Customized = yield RunHook(point, payload)
        if answer.cancelled:
            self.known.cancelled[point] = spec.cancelled
        elif answer.params:
            yield Update(kind, held.id, answer.params)

    def is_needed(self) -> Generator[Question, Any, bool]:
        """`need_registration`: whether the call is to be told at all, at this stage."""
        if self._is_needed is None:
            params = yield from self.ask("need_registration", {"result": True})
            self._is_needed = params is None or bool(params.get("result", True))
        return self._is_needed

    def phone(self, point: str, original: str) -> Generator[Question, Any, str]:
        """A number after `process_client_phone` or `process_user_phone`, asked once; what it was where they fail."""
        if not original or not (self.has(point) or built_in_of(point, self.terms.rules)):
            return original
        if original not in self._customs:
            params = yield from self.ask(point, {"phone": original})
            phone = str((params or {}).get("phone") or original)
            self._customs[original] = self._plan.number(original, "" if phone == original else phone)
        return self._customs[original].spoken

    def _payload(self, point: Point, params: Params) -> Generator[Question, Any, Params]:
        payload: Params = {point.under: params} if point.under else dict(params)
        if point.name == "need_registration":
            payload = {}
        keys = {field.name for field in msgspec.structs.fields(point.payload)}
        if "call_stage" in keys:
            payload["call_stage"] = self._stage
        if "call_full" in keys:
            payload["call_full"] = yield from self.picture(point)
        return payload

    # --- call_full of this portal ----------------------------------------------------------------------------------

    def picture(self, point: Point) -> Generator[Question, Any, CallFull | None]:
        """The call at this moment, with what this portal knows of it."""
        if self._full is None:
            return None
        users = yield from self._users_of(self._full)
        registered = self.known.registered
        registration = None
        if point.knows_client:
            yield from self.facts()
        if registered is not None:
            registration = registration_full(registered, self.known.finished, self._responsible(self._full))
        return with_crm(
            self._full,
            users=users,
            customs={original: number for original, number in self._customs.items() if number.custom},
            processed=frozenset(self._processed),
            entity=(yield from self._entity()),
            deal=(yield from self._deal()),
            registration=registration,
            record=self.record,
        )

    def _users_of(self, full: CallFull) -> Generator[Question, Any, dict[str, UserFull]]:
        numbers = {id: internal_side(talk) for id, talk in full.conversations.items()}
        yield from self.people.look_for(numbers.values())
        ids = {id: self.people.users.get(number, 0) for id, number in numbers.items()}
        yield from self._read_people(ids.values())
        return {id: self._people[user] for id, user in ids.items() if user in self._people}

    def _read_people(self, ids: Any) -> Generator[Question, Any, None]:
        new = tuple(dict.fromkeys(user for user in ids if user and user not in self._people))
        if new:
            found: dict[str, UserFull] = yield ReadUsers(new)
            self._people.update({user: found[str(user)] for user in new if str(user) in found})

    def _responsible(self, full: CallFull) -> int:
        """User of the active or last accepted conversation, else the one registered (decisions 5)."""
        accepted = [id for id, talk in full.conversations.items() if talk.channel.was_answered]
        talking = full.active_conversation_id or (accepted[-1] if accepted else "")
        talk = full.conversations.get(talking)
        return (self.people.users.get(internal_side(talk), 0) if talk is not None else 0) or self.known.user

    # --- client and deal -------------------------------------------------------------------------------------------

    def facts(self) -> Generator[Question, Any, Facts]:
        """The rows of client and deal, read once per call and only when somebody needs them."""
        registered = self.known.registered
        if self._facts is None and registered is not None and registered.entity_id:
            answer = yield ReadFacts(registered.entity_type, registered.entity_id, registered.created_deal_id)
            self._facts = answer if isinstance(answer, Facts) else Facts()
        return self._facts or Facts()

    def _entity_type(self) -> str:
        return self.known.registered.entity_type if self.known.registered else ""

    def _entity(self) -> Generator[Question, Any, EntityFull | None]:
        row = self._facts.entity if self._facts is not None else None
        if row is None or self.known.registered is None:
            return None
        return (yield from self._object(self._entity_type(), row, is_new=is_new(self.known.registered)))

    def _deal(self) -> Generator[Question, Any, EntityFull | None]:
        row = self._facts.deal if self._facts is not None else None
        if row is None or self.known.registered is None:
            return None
        is_made = bool(self.known.registered.created_deal_id)
        return (yield from self._object("deal", row, is_new=is_made))

    def _object(self, kind: str, row: Params, *, is_new: bool = False) -> Generator[Question, Any, EntityFull]:
        responsible = responsible_of(row)
        user = int(responsible) if responsible.isdigit() else 0
        yield from self._read_people([user])
        return object_full(kind, row, self._plan, self._people.get(user), is_new=is_new)


def internal_side(talk: ConversationFull) -> str:
    """The employee's number of a conversation: who was called, or of an outgoing one who called."""
    channel = talk.channel
    side = channel.from_ if not channel.to.is_local and channel.from_.is_local else channel.to
    return side.original
