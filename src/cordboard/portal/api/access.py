"""Access: on whose behalf a request is served: the owner of a key, or who is signed in on our own pages.

In:   `Authorization: Bearer cbk_…`, or the session's cookie from our own origin. Out: a `Caller`.
A key that may only read refuses every write; a write by cookie must be JSON, which no form of another site can send.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from litestar import Request
from litestar.datastructures.state import State

from cordboard.portal.api.problems import Refused
from cordboard.portal.api_keys import find_key, note_use
from cordboard.portal.pages.site import ALL_SCOPES, COOKIE, same_origin
from cordboard.portal.rest.moments import micros
from cordboard.portal.rest.registry import Context, find_method
from cordboard.portal.views.sessions import find_session

if TYPE_CHECKING:
    from cordboard.portal.portal import Portal

__all__ = ["Asked", "Caller", "caller_of"]

BEARER = "bearer "
READING = ("GET", "HEAD")

Asked = Request[object, object, State]


class Caller:
    """Who asks, and what they may do it with."""

    def __init__(self, portal: Portal, user_id: int, base_url: str) -> None:
        self.portal, self.user_id, self.base_url = portal, user_id, base_url

    @property
    def now(self) -> int:
        return micros(self.portal.clock())

    async def ask(self, method: str, **params: Any) -> Any:
        """Do what a REST method does, as this user."""
        found = find_method(method)
        assert found is not None, method
        clock = self.portal.clock()
        context = Context(self.portal, self.user_id, None, ALL_SCOPES, clock, base_url=self.base_url)
        return await found.handler(context, params)


async def caller_of(request: Asked, portal: Portal) -> Caller:
    """Who asks; refused with 401 or 403 otherwise."""
    base_url = portal.settings.public_url or f"{request.url.scheme}://{request.url.netloc}"
    header = request.headers.get("authorization", "")
    if header.lower().startswith(BEARER):
        return Caller(portal, await of_key(request, portal, header[len(BEARER) :].strip()), base_url)
    token, now = request.cookies.get(COOKIE, ""), micros(portal.clock())
    session = await portal.store.read(lambda database: find_session(database, token, now)) if token else None
    if session is None or not same_origin(request):
        raise Refused(401, "unauthorized", "Send a key as `Authorization: Bearer …`, or sign in.")
    if request.method not in READING and not is_json(request):
        raise Refused(403, "json_only", "A request that changes something must be JSON.")
    return Caller(portal, session.user_id, base_url)


async def of_key(request: Asked, portal: Portal, key: str) -> int:
    now = micros(portal.clock())
    found = await portal.store.read(lambda database: find_key(database, key, now))
    if found is None:
        raise Refused(401, "unauthorized", "The key is unknown or expired.")
    if request.method not in READING and not found.may_write:
        raise Refused(403, "read_only", "This key may only read.")
    await portal.store.write(lambda database: note_use(database, found.id, now))
    return found.user_id


def is_json(request: Asked) -> bool:
    return request.headers.get("content-type", "").partition(";")[0].strip() == "application/json"
