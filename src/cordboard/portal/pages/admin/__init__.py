"""This package holds the pages for administrators, one file each: who works here, keys of every kind, and what somebody
needs who builds on the REST.

Reading order: `desk` (what they all stand on), `users`, `departments`, `roles`, `lines`, `lists`, `exclusions`,
`applications`, `webhooks`, `keys`, `switches`; then for integrators `methods`, `requests` with `raw`, `deliveries`,
`faults`.
What they write is in `cordboard/portal/administration`.
"""

from __future__ import annotations

from typing import Any

from litestar import Response, get
from litestar.types import ControllerRouterHandler

from cordboard.portal.pages.admin import (
    applications,
    deliveries,
    departments,
    exclusions,
    faults,
    keys,
    lines,
    lists,
    methods,
    requests,
    roles,
    switches,
    users,
    webhooks,
)
from cordboard.portal.pages.admin.desk import Desk
from cordboard.portal.pages.site import Site, Web

__all__ = ["handlers"]


def handlers(site: Site, rest: Any) -> list[ControllerRouterHandler]:
    """Every page under `/admin`; `rest` is the application that answers `/rest`."""
    desk = Desk(site)

    @get("/admin")
    async def overview(request: Web) -> Response[str]:
        return await desk.page(await site.administrator(request), "admin_overview.html", "")

    return [
        overview,
        *users.handlers(desk),
        *departments.handlers(desk),
        *roles.handlers(desk),
        *lines.handlers(desk),
        *lists.handlers(desk),
        *exclusions.handlers(desk),
        *applications.handlers(desk),
        *webhooks.handlers(desk),
        *keys.handlers(desk),
        *methods.handlers(desk, rest),
        *requests.handlers(desk, rest),
        *deliveries.handlers(desk),
        *faults.handlers(desk),
        *switches.handlers(desk),
    ]
