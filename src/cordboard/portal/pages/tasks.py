"""`/tasks`: what is to be done, mine or everybody's, open or done; ticking one off by mouse or key."""

from __future__ import annotations

from litestar import Response, get, post
from litestar.types import ControllerRouterHandler

from cordboard.b24wire.errors import RestError
from cordboard.b24wire.loose import as_id
from cordboard.portal.pages.client_forms import say
from cordboard.portal.pages.desk_forms import due
from cordboard.portal.pages.site import N_, Site, Web
from cordboard.portal.views.tasks import read_tasks

LONGEST = 200
IN_WORK = "2"


def handlers(site: Site) -> list[ControllerRouterHandler]:
    @get("/tasks")
    async def tasks_page(request: Web) -> Response[str]:
        visit = await site.visitor(request)
        version, now, user_id = site.hub.version, site.now(), visit.viewer.user_id
        show, whose = (request.query_params.get(name, "") for name in ("show", "whose"))
        values = await site.portal.store.read(lambda database: read_tasks(database, user_id, now, show, whose))
        return await site.page(visit, "tasks.html", version, section="tasks", **values)

    @post("/tasks/{task_id:int}/{what:str}", status_code=200)
    async def tick(request: Web, task_id: int, what: str) -> Response[str]:
        """Done, or open again."""
        visit, _ = await site.sent(request)
        number = str(as_id(task_id))
        try:
            if what == "done":
                await site.ask(request, visit, "tasks.task.complete", taskId=number)
            else:
                await site.ask(request, visit, "tasks.task.update", taskId=number, fields={"STATUS": IN_WORK})
        except RestError:
            return say(visit, N_("This task is not there any more."), 409)
        return say(visit, N_("Done") if what == "done" else N_("The task is open again."))

    @post("/tasks/new", status_code=200)
    async def add(request: Web) -> Response[str]:
        visit, form = await site.sent(request)
        title = form.get("title", "").strip()[:LONGEST]
        moment = due(form.get("when", ""), form.get("own", ""), site.portal.clock().astimezone(visit.viewer.zone))
        if not title or moment is None:
            return say(visit, N_("Write what is to be done, and until when."), 409)
        fields = {"TITLE": title, "RESPONSIBLE_ID": visit.viewer.user_id, "DEADLINE": moment.isoformat()}
        await site.ask(request, visit, "tasks.task.add", fields=fields)
        return say(visit, N_("The task is in your list."))

    return [tasks_page, tick, add]
