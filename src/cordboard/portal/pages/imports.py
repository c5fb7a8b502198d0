"""`/contacts/import`: contacts from a CSV, in two steps: look what it holds, then bring it in.

In:   a file, then which column holds what. Out: contacts by `crm.contact.add`; a sum of what came in and what did not.
A row whose number somebody has already is left out and counted, so a file may be brought in twice.
"""

from __future__ import annotations

import secrets
from typing import Any

from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.types import ControllerRouterHandler

from cordboard.b24wire.errors import RestError
from cordboard.portal.crm.phone_key import index_key
from cordboard.portal.crm.table_file import FIELDS, Table, Unreadable, guess, read_table
from cordboard.portal.pages.site import N_, Site, Turned, Visit, Web, is_ours
from cordboard.portal.search import find_by_keys
from cordboard.web.words import translations

#: what people call the fields
WORDS = {
    "NAME": N_("First name"),
    "LAST_NAME": N_("Last name"),
    "FULL_NAME": N_("First and last name"),
    "PHONE": N_("Telephone"),
    "EMAIL": N_("E-mail"),
    "POST": N_("Position"),
    "COMMENTS": N_("Remarks"),
}
#: files looked at and not brought in yet; the oldest are forgotten
MOST_WAITING = 20
SHOWN_ROWS = 5
assert WORDS.keys() == FIELDS.keys()


def handlers(site: Site) -> list[ControllerRouterHandler]:
    waiting: dict[str, tuple[int, Table]] = {}

    async def page(visit: Visit, status: int = 200, **values: Any) -> Response[str]:
        shown: dict[str, Any] = {"error": "", "table": None, "done": None, "words": WORDS, "token": "", "guessed": []}
        drawn = await site.page(visit, "import.html", site.hub.version, section="contacts", **{**shown, **values})
        drawn.status_code = status
        return drawn

    @get("/contacts/import")
    async def ask(request: Web) -> Response[str]:
        return await page(await site.visitor(request))

    @post("/contacts/import", status_code=200)
    async def look(request: Web) -> Response[str]:
        """The file, and what its columns seem to hold."""
        visit = await site.visitor(request)
        form = await request.form()
        if not is_ours(visit, {"form_token": str(form.get("form_token", ""))}):
            raise Turned(site.forged(request))
        file = form.get("file")
        try:
            table = read_table(await file.read() if isinstance(file, UploadFile) else b"")
        except Unreadable as error:
            return await page(visit, 422, error=translations(visit.viewer.language).gettext(str(error)))
        token = secrets.token_urlsafe(16)
        waiting[token] = (visit.viewer.user_id, table)
        while len(waiting) > MOST_WAITING:
            waiting.pop(next(iter(waiting)))
        return await page(visit, table=table, token=token, guessed=guess(table.header), rows=table.rows[:SHOWN_ROWS])

    @post("/contacts/import/go", status_code=200)
    async def bring_in(request: Web) -> Response[str]:
        visit, form = await site.sent(request)
        user_id, table = waiting.pop(form.get("token", ""), (0, None))
        if table is None or user_id != visit.viewer.user_id:
            text = N_("This file is forgotten already. Choose it once more.")
            return await page(visit, 422, error=translations(visit.viewer.language).gettext(text))
        fields = [form.get(f"column-{place}", "") for place in range(len(table.header))]
        return await page(visit, done=await add_all(site, request, visit, table, fields))

    return [ask, look, bring_in]


async def add_all(site: Site, request: Web, visit: Visit, table: Table, fields: list[str]) -> dict[str, Any]:
    """Every row as a contact: how many are new, how many were known, and the lines that could not be."""
    added, known, refused = 0, 0, list[int]()
    for line, row in enumerate(table.rows, start=2):
        contact = contact_of(row, fields)
        if contact is None:
            refused.append(line)
        elif await is_known(site, contact):
            known += 1
        else:
            try:
                await site.ask(request, visit, "crm.contact.add", fields=contact)
                added += 1
            except RestError:
                refused.append(line)
    return {"added": added, "known": known, "refused": refused[:50], "refused_count": len(refused)}


def contact_of(row: tuple[str, ...], fields: list[str]) -> dict[str, Any] | None:
    """The fields of `crm.contact.add`; None for a row that names nobody."""
    values = {name: cell for name, cell in zip(fields, row, strict=True) if name in FIELDS and cell}
    if full := values.pop("FULL_NAME", ""):
        name, _, last_name = full.partition(" ")
        values = {"NAME": name, "LAST_NAME": last_name.strip(), **values}
    if not (values.get("NAME") or values.get("LAST_NAME")):
        return None
    contact: dict[str, Any] = dict(values)
    for name in ("PHONE", "EMAIL"):
        if name in values:
            contact[name] = [{"VALUE": values[name], "VALUE_TYPE": "WORK"}]
    return contact


async def is_known(site: Site, contact: dict[str, Any]) -> bool:
    """Whether somebody has this number already."""
    key = index_key(contact["PHONE"][0]["VALUE"]) if "PHONE" in contact else ""
    if not key:
        return False
    return (await site.portal.store.read(lambda database: find_by_keys(database, [key]))).primary is not None
