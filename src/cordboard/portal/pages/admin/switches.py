"""`/admin/switches`: how the portal behaves where Bitrix24 leaves a choice, or an integrator wants another one.

In:   the switches of `[portal.switches]`. Out: a form with all of them; only what was changed is kept in the database.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

from litestar import Response, get, post
from litestar.types import ControllerRouterHandler

from cordboard.portal.pages.admin.desk import Desk
from cordboard.portal.pages.site import N_, Visit, Web, go_to
from cordboard.portal.switches import NAMES, SwitchRefused, checked
from cordboard.settings import Switches

#: what each does, in a sentence
SENTENCES = {
    "crm_mode": N_("“simple” does without leads: a call of an unknown number makes a contact and a deal."),
    "repeat_leads": N_("A known client without an open deal gets a repeat lead."),
    "reuse_closed_lead": N_("A closed lead is found where nothing else is."),
    "lead_open_to_all": N_("Leads made by calls can be seen by everybody."),
    "kind_search": N_("Also compares the last ten digits, which Bitrix24 does not."),
    "empty_error_code": N_("Off: failures of a method have the code ERROR_CORE instead of an empty one."),
    "add_to_chat_default": N_("What ADD_TO_CHAT means where it is absent: 0 no, 1 yes."),
    "event_retries": N_("How often an event is sent again when nobody answers; Bitrix24 sends it once."),
    "rate_limit": N_("Requests a second and how many at once, such as 2/50; “off” for none."),
    "operating_limit": N_("Seconds that one method may take within ten minutes; 0 for no limit."),
    "https_required": N_("Plain HTTP is refused, as Bitrix24 does."),
    "line_default": N_("The line that calls out where an employee has none."),
    "country": N_("The country of numbers that are written without one."),
    "missed_talk": N_("Seconds of talk that take a caller off the board of missed calls."),
    "request_log": N_("The last requests over REST are kept in memory with their answers."),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A switch as the form shows it."""

    name: str
    #: flag, choice, number or text
    kind: str
    choices: tuple[str, ...]
    sentence: str
    value: Any
    default: Any


def handlers(desk: Desk) -> list[ControllerRouterHandler]:
    async def page(visit: Visit, **told: Any) -> Response[str]:
        shown = [shown_switch(name, desk.portal.switch(name), desk.portal.settings.switches) for name in NAMES]
        values: dict[str, Any] = {"saved": False, "shown": shown}
        return await desk.page(visit, "admin_switches.html", "switches", **(values | told))

    @get("/admin/switches")
    async def show(request: Web) -> Response[str]:
        return await page(await desk.site.administrator(request), saved="saved" in request.query_params)

    @post("/admin/switches", status_code=303)
    async def save(request: Web) -> Response[str]:
        visit, form = await desk.site.administrator_sent(request)
        changed: dict[str, Any] = {}
        errors: dict[str, str] = {}
        for name in NAMES:
            sent: object = name in form if kind_of(name)[0] == "flag" else form.get(name, "").strip()
            try:
                value = checked(name, sent)
            except SwitchRefused:
                errors[name] = desk.say(
                    visit, N_("This value makes no sense here; the sentence above says which does.")
                )
                continue
            if value != desk.portal.switch(name):
                changed[name] = value
        if errors:
            return await page(visit, errors=errors, form=form)
        for name, value in changed.items():
            await desk.portal.set_switch(name, value)
        return go_to("/admin/switches?saved")

    return [show, save]


def kind_of(name: str) -> tuple[str, tuple[str, ...]]:
    """How a switch is set: flag, choice (of what), number or text."""
    kind = get_type_hints(Switches, include_extras=True)[name]
    if get_origin(kind) is Annotated:
        kind = get_args(kind)[0]
    if get_origin(kind) is Literal:
        return "choice", tuple(str(one) for one in get_args(kind))
    return ("flag" if kind is bool else "number" if kind in (int, float) else "text"), ()


def shown_switch(name: str, value: Any, presets: Switches) -> Shown:
    kind, choices = kind_of(name)
    return Shown(name, kind, choices, SENTENCES.get(name, ""), value, getattr(presets, name))
