"""`POST /click`: somebody pressed a telephone number on a screen: their own telephone rings, then the other's.

In:   a form of ours: `number`, and the client it stood beside (`kind`, `id`), or the planned call it fulfils. Out: the
line to show; 409 with the reason where there is no line to call out by.
"""

from __future__ import annotations

from litestar import Response, post
from litestar.types import ControllerRouterHandler

from cordboard.b24wire.errors import RestError
from cordboard.portal.clicks import Click, NoLine, start_call
from cordboard.portal.clients import TABLES
from cordboard.portal.pages.site import N_, Site, Visit, Web
from cordboard.portal.views.card_state import whole_number
from cordboard.web.words import translations


def handlers(site: Site) -> list[ControllerRouterHandler]:
    @post("/click", status_code=200)
    async def click(request: Web) -> Response[str]:
        visit, form = await site.sent(request)
        kind, client_id = form.get("kind", ""), whole_number(form.get("id"))
        entity = (kind, client_id) if kind in TABLES and client_id else None
        activity_id = whole_number(form.get("activity")) or None
        wanted = Click(visit.viewer.user_id, form.get("number", "")[:50], entity, activity_id=activity_id)
        try:
            await start_call(site.portal, wanted, site.base_url(request))
        except NoLine:
            return say(visit, N_("There is no line to call out by. Choose one in your settings."), 409)
        except RestError:
            return say(visit, N_("This is no telephone number."), 409)
        return say(visit, N_("Pick up your phone, then the other one rings."))

    return [click]


def say(visit: Visit, text: str, status: int = 200) -> Response[str]:
    words = translations(visit.viewer.language).gettext(text)
    return Response(words, status_code=status, media_type="text/plain; charset=utf-8")
