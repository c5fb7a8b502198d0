"""Shapes: what the API answers and takes. Moments are ISO 8601 with an offset, lengths are whole seconds."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal

import msgspec

from cordboard.portal.views.call_facts import CallView
from cordboard.portal.views.call_page import Leg
from cordboard.portal.views.client_facts import Client as ClientFacts
from cordboard.portal.views.missed import Handled, Waiting
from cordboard.portal.views.tasks import Task as TaskFacts

Kind = Literal["lead", "contact", "company", "deal"]
SECOND = 1_000_000


def at(micros: int | None) -> str | None:
    """A moment as text."""
    return datetime.fromtimestamp(micros / SECOND, UTC).isoformat() if micros is not None else None


class ClientRef(msgspec.Struct):
    kind: str
    id: int
    name: str


class Call(msgspec.Struct):
    call_id: str
    #: incoming, connecting, calling, talking, held, parked, asking, missed, failed, ended
    state: str
    direction: str
    started_at: str | None
    number: str
    line: str
    employee: str
    client: ClientRef | None
    #: seconds of talk, of ringing if nobody answered; null while it runs
    length: int | None
    #: result in SIP terms, of an outgoing call that failed
    code: str


class CallLeg(msgspec.Struct):
    name: str
    extension: str
    rang_at: str | None
    answered_at: str | None
    ended_at: str | None
    end: str


class CallDetail(msgspec.Struct):
    call: Call
    legs: list[CallLeg]
    notes: list[str]
    #: written, ready, unanswered, none
    record: str


class Calls(msgspec.Struct):
    items: list[Call]
    #: of the next page; null on the last one
    next_page: int | None


class Client(msgspec.Struct):
    kind: str
    id: int
    name: str
    about: str
    stage: str
    amount: float
    currency: str
    responsible_id: int
    responsible: str
    phones: list[str]
    emails: list[str]


class Clients(msgspec.Struct):
    items: list[Client]
    total: int
    next_page: int | None


class MissedCaller(msgspec.Struct):
    #: names the caller in the actions
    key: str
    number: str
    client: ClientRef | None
    attempts: int
    first_at: str | None
    last_at: str | None
    waited: int
    short: bool
    in_menu: bool
    taken_by: str


class HandledCaller(msgspec.Struct):
    key: str
    number: str
    client: ClientRef | None
    #: reached, called again, closed
    how: str
    by: str
    #: seconds after the missed call
    after: int


class Missed(msgspec.Struct):
    waiting: list[MissedCaller]
    handled: list[HandledCaller]


class Task(msgspec.Struct):
    id: int
    title: str
    responsible_id: int
    deadline: str | None
    late: bool
    done: bool
    client: ClientRef | None


class Line(msgspec.Struct):
    id: int
    number: str
    name: str


class User(msgspec.Struct):
    id: int
    name: str
    extension: str
    active: bool


class Exclusion(msgspec.Struct):
    id: int
    value: str
    comment: str


class Made(msgspec.Struct):
    id: int


class Rung(msgspec.Struct):
    call_id: str


def ref(client: ClientFacts | None) -> ClientRef | None:
    return ClientRef(client.kind.lower(), client.id, client.name) if client else None


def call_of(view: CallView) -> Call:
    client = ref(view.client) if view.client and view.client.address else None
    length = None if view.running else view.length
    values = (view.call_id, view.state, view.direction, at(view.start), view.number, view.line, view.employee)
    return Call(*values, client, length, view.code)


def leg_of(leg: Leg) -> CallLeg:
    return CallLeg(leg.name, leg.extension, at(leg.rang_at), at(leg.answered_at), at(leg.ended_at), leg.end)


def client_of(client: ClientFacts) -> Client:
    who = (client.kind.lower(), client.id, client.name, client.about, client.stage, client.amount, client.currency)
    return Client(*who, client.responsible_id, client.responsible, client.phones, client.emails)


def waiting_of(one: Waiting) -> MissedCaller:
    times = (at(one.first), at(one.last), one.waited)
    return MissedCaller(
        one.key, one.number, ref(one.client), one.attempts, *times, one.short, one.in_menu, one.taken_by
    )


def handled_of(one: Handled) -> HandledCaller:
    return HandledCaller(one.key, one.number, ref(one.client), one.how, one.by, one.after)


def task_of(one: TaskFacts) -> Task:
    return Task(one.id, one.title, one.responsible_id, at(one.deadline), one.is_late, one.is_done, ref(one.client))
