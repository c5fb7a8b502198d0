"""`/admin/requests`: what was asked over REST and answered, raw, newest first; one of them alone; one once more.

In:   the portal's request log. Out: pages without secrets.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import Any
from urllib.parse import urlencode

from litestar import Response, get, post
from litestar.types import ControllerRouterHandler
from sqlalchemy import Connection, select

from cordboard.portal.pages.admin.desk import Desk, number_of
from cordboard.portal.pages.admin.raw import headers_text, plain, readable
from cordboard.portal.pages.site import N_, Site, Visit, Web, go_to
from cordboard.portal.rest.ask import repeat
from cordboard.portal.rest.auth import Credential
from cordboard.portal.rest.masking import mask
from cordboard.portal.rest.request_log import KEEP, Entry
from cordboard.portal.tables import application, users, webhook

PAGE = 50


@dataclass(frozen=True, slots=True)
class Filter:
    """Which entries are shown."""

    method: str
    #: "", "ok" or "failed"
    outcome: str
    user_id: int
    #: key of a credential: `w5`, `a3`; empty: any
    key: str

    def fits(self, entry: Entry) -> bool:
        failed = not 200 <= entry.status < 400
        return (
            self.method in entry.method
            and (not self.outcome or failed == (self.outcome == "failed"))
            and (not self.user_id or (entry.credential is not None and entry.credential.user_id == self.user_id))
            and (not self.key or (entry.credential is not None and entry.credential.key == self.key))
        )

    def address(self, **more: object) -> str:
        """The page with this filter."""
        said = {"method": self.method, "outcome": self.outcome, "user": self.user_id or "", "by": self.key, **more}
        query = urlencode({name: value for name, value in said.items() if value})
        return "/admin/requests" + (f"?{query}" if query else "")


def filter_of(request: Web) -> Filter:
    said = request.query_params
    outcome = said.get("outcome", "")
    method = said.get("method", "").strip().lower()[:80]
    outcome = outcome if outcome in ("ok", "failed") else ""
    return Filter(method, outcome, number_of(said.get("user", "")), said.get("by", "")[:80])


def handlers(desk: Desk, rest: Any) -> list[ControllerRouterHandler]:
    log = desk.portal.requests

    async def one_page(visit: Visit, entry: Entry, **told: Any) -> Response[str]:
        values: dict[str, Any] = {"entry": entry, "who": (await desk.read(names_of, [entry]))[entry.id]}
        values |= {"request_line": request_line(entry), "headers": headers_text(entry.headers)}
        values |= {"body": readable(entry.body.kept), "raw_body": plain(entry.body.kept)}
        values |= {"answer_headers": headers_text(entry.answer_headers), "answer": readable(entry.answer.kept)}
        values["raw_answer"] = plain(entry.answer.kept)
        return await desk.page(visit, "admin_request.html", "requests", **values, **told)

    @get("/admin/requests")
    async def show(request: Web) -> Response[str]:
        visit, wanted = await desk.site.administrator(request), filter_of(request)
        page = max(1, number_of(request.query_params.get("page", "")))
        fitting = (entry for entry in log.newest_first() if wanted.fits(entry))
        entries = list(islice(fitting, (page - 1) * PAGE, page * PAGE + 1))
        values: dict[str, Any] = {"entries": entries[:PAGE], "who": await desk.read(names_of, entries), "page": page}
        values |= {"more": len(entries) > PAGE, "filter": wanted, "keep": KEEP, "newest": log.last_id}
        people, programs = await desk.read(askers, list(log.newest_first()))
        values |= {"people": people, "programs": programs}
        values["is_on"] = desk.portal.switch("request_log")
        return await desk.page(visit, "admin_requests.html", "requests", **values)

    @get("/admin/requests/newer")
    async def newer(request: Web) -> Response[str]:
        """The line that says how many came since the page was drawn."""
        visit, after = await desk.site.administrator(request), number_of(request.query_params.get("after", ""))
        wanted = filter_of(request)
        count = sum(1 for entry in log.newest_first() if entry.id > after and wanted.fits(entry))
        values: dict[str, Any] = {"count": count, "newest": after, "filter": wanted}
        return desk.site.component(visit, "admin_newer.html", **values)

    @get("/admin/requests/{entry_id:int}")
    async def show_one(request: Web, entry_id: int) -> Response[str]:
        visit, entry = await desk.site.administrator(request), log.find(entry_id)
        return await one_page(visit, entry) if entry else gone(desk.site, request, visit)

    @post("/admin/requests/{entry_id:int}/replay", status_code=303)
    async def replay(request: Web, entry_id: int) -> Response[str]:
        visit, _ = await desk.site.administrator_sent(request)
        entry = log.find(entry_id)
        if entry is None:
            return gone(desk.site, request, visit)
        if why := await desk.read(why_not, entry):
            return await one_page(visit, entry, errors={"replay": desk.say(visit, why)})
        before = log.last_id
        await repeat(rest, entry)
        made = next((one.id for one in log.newest_first() if one.repeats == entry.id and one.id > before), entry.id)
        return go_to(f"/admin/requests/{made}")

    @post("/admin/requests/clear", status_code=303)
    async def clear(request: Web) -> Response[str]:
        await desk.site.administrator_sent(request)
        log.clear()
        return go_to("/admin/requests")

    @post("/admin/requests/switch", status_code=303)
    async def switch(request: Web) -> Response[str]:
        _, form = await desk.site.administrator_sent(request)
        await desk.portal.set_switch("request_log", form.get("on") == "1")
        return go_to("/admin/requests")

    return [show, newer, show_one, replay, clear, switch]


def gone(site: Site, request: Web, visit: Visit) -> Response[str]:
    text = N_("Only the newest requests are kept, and none beyond a restart.")
    return site.problem(request, 404, N_("This request is not kept any more"), text, visit)


def request_line(entry: Entry) -> str:
    query = entry.query.decode("latin-1")
    return mask(f"{entry.http} {entry.path}{'?' + query if query else ''}")


def names_of(connection: Connection, entries: list[Entry]) -> dict[int, tuple[str, str]]:
    """For each entry the name of the user and of the application or webhook it came by."""
    known = {entry.credential for entry in entries if entry.credential}
    ids = {one.user_id for one in known}
    people = connection.execute(select(users.c.id, users.c.name, users.c.last_name).where(users.c.id.in_(ids)))
    names = {row.id: f"{row.name} {row.last_name}".strip() for row in people}
    applications = {one.application_id for one in known if one.application_id}
    found = connection.execute(select(application.c.id, application.c.name).where(application.c.id.in_(applications)))
    programs: dict[int, str] = dict(found.tuples().all())
    return {entry.id: (name_of_user(entry, names), name_of_program(entry, programs)) for entry in entries}


def name_of_user(entry: Entry, names: dict[int, str]) -> str:
    return names.get(entry.credential.user_id, "") if entry.credential else ""


def name_of_program(entry: Entry, programs: dict[int, str]) -> str:
    """`webhook 5`, an application's name, or nothing for a page of ours."""
    if entry.credential is None:
        return ""
    if entry.credential.application_id:
        return programs.get(entry.credential.application_id, entry.credential.key)
    return f"webhook {entry.credential.key[1:]}" if entry.credential.key.startswith("w") else ""


def askers(connection: Connection, entries: list[Entry]) -> tuple[list[tuple[int, str]], list[tuple[str, str]]]:
    """Everybody on whose behalf something in the log was asked, and every webhook and application it came by."""
    named = names_of(connection, entries)
    known = [(entry.credential, named[entry.id]) for entry in entries if entry.credential]
    people = {one.user_id: name for one, (name, _) in known}
    programs = {one.key: program for one, (_, program) in known if program}
    return sorted(people.items(), key=lambda one: one[1]), sorted(programs.items(), key=lambda one: one[1])


def why_not(connection: Connection, entry: Entry) -> str:
    """Why a request cannot be sent again; empty where it can."""
    if not entry.body.whole:
        return N_("Only the beginning of its body was kept, so it cannot be sent again.")
    if entry.method.startswith("oauth/"):
        return N_("A request for tokens works once; sending it again would only use up what it gave.")
    if entry.credential is not None and not still_good(connection, entry.credential):
        return N_("Whoever sent it may not ask any more: the webhook, application or user is gone.")
    return ""


def still_good(connection: Connection, credential: Credential) -> bool:
    """Whether the owner of a remembered request could still send it."""
    active = select(users.c.id).where(users.c.id == credential.user_id, users.c.active.is_(True))
    if connection.execute(active).first() is None:
        return False
    if credential.application_id:
        own = select(application.c.id).where(application.c.id == credential.application_id)
        return connection.execute(own).first() is not None
    if credential.key.startswith("w"):
        return (
            connection.execute(select(webhook.c.id).where(webhook.c.id == int(credential.key[1:]))).first() is not None
        )
    return True
