"""What is done on the pages of clients: a field changed in place, a note, a task, a new client.

In:   `GET /client/{kind}/{id}/edit/{field}` draws the editor of one field; forms of ours do the rest, by REST methods.
Out:  200 with a line to show; 422 with the editor again and what is wrong, also when somebody else was faster.
"""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from litestar.types import ControllerRouterHandler

from cordboard.b24wire.errors import RestError
from cordboard.b24wire.loose import as_id
from cordboard.portal.clients import TABLES
from cordboard.portal.pages.clients import CLIENTS
from cordboard.portal.pages.desk_forms import due
from cordboard.portal.pages.site import N_, Site, Visit, Web, answer, go_to
from cordboard.portal.views.client_fields import Fact, choices_of, find_fact
from cordboard.portal.views.client_page import read_clients
from cordboard.portal.views.tasks import LETTERS
from cordboard.web.render import render
from cordboard.web.words import translations

LONGEST = 2000
PERSON = (("NAME", N_("First name")), ("LAST_NAME", N_("Last name")))
REACHED = (("PHONE", N_("Telephone")), ("EMAIL", N_("E-mail")))
#: what a form for a new client asks, by kind
ASKED = {
    "CONTACT": (*PERSON, *REACHED),
    "COMPANY": (("TITLE", N_("Name")), *REACHED),
    "LEAD": (*PERSON, *REACHED),
    "DEAL": (("TITLE", N_("Name")), ("OPPORTUNITY", N_("Amount"))),
}


def handlers(site: Site) -> list[ControllerRouterHandler]:
    @get("/client/{kind:str}/{client_id:int}/edit/{name:str}")
    async def editor(request: Web, kind: str, client_id: int, name: str) -> Response[str]:
        visit = await site.visitor(request)
        found = await read_field(site, kind, client_id, name)
        return draw(site, visit, kind, client_id, *found) if found else site.not_found(request)

    @post("/client/{kind:str}/{client_id:int}/edit/{name:str}", status_code=200)
    async def change_field(request: Web, kind: str, client_id: int, name: str) -> Response[str]:
        visit, form = await site.sent(request)
        found = await read_field(site, kind, client_id, name)
        if found is None:
            return site.not_found(request)
        fact, options = found
        value = form.get("value", "").strip()[:LONGEST]
        if form.get("before", "") != fact.value and value != fact.value:
            # somebody else was faster: their value is shown, a second Enter writes over it knowingly
            error = N_("Meanwhile this became “%(value)s”. Save again to write over it.")
            return draw(site, visit, kind, client_id, fact, options, value, error, {"value": fact.shown or fact.value})
        try:
            await site.ask(request, visit, f"crm.{kind.lower()}.update", id=client_id, fields=changed(fact, value))
        except RestError as refusal:
            return draw(site, visit, kind, client_id, fact, options, value, refusal.text, {})
        return say(visit, N_("Saved"))

    @post("/client/{kind:str}/{client_id:int}/note", status_code=200)
    async def add_note(request: Web, kind: str, client_id: int) -> Response[str]:
        visit, form = await site.sent(request)
        text = form.get("text", "").strip()[:LONGEST]
        if kind not in TABLES or not text:
            return say(visit, N_("Write something first."), 409)
        fields = {"ENTITY_TYPE": kind.lower(), "ENTITY_ID": as_id(client_id), "COMMENT": text}
        await site.ask(request, visit, "crm.timeline.comment.add", fields=fields)
        return say(visit, N_("The note is in the timeline."))

    @post("/client/{kind:str}/{client_id:int}/task", status_code=200)
    async def add_task(request: Web, kind: str, client_id: int) -> Response[str]:
        visit, form = await site.sent(request)
        title = form.get("title", "").strip()[:LONGEST]
        moment = due(form.get("when", ""), form.get("own", ""), site.portal.clock().astimezone(visit.viewer.zone))
        if kind not in TABLES or not title or moment is None:
            return say(visit, N_("Write what is to be done, and until when."), 409)
        fields = {"TITLE": title, "RESPONSIBLE_ID": visit.viewer.user_id, "DEADLINE": moment.isoformat()}
        about = [f"{LETTERS[kind]}_{as_id(client_id)}"]
        await site.ask(request, visit, "tasks.task.add", fields={**fields, "UF_CRM_TASK": about})
        return say(visit, N_("The task is in your list."))

    @get([f"/{word}/new" for word in CLIENTS])
    async def new_client(request: Web) -> Response[str]:
        visit = await site.visitor(request)
        kind, section = CLIENTS[request.url.path.split("/")[1]]
        return await new_page(site, visit, kind, section, dict(request.query_params), {})

    @post([f"/{word}/new" for word in CLIENTS], status_code=303)
    async def add_client(request: Web) -> Response[str]:
        visit, form = await site.sent(request)
        word = request.url.path.split("/")[1]
        kind, section = CLIENTS[word]
        wrong = await missing(site, kind, form)
        if wrong:
            return await new_page(site, visit, kind, section, form, wrong)
        try:
            made = await site.ask(request, visit, f"crm.{kind.lower()}.add", fields=fields_of(kind, form))
        except RestError as refusal:
            return await new_page(site, visit, kind, section, form, {"form": refusal.text})
        return go_to(f"/{word}/{made}")

    return [editor, change_field, add_note, add_task, new_client, add_client]


async def read_field(site: Site, kind: str, client_id: int, name: str) -> tuple[Fact, list[tuple[str, str]]] | None:
    if kind not in TABLES:
        return None

    def work(database: Any) -> tuple[Fact, list[tuple[str, str]]] | None:
        fact = find_fact(database, kind, as_id(client_id), name)
        return (fact, choices_of(database, kind, fact)) if fact else None

    return await site.portal.store.read(work)


def draw(
    site: Site,
    visit: Visit,
    kind: str,
    client_id: int,
    fact: Fact,
    options: list[tuple[str, str]],
    typed: str | None = None,
    error: str = "",
    in_error: dict[str, str] | None = None,
) -> Response[str]:
    """The editor of a field; with what was typed and what is wrong, if something is."""
    words = translations(visit.viewer.language).gettext(error) if error else ""
    values: dict[str, Any] = {"kind": kind, "id": client_id, "fact": fact, "options": options}
    values |= {"typed": fact.value if typed is None else typed, "error": words % in_error if in_error else words}
    return answer(render("field_editor.html", visit.viewer, site.now(), **values), 422 if error else 200)


def changed(fact: Fact, value: str) -> dict[str, Any]:
    """The `fields` of `crm.*.update` for one field; a number without a value is removed."""
    name, colon, row = fact.name.partition(":")
    if not colon:
        return {name: value}
    item = {"VALUE": value, "VALUE_TYPE": "WORK"} if not row else {"ID": row, "VALUE": value}
    return {name: [item]}


def fields_of(kind: str, form: dict[str, str]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for name, _ in ASKED[kind]:
        value = form.get(name, "").strip()[:LONGEST]
        if value:
            fields[name] = [{"VALUE": value, "VALUE_TYPE": "WORK"}] if name in ("PHONE", "EMAIL") else value
    if kind == "LEAD" and not fields.get("TITLE"):
        fields["TITLE"] = " ".join(str(fields[name]) for name in ("NAME", "LAST_NAME") if name in fields)
    for name in ("COMPANY_ID", "CONTACT_ID"):
        if form.get(name, "").isdigit():
            fields[name] = form[name]
    return fields


async def missing(site: Site, kind: str, form: dict[str, str]) -> dict[str, str]:
    """What keeps a client from being made, by field; a number that somebody has is asked about once."""
    names = [name for name, _ in ASKED[kind] if name in ("NAME", "LAST_NAME", "TITLE")]
    if not any(form.get(name, "").strip() for name in names):
        return {names[0]: N_("Write a name.")}
    phone = form.get("PHONE", "").strip()
    if not phone or form.get("anyway"):
        return {}
    same = (await site.portal.store.read(lambda database: read_clients(database, kind, phone, 1)))["clients"]
    return {"PHONE": N_("This number is known already; save again to add it all the same.")} if same else {}


async def new_page(
    site: Site, visit: Visit, kind: str, section: str, typed: dict[str, str], wrong: dict[str, str]
) -> Response[str]:
    say_it = translations(visit.viewer.language).gettext
    errors = {name: say_it(text) for name, text in wrong.items()}
    values: dict[str, Any] = {"kind": kind, "asked": ASKED[kind], "typed": typed, "errors": errors, "section": section}
    page = await site.page(visit, "client_new.html", site.hub.version, **values)
    page.status_code = 422 if errors else 200
    return page


def say(visit: Visit, text: str, status: int = 200) -> Response[str]:
    words = translations(visit.viewer.language).gettext(text)
    return Response(words, status_code=status, media_type="text/plain; charset=utf-8")
