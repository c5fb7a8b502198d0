"""Clients: one page for a lead, contact, company or deal with its timeline, and one list for each kind."""

from litestar import Response, get
from litestar.types import ControllerRouterHandler
from sqlalchemy import Connection

from cordboard.b24wire.loose import as_id
from cordboard.portal.pages.site import N_, Site, Web
from cordboard.portal.views.client_facts import Client, Entry, find_client, list_clients, read_timeline, related
from cordboard.web.words import translations

#: address of the list → kind, heading
LISTS = {
    "leads": ("LEAD", N_("Leads")),
    "contacts": ("CONTACT", N_("Contacts")),
    "companies": ("COMPANY", N_("Companies")),
    "deals": ("DEAL", N_("Deals")),
}
#: address of a client → kind, the list it belongs to
CLIENTS = {
    "lead": ("LEAD", "leads"),
    "contact": ("CONTACT", "contacts"),
    "company": ("COMPANY", "companies"),
    "deal": ("DEAL", "deals"),
}
LIST_LENGTH = 200


def handlers(site: Site) -> list[ControllerRouterHandler]:
    @get([f"/{section}" for section in LISTS])
    async def list_page(request: Web) -> Response[str]:
        visit = await site.visitor(request)
        version, section = site.hub.version, request.url.path.strip("/")
        kind, heading = LISTS[section]
        found = await site.portal.store.read(lambda database: list_clients(database, kind, LIST_LENGTH))
        say = translations(visit.viewer.language).gettext
        return await site.page(visit, "clients.html", version, section=section, heading=say(heading), clients=found)

    @get([f"/{word}/{{client_id:int}}" for word in CLIENTS])
    async def client_page(request: Web, client_id: int) -> Response[str]:
        visit = await site.visitor(request)
        version = site.hub.version
        kind, section = CLIENTS[request.url.path.split("/")[1]]
        found = await site.portal.store.read(lambda database: read_client(database, kind, client_id))
        if found is None:
            return site.not_found(request)
        client, others, timeline = found
        values = {"section": section, "client": client, "related": others, "timeline": timeline}
        return await site.page(visit, "client.html", version, **values)

    return [list_page, client_page]


def read_client(database: Connection, kind: str, client_id: int) -> tuple[Client, list[Client], list[Entry]] | None:
    client_id = as_id(client_id)
    client = find_client(database, kind, client_id)
    if client is None:
        return None
    return client, related(database, client), read_timeline(database, kind, client_id)
