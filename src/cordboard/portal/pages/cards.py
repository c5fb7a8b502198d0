"""What a user does on a call card: write a note, close the card."""

from litestar import Response, post
from litestar.types import ControllerRouterHandler
from sqlalchemy import Connection, delete

from cordboard.portal.changes import CallChanged, CardHidden
from cordboard.portal.notes import keep_note
from cordboard.portal.pages.site import Site, Visit, Web, is_ours, read_form
from cordboard.portal.tables import card

LONGEST_NOTE = 10_000


def handlers(site: Site) -> list[ControllerRouterHandler]:
    async def allowed(request: Web, call_id: str) -> tuple[Visit, dict[str, str]] | None:
        """The visit and the form, if the form is ours and the user has this card."""
        visit = await site.visit(request)
        form = await read_form(request)
        if visit is None or not is_ours(visit, form):
            return None
        has_card = await site.hub.has_card(visit.viewer.user_id, call_id)
        return (visit, form) if has_card else None

    @post("/cards/{call_id:str}/note", status_code=204)
    async def write_note(request: Web, call_id: str) -> Response[None]:
        found = await allowed(request, call_id)
        if found is None:
            return Response(None, status_code=403)
        visit, form = found
        text, now = form.get("text", "")[:LONGEST_NOTE], site.now()
        user_id = visit.viewer.user_id
        if await site.portal.store.write(lambda database: keep_note(database, call_id, user_id, text, now)):
            site.portal.publish(CallChanged(call_id))
        return Response(None, status_code=204)

    @post("/cards/{call_id:str}/close", status_code=204)
    async def close_card(request: Web, call_id: str) -> Response[None]:
        found = await allowed(request, call_id)
        if found is None:
            # closed in another tab a moment ago: what was wanted is so
            return Response(None, status_code=204 if await site.visit(request) else 403)
        user_id = found[0].viewer.user_id
        await site.portal.store.write(lambda database: drop_card(database, call_id, user_id))
        site.hub.forget_card(user_id, call_id)
        site.portal.publish(CardHidden(call_id, (user_id,)))
        return Response(None, status_code=204)

    return [write_note, close_card]


def drop_card(database: Connection, call_id: str, user_id: int) -> None:
    database.execute(delete(card).where(card.c.call_id == call_id, card.c.user_id == user_id))
