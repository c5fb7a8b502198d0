"""Events: what a CRM sends us, taken only with the token that shows who sends it.

In:   `POST /events/{connection}`, a form. Out: 200 once what it asks is durable, whatever becomes of it; 403 with
another token, 404 for a connection that the settings do not name, 400 for what is no event.
"""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from litestar import Request, Response, post
from litestar.handlers import HTTPRouteHandler

from cordboard.b24wire.errors import RestError
from cordboard.b24wire.params import decode_form
from cordboard.crm.asked import Asked
from cordboard.crm.base import events_of
from cordboard.settings import Crm

log = structlog.get_logger(__name__)

#: an event is some hundred bytes
LONGEST = 1 << 18

Take = Callable[[str, Asked], Awaitable[None]]


class Doors:
    """Whose events are taken, and where they go."""

    def __init__(self, crms: tuple[Crm, ...], take: Take) -> None:
        """`take(connection, asked)` returns when what is asked is durable."""
        self._crms = {crm.name: crm for crm in crms}
        self._tokens = {crm.name: {crm.application_token} - {""} for crm in crms}
        self._take = take

    def learn(self, connection: str, token: str) -> None:
        """Our own portal has told its token."""
        given = {self._crms[connection].application_token, token}
        self._tokens[connection] = given - {""}

    async def receive(self, connection: str, body: bytes) -> int:
        """One event; the status of its answer."""
        crm = self._crms.get(connection)
        if crm is None:
            return 404
        events = events_of(crm.kind)
        try:
            form = decode_form(body)
        except RestError as error:
            log.warning("an event cannot be read", connection=connection, reason=str(error))
            return 400
        token = events.token_of(form)
        if not any(hmac.compare_digest(token.encode(), known.encode()) for known in self._tokens[connection]):
            reason = "its application_token is not the one we know" if token else "it has no application_token"
            log.warning("an event was not accepted", connection=connection, reason=reason)
            return 403
        try:
            asked = events.asked_in(form)
        except ValueError as error:
            log.warning("an event cannot be understood", connection=connection, reason=str(error))
            return 400
        if asked is None:
            return 200
        if crm.mode == "observe":
            log.info("an event is left to whoever serves this CRM; we observe", connection=connection)
            return 200
        await self._take(connection, asked)
        return 200


def event_route(doors: Doors) -> HTTPRouteHandler:
    """The handler of events."""

    @post("/events/{connection:str}", request_max_body_size=LONGEST, include_in_schema=False)
    async def event(request: Request[Any, Any, Any]) -> Response[str]:
        status = await doors.receive(str(request.path_params["connection"]), await request.body())
        return Response("", status_code=status, media_type="text/plain")

    return event
