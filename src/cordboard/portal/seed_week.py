"""A week of calls for the demo: after `seed`, what its people did in the last seven days.

In:   a connection in a transaction to a freshly seeded database, the moment (µs). Out: calls, notes, tasks, leads.
Every call goes the way of a real one, `Registrar` and then `Finisher`, with the state a connector would have told; its
stories are those of the captures: answered by the one called, by one of three, passed on, given up in the menu, missed
and called back. The same seed of chance gives the same week, relative to now.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert, select

from cordboard.portal.finisher import Ended, Finisher
from cordboard.portal.notes import keep_note
from cordboard.portal.registrar import Registrar
from cordboard.portal.tables import comment, phone, task, timeline
from cordboard.portal.telephony.registering import Asked, WhoIsAsked
from cordboard.settings import Switches

__all__ = ["seed_week"]

SECOND = 1_000_000
#: calls of a working day, and of one at the week's end
BUSY, QUIET = 24, 5
#: user → extension of the demo's people, by department
SALES, SUPPORT = {2: "101", 3: "102", 4: "103"}, {5: "104", 6: "105", 7: "106"}
LINES = ("74951000009", "74951000010", "74951000002", "74951000011")
NOTES = (
    "Wants an offer for forty chairs",
    "Asks when the delivery comes",
    "Просил перезвонить после обеда",
    "Invoice sent by mail, pays on Friday",
    "Complains about the last delivery, gets a new table",
    "Договорились о встрече во вторник",
)
TASKS = (
    "Send the offer",
    "Ask about the delivery",
    "Call back after lunch",
    "Prepare the contract",
    "Check the invoice",
)


@dataclass(slots=True)
class Week:
    """One week being written."""

    connection: Connection
    now: int
    chance: random.Random
    #: numbers of clients that are known
    known: list[str]
    made: int = 0

    def call(self, begins: int) -> None:
        """One call at a moment, as one of the stories."""
        story = self.chance.choices(STORIES, [weight for _, weight in WEIGHTS])[0]
        story(self, begins)

    def number(self) -> str:
        """Somebody known, mostly."""
        if self.chance.random() < 0.72:
            # a few clients call again and again, as it is in life
            return self.chance.choice(self.known[:12] if self.chance.random() < 0.6 else self.known)
        return f"+7905{self.chance.randrange(10**7):07}"

    def register(self, begins: int, user: int, number: str, kind: int) -> str:
        line = self.chance.choice(LINES)
        self.made += 1
        asked = Asked(number, kind, begins, kind == 2, "CALL", None, False, line, f"demo-week-{self.made}", None)
        run = Registrar(self.connection, WhoIsAsked(user, ""), asked, 0, switch, begins)
        return str(run.run()["CALL_ID"])

    def finish(self, call_id: str, user: int, ends: int, talked: int, code: str, state: dict[str, Any]) -> None:
        if talked and self.chance.random() < 0.35:
            keep_note(self.connection, call_id, user, self.chance.choice(NOTES), ends)
        ended = Ended(call_id, duration=talked, code=code, to_chat=False)
        Finisher(self.connection, WhoIsAsked(user, ""), ended, switch, ends, state).run()


def seed_week(connection: Connection, now: int) -> None:
    """Write the week."""
    known = list(connection.execute(select(phone.c.raw).order_by(phone.c.field_id)).scalars())
    week = Week(connection, now, random.Random(7), known)  # noqa: S311 - the same week for everybody
    today = datetime.fromtimestamp(now / SECOND, UTC)
    for days_ago in range(6, -1, -1):
        day = (today - timedelta(days=days_ago)).replace(hour=7, minute=0, second=0, microsecond=0)
        count = BUSY if day.weekday() < 5 else QUIET
        moments = sorted(week.chance.randrange(0, 10 * 3600) for _ in range(count))
        for seconds in moments:
            begins = round(day.timestamp() + seconds) * SECOND
            if begins < now - 900 * SECOND:
                week.call(begins)
    add_tasks(week)


def answered(week: Week, begins: int) -> None:
    """The one who is called answers."""
    user = week.chance.choice(list(EXTENSIONS))
    rang, talked = week.chance.randint(3, 18), week.chance.randint(25, 600)
    call_id = week.register(begins, user, week.number(), 2)
    leg = told(user, begins, rang, talked, "hung-up")
    week.finish(call_id, user, begins + (rang + talked) * SECOND, talked, "200", state([leg]))


def one_of_three(week: Week, begins: int) -> None:
    """A group is rung, one takes it."""
    group = list(week.chance.choice((SALES, SUPPORT)))
    user = week.chance.choice(group)
    rang, talked = week.chance.randint(4, 25), week.chance.randint(25, 480)
    call_id = week.register(begins, user, week.number(), 2)
    others = [told(one, begins, rang, 0, "answered-elsewhere") for one in group if one != user]
    legs = [*others, told(user, begins, rang, talked, "hung-up")]
    week.finish(call_id, user, begins + (rang + talked) * SECOND, talked, "200", state(legs, queue="Sales queue"))


def passed_on(week: Week, begins: int) -> None:
    """The first one talks and gives the call to a colleague."""
    first, second = week.chance.sample(list(EXTENSIONS), 2)
    rang, before, after = week.chance.randint(3, 12), week.chance.randint(20, 90), week.chance.randint(60, 400)
    call_id = week.register(begins, first, week.number(), 2)
    later = begins + (rang + before) * SECOND
    legs = [told(first, begins, rang, before, "transferred"), told(second, later, 5, after, "hung-up")]
    ends = later + (5 + after) * SECOND
    week.finish(call_id, second, ends, before + after, "200", state(legs))


def missed(week: Week, begins: int) -> None:
    """Nobody picks up; sometimes somebody calls back within the hour."""
    group = list(week.chance.choice((SALES, SUPPORT)))
    rang, number = week.chance.randint(2, 40), week.number()
    call_id = week.register(begins, group[0], number, 2)
    legs = [told(one, begins, rang, 0, "no-answer") for one in group]
    week.finish(call_id, group[0], begins + rang * SECOND, 0, "304", state(legs, queue="Sales queue"))
    back = begins + week.chance.randint(300, 3600) * SECOND
    if week.chance.random() < 0.45 and back < week.now - 900 * SECOND:
        dial(week, back, week.chance.choice(group), number, week.chance.random() < 0.85)


def gave_up_in_the_menu(week: Week, begins: int) -> None:
    call_id = week.register(begins, 2, week.number(), 2)
    ends = begins + week.chance.randint(3, 20) * SECOND
    week.finish(call_id, 2, ends, 0, "304", state([], menu="Sales or support"))


def called_out(week: Week, begins: int) -> None:
    user, number = week.chance.choice(list(EXTENSIONS)), week.chance.choice(week.known)
    dial(week, begins, user, number, week.chance.random() < 0.75)


def dial(week: Week, begins: int, user: int, number: str, reached: bool) -> None:
    """An outgoing call: reached, busy, or nobody there."""
    rang, talked = week.chance.randint(5, 25), week.chance.randint(30, 500) if reached else 0
    code = "200" if reached else week.chance.choice(("486", "480"))
    call_id = week.register(begins, user, number, 1)
    week.finish(call_id, user, begins + (rang + talked) * SECOND, talked, code, state([]))


def told(user: int, begins: int, rang: int, talked: int, end: str) -> dict[str, Any]:
    """A conversation as the connector tells it, over."""
    rings, answers = begins / SECOND, begins / SECOND + rang
    leg: dict[str, Any] = {"ID": f"week-{user}", "EXTENSION": EXTENSIONS[user], "USER_ID": user, "STATE": "ended"}
    return leg | {
        "RANG_AT": rings,
        "ANSWERED_AT": answers if talked else "",
        "ENDED_AT": answers + talked,
        "END": end,
    }


def state(legs: list[dict[str, Any]], *, queue: str = "", menu: str = "") -> dict[str, Any]:
    return {"PLACE": "ended", "CONVERSATIONS": legs, "QUEUE": queue, "MENU": menu}


def add_tasks(week: Week) -> None:
    """What is to be done: some of it late, some tomorrow, some done."""
    hour = 3600 * SECOND
    for place in range(12):
        client = week.chance.randint(1, 30)
        deadline = week.now + (place - 4) * 9 * hour
        is_done = place % 5 == 4
        values: dict[str, Any] = {"title": TASKS[place % len(TASKS)], "responsible_id": 2 + place % 6, "created_by": 1}
        values |= {"deadline": deadline, "created_at": week.now - 72 * hour, "changed_at": week.now - 48 * hour}
        values |= {"status": 5 if is_done else 2, "closed_at": week.now - 5 * hour if is_done else None}
        week.connection.execute(insert(task).values(crm=[f"C_{client}"], **values))
        key = week.connection.execute(insert(timeline).values(kind="comment")).inserted_primary_key
        said = {"id": key[0] if key else 0, "entity_type": "CONTACT", "entity_id": client, "author_id": 2 + place % 6}
        said |= {"created": week.now - place * 7 * hour, "text": NOTES[place % len(NOTES)]}
        week.connection.execute(insert(comment).values(**said))


def switch(name: str) -> Any:
    """The portal's switches as they begin."""
    return getattr(Switches(), name)


EXTENSIONS = {**SALES, **SUPPORT}
WEIGHTS = (
    (answered, 9),
    (one_of_three, 7),
    (passed_on, 2),
    (missed, 7),
    (gave_up_in_the_menu, 1),
    (called_out, 8),
)
STORIES = [story for story, _ in WEIGHTS]
