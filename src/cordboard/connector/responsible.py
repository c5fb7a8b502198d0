"""Responsible: who is rung for a caller, when the dial plan asks before anybody's telephone does.

In:   `GET /pbx/responsible?phone=…&trunk=…`. Out: `extension;name` as text, or JSON where `Accept` says so.

The surprise: a caller waits in the dial plan meanwhile. Whatever the CRM does, there is an answer within a second and a
half, and every trouble is an empty one: the call takes its default route.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import structlog
from litestar import Request, Response, get
from litestar.handlers import HTTPRouteHandler

from cordboard.connector.users import UserDirectory
from cordboard.crm.base import CrmConnection, CrmError
from cordboard.hooks.beforehand import Distribution, Hooks, customize_distribution

log = structlog.get_logger(__name__)

#: seconds until the dial plan is answered
LIMIT = 1.4
#: seconds an answer is remembered
REMEMBERED = 60.0
MOST_REMEMBERED = 10_000
NOBODY = Distribution("")


class Responsible:
    """Asks the CRMs of a site, the first of the settings first."""

    def __init__(
        self, connections: list[tuple[CrmConnection, UserDirectory]], hooks: Hooks, clock: Callable[[], float]
    ) -> None:
        self._connections = connections
        self._hooks = hooks
        self._clock = clock
        self._remembered: dict[tuple[str, str], tuple[float, Distribution]] = {}

    async def find(self, phone: str, trunk: str) -> Distribution:
        """Who is rung for a caller; an empty extension is the default route."""
        key, now = (phone, trunk), self._clock()
        if (known := self._remembered.get(key)) and now - known[0] < REMEMBERED:
            return known[1]
        try:
            async with asyncio.timeout(LIMIT):
                found = await self._ask(phone, trunk)
        except TimeoutError:
            log.warning("nobody could be found in time", phone=phone)
            return NOBODY
        except Exception as error:
            known_trouble = isinstance(error, CrmError)
            log.warning("nobody could be found", phone=phone, reason=str(error), exc_info=not known_trouble)
            return NOBODY
        if len(self._remembered) >= MOST_REMEMBERED:
            self._remembered.clear()
        self._remembered[key] = (now, found)
        return found

    async def _ask(self, phone: str, trunk: str) -> Distribution:
        for crm, users in self._connections:
            client = await crm.whose_client(phone)
            extension = "" if client is None else users.extension_now(client.user) or client.extension
            name = "" if client is None else client.name
            user = (await users.details((client.user,))).get(str(client.user)) if client is not None else None
            asked = Distribution(extension, name)
            found = await customize_distribution(
                self._hooks, asked, crm.name, phone=phone, trunk=trunk, user=user, entity=None
            )
            if found is not None and found.extension:
                return found
        return NOBODY


def responsible_route(responsible: Responsible) -> HTTPRouteHandler:
    """The handler of the dial plan's question."""

    @get("/pbx/responsible", include_in_schema=False)
    async def who(request: Request[Any, Any, Any]) -> Response[Any]:
        phone = str(request.query_params.get("phone", "")).strip()
        found = await responsible.find(phone, str(request.query_params.get("trunk", ""))) if phone else NOBODY
        if "application/json" in request.headers.get("accept", ""):
            return Response({"extension": found.extension, "name": found.entity_name}, media_type="application/json")
        return Response(as_text(found), media_type="text/plain")

    return who


def as_text(found: Distribution) -> str:
    """`extension;name`, empty for the default route; a name cannot break the line or hold the semicolon.

    >>> as_text(Distribution("101", "Roga; Kopyta"))
    '101;Roga, Kopyta'
    """
    name = " ".join(found.entity_name.replace(";", ",").split())
    return f"{found.extension};{name}" if found.extension else ""
