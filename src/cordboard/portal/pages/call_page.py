"""`/calls/{CALL_ID}`: one call, running or finished, for those who may see it."""

from litestar import Response, get
from litestar.types import ControllerRouterHandler

from cordboard.portal.pages.site import Site, Web
from cordboard.portal.views.call_page import read_call_page


def handlers(site: Site) -> list[ControllerRouterHandler]:
    @get("/calls/{call_id:str}")
    async def call_page(request: Web, call_id: str) -> Response[str]:
        visit = await site.visitor(request)
        version, now, user_id, live = site.hub.version, site.now(), visit.viewer.user_id, site.portal.live
        values = await site.portal.store.read(lambda database: read_call_page(database, live, call_id, user_id, now))
        if values is None:
            return site.not_found(request)
        return await site.page(visit, "call.html", version, section="calls", **values)

    return [call_page]
