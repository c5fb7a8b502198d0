"""Tasks: what is to be done, by whom, until when, about which client.

In:   a reading connection, who looks. Out: `Task`s, the most urgent first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Connection, Text, func, select
from sqlalchemy import cast as as_type

from cordboard.portal.tables import task
from cordboard.portal.views.client_facts import Client, find_client, user_names

#: the letter before the id in UF_CRM_TASK
LETTERS = {"LEAD": "L", "CONTACT": "C", "COMPANY": "CO", "DEAL": "D"}
DONE = 5
MOST = 200


@dataclass(frozen=True, slots=True)
class Task:
    id: int
    title: str
    text: str
    responsible_id: int
    responsible: str
    deadline: int | None
    is_late: bool
    is_done: bool
    client: Client | None


def read_tasks(database: Connection, user_id: int, now: int, show: str, whose: str) -> dict[str, Any]:
    """What the page of tasks shows: open or done ones (`show`), mine or everybody's (`whose`)."""
    is_done, all_of_them = show == "done", whose == "all"
    query = select(task).where(task.c.status == DONE if is_done else task.c.status != DONE)
    if not all_of_them:
        query = query.where(task.c.responsible_id == user_id)
    urgent = task.c.closed_at.desc().nulls_last() if is_done else task.c.deadline.asc().nulls_last()
    rows = database.execute(query.order_by(urgent, task.c.id.desc()).limit(MOST))
    names = user_names(database)
    values: dict[str, Any] = {"show": "done" if is_done else "open", "whose": "all" if all_of_them else "mine"}
    return values | {"tasks": [task_of(database, row, names, now) for row in rows]}


def tasks_of_client(database: Connection, kind: str, client_id: int, now: int) -> list[Task]:
    """The open tasks about a client, the most urgent first."""
    names, query = user_names(database), select(task).where(task.c.status != DONE, is_about(mark_of(kind, client_id)))
    rows = database.execute(query.order_by(task.c.deadline.asc().nulls_last(), task.c.id.desc()).limit(20))
    return [task_of(database, row, names, now, with_client=False) for row in rows]


def is_about(mark: Any) -> Any:
    """The condition that a task names a client, by its `mark_of`."""
    return func.replace(as_type(task.c.crm, Text), " ", "").like(mark, escape="\\")


def mark_of(kind: str, client_id: int) -> str:
    """How a client stands in the list of a task, for LIKE."""
    return f'%"{LETTERS[kind]}\\_{client_id}"%'


def task_of(database: Connection, row: Any, names: dict[int, str], now: int, *, with_client: bool = True) -> Task:
    return Task(
        row.id,
        row.title,
        row.description,
        row.responsible_id or 0,
        names.get(row.responsible_id or 0, ""),
        row.deadline,
        row.deadline is not None and row.deadline < now and row.status != DONE,
        row.status == DONE,
        client_of(database, cast("list[str]", row.crm)) if with_client else None,
    )


def client_of(database: Connection, crm: list[str]) -> Client | None:
    """The first client that a task names and that is there."""
    kinds = {letter: kind for kind, letter in LETTERS.items()}
    for mark in crm:
        letter, _, number = mark.partition("_")
        if letter in kinds and number.isascii() and number.isdigit() and len(number) < 10:
            client = find_client(database, kinds[letter], int(number))
            if client is not None:
                return client
    return None
