"""Search: a page of what was found, and the same as a list for the command box (`Ctrl K`).

In:   a text: a name, a number in any writing, the id of a call, the name of a screen. Out: links, in groups.
"""

from litestar import Response, get
from litestar.types import ControllerRouterHandler

from cordboard.portal.pages.menu import Entry, menu_of
from cordboard.portal.pages.site import Site, Visit, Web, answer
from cordboard.portal.rights import visible_users
from cordboard.portal.views.find import Found, find
from cordboard.web.render import render
from cordboard.web.words import translations

LONGEST = 100


def handlers(site: Site) -> list[ControllerRouterHandler]:
    async def look(request: Web) -> tuple[Visit, str, Found]:
        visit = await site.visitor(request)
        text, now = request.query_params.get("q", "").strip()[:LONGEST], site.now()
        user_id, live = visit.viewer.user_id, site.portal.live
        found = await site.portal.store.read(
            lambda database: find(database, live, text, visible_users(database, user_id, "calls"), now)
        )
        return visit, text, found

    @get("/search")
    async def search_page(request: Web) -> Response[str]:
        version = site.hub.version
        visit, text, found = await look(request)
        return await site.page(visit, "search.html", version, text=text, found=found, screens=[])

    @get("/search/list")
    async def search_list(request: Web) -> Response[str]:
        """What the command box shows for the text typed so far."""
        visit, text, found = await look(request)
        screens = screens_named(visit, text)
        return answer(render("found.html", visit.viewer, site.now(), text=text, found=found, screens=screens))

    return [search_page, search_list]


def screens_named(visit: Visit, text: str) -> list[Entry]:
    """The screens whose names begin with the text; all of them for no text."""
    say = translations(visit.viewer.language).gettext
    wanted = text.lower()
    return [entry for entry in menu_of(visit.viewer) if say(entry.word).lower().startswith(wanted)]
