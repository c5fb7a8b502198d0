"""`/gallery`: every component in every look, beside the tokens they are made of; `docs/explanation/design.md` shows it.

In:   nothing but who looks. Out: one page of examples, drawn by the very components the screens use.
"""

from typing import Any

from litestar import Response, get
from litestar.types import ControllerRouterHandler

from cordboard.portal.pages.site import Site, Web
from cordboard.portal.views.call_facts import CallView, Last
from cordboard.portal.views.client_facts import Client

SECOND = 1_000_000

TYPE = ("fine", "small", "body", "lead", "name", "title")
SPACE = (1, 2, 3, 4, 5, 6, 7)
HUES = ("ringing", "talking", "held", "missed", "over")


def handlers(site: Site) -> list[ControllerRouterHandler]:
    @get("/gallery")
    async def gallery(request: Web) -> Response[str]:
        visit = await site.visitor(request)
        values = {"examples": examples(site.now()), "type": TYPE, "space": SPACE, "hues": HUES}
        return await site.page(visit, "gallery.html", site.hub.version, **values)

    return [gallery]


def examples(now: int) -> list[CallView]:
    """A card in each of its states."""
    nina = Client("CONTACT", 1, "Nina Berg", "Nordlicht Logistik · Buyer", 2, "Anna Orlova")
    offer = Client("DEAL", 1, "Office furniture", stage="Invoice", amount=500, currency="EUR")
    last = Last("Outgoing call", now - 3 * 86_400 * SECOND, "Boris Klein")
    nobody = Client("LEAD", 128, "", named=False)

    def card(state: str, client: Client | None = nina, direction: str = "incoming", **values: Any) -> CallView:
        call = CallView(
            f"example-{state}-{len(made)}",
            state,
            direction,
            now - 90 * SECOND,
            "+79162000000" if client else "",
            "Advertising",
            "74951000009",
            "Anna Orlova",
            client,
            **values,
        )
        made.append(call)
        return call

    made: list[CallView] = []
    known: dict[str, Any] = {"deal": offer, "last": last, "responsible": "Anna Orlova", "responsible_is_me": True}
    card("incoming", since=now - 7 * SECOND, actions=("hangup", "transfer"), queue="Sales", matches=3, **known)
    card("incoming", nobody, since=now - 3 * SECOND, new_lead=128)
    card("incoming", None, since=now - 2 * SECOND, unreturned=now - 3600 * SECOND, earlier=4)
    card("incoming", since=now - 5 * SECOND, said="Wants a refund", said_by="Eva Smith")
    card("calling", direction="outgoing", since=now - 9 * SECOND)
    card("talking", since=now - 84 * SECOND, actions=("hangup", "transfer", "park"), **known)
    card("connecting", direction="outgoing", since=now - 2 * SECOND)
    card("asking", since=now - 6 * SECOND, total_since=now - 84 * SECOND, answered_by="Eva Smith", actions=("take",))
    card("parked", since=now - 40 * SECOND, total_since=now - 84 * SECOND, actions=("take",))
    card("passed", answered_by="Eva Smith")
    card("held", since=now - 12 * SECOND, total_since=now - 84 * SECOND)
    card("elsewhere", answered_by="Boris Klein")
    card("missed", length=24)
    card("ended", length=252, closes_at=now + 30 * SECOND)
    for code in ("486", "404", "603", "480"):
        card("failed", direction="outgoing", length=14, code=code)
    return made
