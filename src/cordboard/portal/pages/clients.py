"""Clients: one page for a lead, contact, company or deal with its timeline, and one list for each kind.

What changes them is in `client_forms`.
"""

from litestar import Response, get
from litestar.types import ControllerRouterHandler

from cordboard.b24wire.loose import as_id
from cordboard.portal.pages.calls import page_number
from cordboard.portal.pages.site import N_, Site, Web
from cordboard.portal.views.client_page import read_client_page, read_clients
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
LONGEST_SEARCH = 100


def handlers(site: Site) -> list[ControllerRouterHandler]:
    @get([f"/{section}" for section in LISTS])
    async def list_page(request: Web) -> Response[str]:
        visit = await site.visitor(request)
        version, section = site.hub.version, request.url.path.strip("/")
        kind, heading = LISTS[section]
        text = request.query_params.get("q", "")[:LONGEST_SEARCH]
        page = page_number(request.query_params.get("page", "1"))
        values = await site.portal.store.read(lambda database: read_clients(database, kind, text, page))
        say = translations(visit.viewer.language).gettext
        word = next(word for word, (known, _) in CLIENTS.items() if known == kind)
        return await site.page(
            visit, "clients.html", version, section=section, heading=say(heading), word=word, **values
        )

    @get([f"/{word}/{{client_id:int}}" for word in CLIENTS])
    async def client_page(request: Web, client_id: int) -> Response[str]:
        visit = await site.visitor(request)
        version, now = site.hub.version, site.now()
        kind, section = CLIENTS[request.url.path.split("/")[1]]
        show, number = request.query_params.get("show", ""), as_id(client_id)
        values = await site.portal.store.read(lambda database: read_client_page(database, kind, number, now, show))
        if values is None:
            return site.not_found(request)
        return await site.page(visit, "client.html", version, section=section, **values)

    return [list_page, client_page]
