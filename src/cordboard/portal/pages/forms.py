"""`POST /forms/callback/{line}`: the form of a site in which a visitor asks to be called back.

In:   the fields `phone`, `name`, `text`, from any site. Out: JSON `{"ok": true}`, or a sentence and a status.
An address that sends many is told to wait: every form may make a lead and rings a telephone.
"""

from __future__ import annotations

from typing import Any

from litestar import Response, post
from litestar.types import ControllerRouterHandler

from cordboard.portal.callback import Wish, WishRefused, ask_callback
from cordboard.portal.pages.site import Site, Web, read_form
from cordboard.portal.pages.throttle import Throttle

HEADERS = {"Access-Control-Allow-Origin": "*", "Cache-Control": "no-store"}


def handlers(site: Site) -> list[ControllerRouterHandler]:
    throttle = Throttle()

    @post("/forms/callback/{line:str}", status_code=200)
    async def callback(request: Web, line: str) -> Response[Any]:
        client = request.client.host if request.client else ""
        if wait := throttle.wait(client, site.now()):
            return told(429, {"error": f"try again in {wait} s"}, {"Retry-After": str(wait)})
        throttle.failed(client, site.now())
        form = await read_form(request)
        wish = Wish(line, form.get("phone", ""), form.get("name", ""), form.get("text", ""))
        try:
            await ask_callback(site.portal, wish, site.base_url(request))
        except WishRefused as error:
            return told(error.status, {"error": str(error)})
        return told(200, {"ok": True})

    return [callback]


def told(status: int, body: dict[str, object], headers: dict[str, str] | None = None) -> Response[Any]:
    return Response(body, status_code=status, media_type="application/json", headers={**HEADERS, **(headers or {})})
