"""The list of calls: running and finished together, newest first."""

from litestar import Response, get
from litestar.types import ControllerRouterHandler
from sqlalchemy import Connection

from cordboard.portal.pages.site import Site, Web, go_to
from cordboard.portal.rights import visible_users
from cordboard.portal.views.call_facts import CallView, list_calls
from cordboard.portal.views.card_state import whole_number

PAGE = 50


def handlers(site: Site) -> list[ControllerRouterHandler]:
    @get("/")
    async def home() -> Response[str]:
        return go_to("/calls")

    @get("/calls")
    async def calls_page(request: Web) -> Response[str]:
        visit = await site.visitor(request)
        version, now = site.hub.version, site.now()
        page = page_number(request.query_params.get("page", "1"))

        def read(database: Connection) -> list[CallView]:
            seen = visible_users(database, visit.viewer.user_id, "calls")
            offset = (page - 1) * PAGE
            return list_calls(database, site.portal.live, seen, now, offset, PAGE + 1)

        calls = await site.portal.store.read(read)
        values = {"section": "calls", "calls": calls[:PAGE], "page": page, "more": len(calls) > PAGE}
        return await site.page(visit, "calls.html", version, **values)

    return [home, calls_page]


def page_number(text: str) -> int:
    return max(1, min(100_000, whole_number(text)))
