"""The desk of a call card: the small forms that open on it, and what they do.

In:   `GET /cards/{call}/desk/{form}` draws a form; `POST /cards/{call}/do/{form}` does it.
Out:  a form; or 200 with the quiet line to show, 422 with the form again and what is wrong in it, 409 with why not.
The surprise: a form is no region of the card, so nothing that happens to the call takes it away under the fingers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from litestar import Response, get, post
from litestar.types import ControllerRouterHandler

from cordboard.b24wire.errors import RestError
from cordboard.portal.administration.refused import Refused
from cordboard.portal.pages.desk_deeds import DEEDS, Deed, NotNow
from cordboard.portal.pages.desk_forms import FORMS, form_values
from cordboard.portal.pages.site import N_, Site, Turned, Visit, Web, answer
from cordboard.portal.views.call_facts import CallView
from cordboard.portal.views.card_facts import find_card
from cordboard.web.render import render
from cordboard.web.words import translations


@dataclass(frozen=True, slots=True)
class Desk:
    """A card of this user, about to be worked with."""

    site: Site
    visit: Visit
    card: CallView

    def draw(self, what: str, values: dict[str, Any], status: int = 200) -> Response[str]:
        common: dict[str, Any] = {"card": self.card, "what": what, "errors": {}, "typed": {}}
        return answer(render(f"desk_{what}.html", self.visit.viewer, self.site.now(), **{**common, **values}), status)

    def say(self, text: str, status: int = 200, **values: object) -> Response[str]:
        """One line in the viewer's language."""
        line = translations(self.visit.viewer.language).gettext(text)
        return Response(line % values if values else line, status_code=status, media_type="text/plain; charset=utf-8")


def handlers(site: Site) -> list[ControllerRouterHandler]:
    async def desk_of(visit: Visit, call_id: str) -> Desk:
        user_id, live = visit.viewer.user_id, site.portal.live
        card = None
        if await site.hub.has_card(user_id, call_id):
            card = await site.portal.store.read(
                lambda database: find_card(database, live, call_id, user_id, site.now())
            )
        if card is None:
            gone = translations(visit.viewer.language).gettext(N_("This card is not yours any more."))
            raise Turned(Response(gone, status_code=409, media_type="text/plain; charset=utf-8"))
        return Desk(site, visit, card)

    @get("/cards/{call_id:str}/desk/{what:str}")
    async def open_form(request: Web, call_id: str, what: str) -> Response[str]:
        visit = await site.visitor(request)
        if what not in FORMS:
            return site.not_found(request)
        desk = await desk_of(visit, call_id)
        text = request.query_params.get("q", "")
        values = await site.portal.store.read(lambda database: form_values(database, desk.card, visit, what, text))
        return desk.draw(what, values)

    @post("/cards/{call_id:str}/do/{what:str}", status_code=200)
    async def do(request: Web, call_id: str, what: str) -> Response[str]:
        visit, form = await site.sent(request)
        if what not in DEEDS:
            return site.not_found(request)
        desk = await desk_of(visit, call_id)
        try:
            said, values = await DEEDS[what](Deed(site, request, visit, desk.card, form))
        except Refused as refused:
            values = await site.portal.store.read(lambda database: form_values(database, desk.card, visit, what, ""))
            say = translations(visit.viewer.language).gettext
            errors = {name: say(text) for name, text in refused.errors.items()}
            return desk.draw(what, {**values, "errors": errors, "typed": form}, 422)
        except NotNow as reason:
            return desk.say(str(reason), 409)
        except RestError as refusal:
            return desk.say(N_("The portal refused: %(reason)s"), 409, reason=refusal.text)
        return desk.say(said, **values)

    return [open_form, do]
