"""`/admin/faults`: the fault switches: which are on, a new one, all off."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from litestar.types import ControllerRouterHandler

from cordboard.portal.pages.admin.desk import Desk, number_of
from cordboard.portal.pages.site import N_, Visit, Web, go_to
from cordboard.portal.rest.faults import BAD_GATEWAY, CUT, KINDS, LOST, SLOW, Fault

#: what a page says of the faults that are no error code
WORDS = {
    "QUERY_LIMIT_EXCEEDED": N_("busy: too many requests"),
    "OPERATION_TIME_LIMIT": N_("busy: ten minutes of one method are used up"),
    "expired_token": N_("the token's hour is over"),
    SLOW: N_("slow: carried out and answered, late"),
    "INTERNAL_SERVER_ERROR": N_("the server fails"),
    BAD_GATEWAY: N_("a proxy's page instead of an answer"),
    CUT: N_("the connection is cut, nothing is carried out"),
    LOST: N_("carried out, but the connection is cut instead of the answer"),
}


def handlers(desk: Desk) -> list[ControllerRouterHandler]:
    faults = desk.portal.faults

    async def page(visit: Visit, **told: Any) -> Response[str]:
        kinds = [(kind, f"{status_of(kind)} {kind}".strip(), desk.say(visit, WORDS.get(kind, ""))) for kind in KINDS]
        values: dict[str, Any] = {"active": faults.active, "kinds": kinds, "words": WORDS}
        return await desk.page(visit, "admin_faults.html", "faults", **values, **told)

    @get("/admin/faults")
    async def show(request: Web) -> Response[str]:
        return await page(await desk.site.administrator(request))

    @post("/admin/faults", status_code=303)
    async def add(request: Web) -> Response[str]:
        visit, form = await desk.site.administrator_sent(request)
        errors = {name: desk.say(visit, text) for name, text in mistakes(form).items()}
        if errors:
            return await page(visit, errors=errors, form=form)
        switch_on(form)
        return go_to("/admin/faults")

    def switch_on(form: dict[str, str]) -> Fault:
        times = form.get("times", "").strip()
        return faults.add(
            form["kind"],
            form.get("methods", "").replace(",", " ").split(),
            share=number_of(form.get("share", "").strip()),
            times=number_of(times) if times else None,
            seconds=seconds_of(form.get("seconds", "")) if form["kind"] == SLOW else 1.0,
        )

    @post("/admin/faults/{fault_id:int}/remove", status_code=303)
    async def remove(request: Web, fault_id: int) -> Response[str]:
        await desk.site.administrator_sent(request)
        faults.remove(fault_id)
        return go_to("/admin/faults")

    @post("/admin/faults/clear", status_code=303)
    async def clear(request: Web) -> Response[str]:
        await desk.site.administrator_sent(request)
        faults.clear()
        return go_to("/admin/faults")

    return [show, add, remove, clear]


def mistakes(form: dict[str, str]) -> dict[str, str]:
    """What is wrong with the form, by field."""
    errors: dict[str, str] = {}
    times, kind = form.get("times", "").strip(), form.get("kind", "")
    if kind not in KINDS:
        errors["kind"] = N_("Choose what is to happen.")
    if not 1 <= number_of(form.get("share", "").strip()) <= 100:
        errors["share"] = N_("A whole number of percent from 1 to 100.")
    if times and not number_of(times):
        errors["times"] = N_("A whole number, or nothing: then it stays on until you switch it off.")
    if kind == SLOW and not 0 < seconds_of(form.get("seconds", "")) <= 300:
        errors["seconds"] = N_("More than 0 and at most 300 seconds.")
    return errors


def seconds_of(text: str) -> float:
    """Seconds as typed, with a point or a comma; 0 where they are none."""
    try:
        return float(text.strip().replace(",", "."))
    except ValueError:
        return 0.0


def status_of(kind: str) -> str:
    """The HTTP status of a fault, where it has one."""
    make = KINDS[kind]
    return str(make().status) if make else "502" if kind == BAD_GATEWAY else ""
