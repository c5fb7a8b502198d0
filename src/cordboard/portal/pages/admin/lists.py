"""`/admin/lists`: what leads and deals choose from: sources, stages, pipelines."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from litestar.types import ControllerRouterHandler

from cordboard.portal.administration.references import (
    Reference,
    list_items,
    list_references,
    move_up,
    remove_item,
    remove_pipeline,
    save_item,
    save_pipeline,
)
from cordboard.portal.administration.refused import Refused
from cordboard.portal.pages.admin.desk import Desk, number_of
from cordboard.portal.pages.site import N_, Visit, Web, go_to

#: lists whose names are ours
TITLES = {"SOURCE": N_("Sources"), "STATUS": N_("Stages of leads"), "DEAL_STAGE": N_("Stages of deals")}


def handlers(desk: Desk) -> list[ControllerRouterHandler]:
    async def page(visit: Visit, wanted: str, **told: Any) -> Response[str]:
        references: list[Reference] = await desk.read(list_references)
        chosen = next((one for one in references if one.name == wanted), references[0])
        items = await desk.read(list_items, chosen.name)
        values: dict[str, Any] = {"references": references, "chosen": chosen, "items": items, "edited": 0}
        return await desk.page(visit, "admin_lists.html", "lists", titles=TITLES, **(values | told))

    async def refused(visit: Visit, wanted: str, error: Refused, form: dict[str, str]) -> Response[str]:
        errors = {name: desk.say(visit, text) for name, text in error.errors.items()}
        return await page(visit, wanted, errors=errors, form=form)

    def address(reference: str) -> str:
        return f"/admin/lists?list={reference}"

    @get("/admin/lists")
    async def show(request: Web) -> Response[str]:
        visit = await desk.site.administrator(request)
        edited = number_of(request.query_params.get("edit", ""))
        return await page(visit, request.query_params.get("list", ""), edited=edited)

    @post("/admin/lists", status_code=303)
    async def save(request: Web) -> Response[str]:
        visit, form = await desk.site.administrator_sent(request)
        reference, item_id = form.get("list", ""), number_of(form.get("item", ""))
        try:
            name, semantics = form.get("name", "").strip(), form.get("semantics", "")
            await desk.write(save_item, reference, item_id, name, semantics)
        except Refused as error:
            return await refused(visit, reference, error, form)
        return go_to(address(reference) if reference in await names() else "/admin/lists")

    async def names() -> set[str]:
        return {one.name for one in await desk.read(list_references)}

    @post("/admin/lists/{item_id:int}/{what:str}", status_code=303)
    async def move_or_remove(request: Web, item_id: int, what: str) -> Response[str]:
        visit, form = await desk.site.administrator_sent(request)
        reference, known = form.get("list", ""), number_of(str(item_id))
        if what not in ("up", "remove") or reference not in await names():
            return desk.site.not_found(request)
        try:
            await desk.write(move_up if what == "up" else remove_item, reference, known)
        except Refused as error:
            return await refused(visit, reference, error, {})
        return go_to(address(reference))

    @post("/admin/pipelines", status_code=303)
    async def keep_pipeline(request: Web) -> Response[str]:
        visit, form = await desk.site.administrator_sent(request)
        known = number_of(form.get("pipeline_id", ""))
        try:
            made = await desk.write(save_pipeline, known, form.get("pipeline", "").strip(), desk.site.now())
        except Refused as error:
            return await refused(visit, f"DEAL_STAGE_{known}" if known else "DEAL_STAGE", error, form)
        return go_to(address(f"DEAL_STAGE_{made}"))

    @post("/admin/pipelines/{pipeline_id:int}/remove", status_code=303)
    async def drop_pipeline(request: Web, pipeline_id: int) -> Response[str]:
        visit, _ = await desk.site.administrator_sent(request)
        known = number_of(str(pipeline_id))
        try:
            await desk.write(remove_pipeline, known)
        except Refused as error:
            return await refused(visit, f"DEAL_STAGE_{known}", error, {})
        return go_to(address("DEAL_STAGE"))

    return [show, save, move_or_remove, keep_pipeline, drop_pipeline]
