"""Click-to-call over HTTP: `POST /api/v1/clicks` with JSON, from our own pages or with a key of the API.

In:   `number`, and where known `entity_type` and `entity_id`, `call_list_id`, `activity_id`. Out: the registered call.
Errors: 401 nobody is known, 403 the key may only read, 400 the number or the JSON is none, 409 no line to call out by.
"""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Response, post
from litestar.types import ControllerRouterHandler

from cordboard.b24wire.errors import RestError
from cordboard.portal.api_keys import find_key, note_use
from cordboard.portal.clicks import Click, NoLine, start_call
from cordboard.portal.pages.site import Site, Web, same_origin

BEARER = "bearer "


class Clicked(msgspec.Struct, forbid_unknown_fields=True):
    """The body."""

    number: str
    entity_type: str = ""
    entity_id: int = 0
    call_list_id: int | None = None
    activity_id: int | None = None


class Refused(Exception):
    """The request cannot be served."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def handlers(site: Site) -> list[ControllerRouterHandler]:
    @post("/api/v1/clicks", status_code=200)
    async def click(request: Web) -> Response[Any]:
        try:
            user_id = await caller(site, request)
            sent = msgspec.json.decode(await request.body(), type=Clicked)
            wanted = click_of(user_id, sent)
            result = await start_call(site.portal, wanted, site.base_url(request))
        except Refused as error:
            return told(error.status, str(error))
        except msgspec.DecodeError as error:
            return told(400, f"the body is not what is expected: {error}")
        except RestError as error:
            return told(400, error.text)
        except NoLine as error:
            return told(409, str(error))
        return Response({"call_id": result["CALL_ID"]}, status_code=200, media_type="application/json")

    return [click]


async def caller(site: Site, request: Web) -> int:
    """Who asks: the owner of a key that may write, else the signed-in user of one of our own pages."""
    header = request.headers.get("authorization", "")
    if header.lower().startswith(BEARER):
        secret, now = header[len(BEARER) :].strip(), site.now()
        key = await site.portal.store.read(lambda connection: find_key(connection, secret, now))
        if key is None:
            raise Refused(401, "the key is unknown or expired")
        if not key.may_write:
            raise Refused(403, "the key may only read")
        await site.portal.store.write(lambda connection: note_use(connection, key.id, now))
        return key.user_id
    visit = await site.visit(request) if same_origin(request) and is_json(request) else None
    if visit is None:
        raise Refused(401, "sign in, or send a key")
    return visit.viewer.user_id


def is_json(request: Web) -> bool:
    """A form of another site cannot send this type without asking first."""
    return request.headers.get("content-type", "").partition(";")[0].strip() == "application/json"


def click_of(user_id: int, sent: Clicked) -> Click:
    entity = None
    if sent.entity_type:
        if sent.entity_type.upper() not in ("LEAD", "CONTACT", "COMPANY", "DEAL") or not 0 < sent.entity_id < 2**31:
            raise Refused(400, "entity_type must be LEAD, CONTACT, COMPANY or DEAL, with its entity_id")
        entity = (sent.entity_type.upper(), sent.entity_id)
    for name in ("call_list_id", "activity_id"):
        if not 0 < (getattr(sent, name) or 1) < 2**31:
            raise Refused(400, f"{name} must be the number of one")
    return Click(user_id, sent.number, entity, sent.call_list_id, sent.activity_id)


def told(status: int, message: str) -> Response[Any]:
    return Response({"error": message}, status_code=status, media_type="application/json")
