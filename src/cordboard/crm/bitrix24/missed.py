"""Missed: a task and a notice remind of a client until somebody has talked with them.

In:   a finished call. Out: what makes a reminder after a missed one, and what undoes it after a talk.

There is one open reminder for each client, however often they call in vain.
"""

from __future__ import annotations

from collections.abc import Generator
from datetime import datetime, timedelta
from typing import Any

from cordboard.crm.bitrix24.customizing import Customizing
from cordboard.crm.bitrix24.mapping import Terms, external_id
from cordboard.flow.after_finish import (
    CloseReminder,
    CompleteTask,
    CreateTask,
    FindReminders,
    KeepReminder,
    Notify,
    OpenReminder,
    Reminder,
    TaskCreated,
    Unnotify,
)
from cordboard.flow.questions import Done, Params, Question, Registered
from cordboard.flow.situation import Situation
from cordboard.flow.working_hours import deadline, week_of
from cordboard.settings.spans import length_of

Ask = Generator[Question, Any, Any]

#: entity types in the owner field of a task
OWNERS = {"lead": "L", "contact": "C", "company": "CO", "deal": "D"}


def follow_up(situation: Situation, registered: Registered, user: int, terms: Terms, customizing: Customizing) -> Ask:
    """After the finish: remind of a client who was missed, or undo what reminds of one who was reached."""
    if not situation.client or not (terms.missed.task or terms.missed.notice):
        return
    if situation.result == 200:
        reminders: tuple[Reminder, ...] = yield FindReminders(situation.client, situation.at)
        for reminder in reminders:
            yield from undo(reminder)
    elif situation.direction == "incoming":
        yield from remind(situation, registered, user, terms, customizing)


def remind(situation: Situation, registered: Registered, user: int, terms: Terms, customizing: Customizing) -> Ask:
    """Make what the settings want, unless an earlier call of this client has made it."""
    mark = external_id(terms.pbx, situation.linkedid)
    reminder: Reminder = yield OpenReminder(situation.client, mark, situation.at)
    if reminder.mark != mark:
        return
    task_id, notified = reminder.task_id, reminder.notified
    if terms.missed.task and not task_id:
        asked = task_params(situation, registered, user, terms)
        params = yield from customizing.ask("process_task_creation_params", asked)
        answer = (yield CreateTask(params, mark)) if params is not None else None
        task_id = answer.id if isinstance(answer, TaskCreated) else ""
    if terms.missed.notice and not notified:
        answer = yield Notify(notice_params(situation, user, mark, terms))
        notified = user if isinstance(answer, Done) else 0
    if not task_id and not notified:
        yield CloseReminder(mark)
        return
    made = Reminder(mark, task_id, notified)
    if (yield KeepReminder(made)):
        yield from undo(made)


def undo(reminder: Reminder) -> Ask:
    """The client was reached."""
    if reminder.task_id:
        yield CompleteTask(reminder.task_id)
    if reminder.notified:
        yield Unnotify(tag_of(reminder.mark))
    yield CloseReminder(reminder.mark)


def task_params(situation: Situation, registered: Registered, user: int, terms: Terms) -> Params:
    """Fields of `tasks.task.add`."""
    at = datetime.fromisoformat(situation.start) + timedelta(microseconds=situation.at - micros(situation.start))
    until = deadline(at, length_of(terms.missed.task_after), week_of(terms.hours))
    params: Params = {
        "TITLE": title(situation, terms),
        "DESCRIPTION": f"{situation.client} → {situation.line or terms.pbx}, {situation.start}",
        "RESPONSIBLE_ID": user,
        "DEADLINE": until.isoformat(timespec="seconds"),
    }
    if owner := owner_of(registered):
        params["UF_CRM_TASK"] = [owner]
    return params


def notice_params(situation: Situation, user: int, mark: str, terms: Terms) -> Params:
    """Parameters of `im.notify.system.add`."""
    return {"USER_ID": user, "MESSAGE": title(situation, terms), "TAG": tag_of(mark)}


def title(situation: Situation, terms: Terms) -> str:
    line = terms.line(situation.line)
    name = line.name if line is not None and line.name else situation.line
    values = {"client": situation.client, "line": name, "time": situation.start[11:16]}
    text = terms.missed.title
    for word, value in values.items():
        text = text.replace(f"{{{word}}}", value)
    return text


def tag_of(mark: str) -> str:
    return f"cordboard-missed-{mark}"


def owner_of(registered: Registered) -> str:
    """The client in the owner field of a task, "" for none."""
    prefix = OWNERS.get(registered.entity_type)
    return f"{prefix}_{registered.entity_id}" if prefix and registered.entity_id else ""


def micros(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1_000_000)
