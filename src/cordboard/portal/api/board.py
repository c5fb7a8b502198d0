"""`/api/v1/missed`, `/tasks`, `/lines`, `/users`, `/exclusions`: the boards and lists beside calls and clients."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
from litestar import delete, get, post
from litestar.params import Parameter
from litestar.types import ControllerRouterHandler
from sqlalchemy import select

from cordboard.portal import missed_board
from cordboard.portal.administration.lists import add_exclusion, list_exclusions, remove_exclusion
from cordboard.portal.administration.refused import Refused as FormRefused
from cordboard.portal.api.access import Asked, Caller, caller_of
from cordboard.portal.api.calls import Id
from cordboard.portal.api.problems import DOCUMENTED, Refused, missing
from cordboard.portal.api.shapes import Exclusion, Line, Made, Missed, Task, User, handled_of, task_of, waiting_of
from cordboard.portal.changes import MissedChanged
from cordboard.portal.rights import level_of
from cordboard.portal.tables import line, users
from cordboard.portal.views.client_facts import full_name
from cordboard.portal.views.missed import board_of, read_board
from cordboard.portal.views.tasks import read_tasks

if TYPE_CHECKING:
    from cordboard.portal.portal import Portal

Key = Annotated[str, Parameter(max_length=50)]


class NewTask(msgspec.Struct):
    title: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    deadline: datetime | None = None


class Closing(msgspec.Struct):
    reason: Annotated[str, msgspec.Meta(max_length=200)] = ""


class NewExclusion(msgspec.Struct):
    value: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    comment: Annotated[str, msgspec.Meta(max_length=500)] = ""


def handlers(portal: Portal) -> list[ControllerRouterHandler]:
    async def whole_board(caller: Caller) -> Missed:
        user_id, now, talked = caller.user_id, caller.now, portal.switch("missed_talk")

        def read(database: Any) -> list[dict[str, Any]]:
            board = board_of(database, user_id, now, talked)
            return [read_board(database, board, tab, "") for tab in ("open", "handled")]

        found = await portal.store.read(read)
        return Missed(
            [waiting_of(one) for one in found[0]["waiting"]], [handled_of(one) for one in found[1]["handled"]]
        )

    @get("/missed", responses=DOCUMENTED)
    async def missed(request: Asked) -> Missed:
        """Who waits, and who was served lately."""
        return await whole_board(await caller_of(request, portal))

    @post("/missed/{key:str}/{action:str}", status_code=200, responses=DOCUMENTED)
    async def act(request: Asked, key: Key, action: Literal["take", "close", "reopen"], data: Closing) -> Missed:
        """Take a caller on, close one by hand, or take that back."""
        caller = await caller_of(request, portal)
        closing = partial(missed_board.close, reason=data.reason)
        work: Any = {"take": missed_board.take, "close": closing, "reopen": missed_board.reopen}[action]
        user_id, now, talked = caller.user_id, caller.now, portal.switch("missed_talk")
        done = await portal.store.write(
            lambda database: work(database, user_id, key, board_of(database, user_id, now, talked))
        )
        if not done:
            raise missing("caller")
        portal.publish(MissedChanged(key))
        return await whole_board(caller)

    @get("/tasks", responses=DOCUMENTED)
    async def tasks(
        request: Asked, show: Literal["open", "done"] = "open", whose: Literal["mine", "all"] = "mine"
    ) -> list[Task]:
        """What is to be done, the most urgent first."""
        caller = await caller_of(request, portal)
        user_id, now = caller.user_id, caller.now
        values = await portal.store.read(lambda database: read_tasks(database, user_id, now, show, whose))
        return [task_of(one) for one in values["tasks"]]

    @post("/tasks", responses=DOCUMENTED)
    async def add_task(request: Asked, data: NewTask) -> Made:
        """A task for the caller."""
        caller = await caller_of(request, portal)
        fields: dict[str, Any] = {"TITLE": data.title, "RESPONSIBLE_ID": caller.user_id}
        if data.deadline is not None:
            fields["DEADLINE"] = data.deadline.isoformat()
        made = await caller.ask("tasks.task.add", fields=fields)
        return Made(int(made["task"]["id"]))

    @post("/tasks/{task_id:int}/{action:str}", status_code=200, responses=DOCUMENTED)
    async def tick(request: Asked, task_id: Id, action: Literal["done", "open"]) -> Made:
        """Tick a task off, or open it again."""
        caller = await caller_of(request, portal)
        if action == "done":
            await caller.ask("tasks.task.complete", taskId=str(task_id))
        else:
            await caller.ask("tasks.task.update", taskId=str(task_id), fields={"STATUS": "2"})
        return Made(task_id)

    @get("/lines", responses=DOCUMENTED)
    async def lines(request: Asked) -> list[Line]:
        """Our outside numbers."""
        await caller_of(request, portal)
        query = select(line.c.id, line.c.number, line.c.name).order_by(line.c.id)
        rows = await portal.store.read(lambda database: database.execute(query).all())
        return [Line(row.id, row.number, row.name) for row in rows]

    @get("/users", responses=DOCUMENTED)
    async def people(request: Asked) -> list[User]:
        """Who works here."""
        await caller_of(request, portal)
        columns = (users.c.id, users.c.name, users.c.last_name, users.c.inner_phone, users.c.active)
        query = select(*columns).where(users.c.external_auth_id == "").order_by(users.c.id)
        rows = await portal.store.read(lambda database: database.execute(query).all())
        return [User(row.id, full_name(row), row.inner_phone, row.active) for row in rows]

    @get("/exclusions", responses=DOCUMENTED)
    async def exclusions(request: Asked) -> list[Exclusion]:
        """Numbers and addresses that never become a client."""
        await caller_of(request, portal)
        rows = await portal.store.read(list_exclusions)
        return [Exclusion(row.id, row.value, row.comment) for row in rows]

    @post("/exclusions", responses=DOCUMENTED)
    async def exclude(request: Asked, data: NewExclusion) -> list[Exclusion]:
        """Put a number or an address on the list."""
        caller = await caller_of(request, portal)
        user_id, now, country = caller.user_id, caller.now, str(portal.switch("country"))
        try:
            await portal.store.write(
                lambda database: add_exclusion(database, data.value.strip(), data.comment, country, user_id, now)
            )
        except FormRefused as error:
            raise Refused(409, "refused", str(error)) from error
        return await exclusions.fn(request)

    @delete("/exclusions/{exclusion_id:int}", status_code=200, responses=DOCUMENTED)
    async def include(request: Asked, exclusion_id: Id) -> list[Exclusion]:
        """Take one off the list; for administrators, as on their page."""
        caller = await caller_of(request, portal)
        if await portal.store.read(lambda database: level_of(database, caller.user_id, "settings")) != "any":
            raise Refused(403, "no_right", "Only an administrator takes something off the list.")
        await portal.store.write(lambda database: remove_exclusion(database, exclusion_id))
        return await exclusions.fn(request)

    return [missed, act, tasks, add_task, tick, lines, people, exclusions, exclude, include]
