"""This package holds the portal's screens, one file each; `handlers` gives them to the server.

Reading order: `site` (what every screen stands on), `sign_in`, `calls`, `clients`, `cards` (what a user does
on a call card), `live` (the WebSocket). What they show is read by `cordboard/portal/views`, and
`cordboard/portal/push.py` keeps open pages true.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from litestar.types import ControllerRouterHandler

from cordboard.portal.pages import calls, cards, clients, live, sign_in, static
from cordboard.portal.pages.site import Site

if TYPE_CHECKING:
    from cordboard.portal.portal import Portal

__all__ = ["handlers"]


def handlers(portal: Portal) -> list[ControllerRouterHandler]:
    """Every page of the portal, the live connection and the files under /static."""
    site = Site(portal)
    return [
        *static.handlers(),
        *sign_in.handlers(site),
        *calls.handlers(site),
        *clients.handlers(site),
        *cards.handlers(site),
        *live.handlers(site),
    ]
