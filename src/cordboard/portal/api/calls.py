"""`/api/v1/calls`, `/api/v1/live`, `/api/v1/clicks`: calls, those that run, and a new one by a click."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
from litestar import get, post
from litestar.params import Parameter
from litestar.types import ControllerRouterHandler

from cordboard.b24wire.errors import RestError
from cordboard.portal.api.access import Asked, caller_of
from cordboard.portal.api.problems import DOCUMENTED, Refused, missing
from cordboard.portal.api.shapes import Call, CallDetail, Calls, Kind, Rung, call_of, leg_of
from cordboard.portal.call_client import link_call
from cordboard.portal.changes import CallChanged
from cordboard.portal.clicks import Click, NoLine, start_call
from cordboard.portal.notes import keep_note
from cordboard.portal.rights import visible_users
from cordboard.portal.views.call_facts import CallView, list_calls
from cordboard.portal.views.call_page import read_call_page
from cordboard.portal.views.client_facts import user_names

if TYPE_CHECKING:
    from cordboard.portal.portal import Portal

PAGE = 50
#: how many running calls are looked through
MOST_LIVE = 1000
PageNumber = Annotated[int, Parameter(ge=1, le=100_000, description="page of fifty, from 1")]
Number = Annotated[int, msgspec.Meta(ge=1, lt=2**31)]
Id = Annotated[int, Parameter(ge=1, lt=2**31)]


class NewClick(msgspec.Struct, forbid_unknown_fields=True):
    """A number to call, and where known whose it is and what it fulfils."""

    number: Annotated[str, msgspec.Meta(min_length=1, max_length=50)]
    entity_type: Literal["LEAD", "CONTACT", "COMPANY", "DEAL"] | None = None
    entity_id: Number | None = None
    call_list_id: Number | None = None
    #: a planned call that this one fulfils
    activity_id: Number | None = None


class NewNote(msgspec.Struct):
    text: Annotated[str, msgspec.Meta(max_length=10_000)]


class ClientChoice(msgspec.Struct):
    kind: Kind
    id: Number


def handlers(portal: Portal) -> list[ControllerRouterHandler]:
    @get("/calls", responses=DOCUMENTED)
    async def list_of_calls(request: Asked, page: PageNumber = 1) -> Calls:
        """Calls that the caller may see, newest first."""
        caller = await caller_of(request, portal)
        user_id, now = caller.user_id, caller.now

        def read(database: Any) -> list[CallView]:
            seen = visible_users(database, user_id, "calls")
            return list_calls(database, portal.live, seen, now, (page - 1) * PAGE, PAGE + 1)

        found = await portal.store.read(read)
        return Calls([call_of(view) for view in found[:PAGE]], page + 1 if len(found) > PAGE else None)

    @get("/live", responses=DOCUMENTED)
    async def live_calls(request: Asked) -> list[Call]:
        """Calls that are going on now."""
        caller = await caller_of(request, portal)
        user_id, now = caller.user_id, caller.now
        found = await portal.store.read(
            lambda database: list_calls(
                database, portal.live, visible_users(database, user_id, "calls"), now, 0, MOST_LIVE
            )
        )
        return [call_of(view) for view in found if view.running]

    @get("/calls/{call_id:str}", responses=DOCUMENTED)
    async def one_call(request: Asked, call_id: str) -> CallDetail:
        """One call with everybody who was rung."""
        values = await read(request, call_id)
        legs, notes = [leg_of(leg) for leg in values["legs"]], [text for _, text in values["notes"]]
        return CallDetail(call_of(values["call"]), legs, notes, values["record"])

    async def read(request: Asked, call_id: str) -> dict[str, Any]:
        caller = await caller_of(request, portal)
        user_id, now = caller.user_id, caller.now
        values = await portal.store.read(lambda database: read_call_page(database, portal.live, call_id, user_id, now))
        if values is None:
            raise missing("call")
        return values

    @post("/calls/{call_id:str}/note", status_code=200, responses=DOCUMENTED)
    async def write_note(request: Asked, call_id: str, data: NewNote) -> CallDetail:
        """The caller's note on a call, instead of an earlier one."""
        caller = await caller_of(request, portal)
        await read(request, call_id)
        user_id, now = caller.user_id, caller.now
        await portal.store.write(lambda database: keep_note(database, call_id, user_id, data.text, now))
        portal.publish(CallChanged(call_id))
        return await one_call.fn(request, call_id)

    @post("/calls/{call_id:str}/client", status_code=200, responses=DOCUMENTED)
    async def choose_client(request: Asked, call_id: str, data: ClientChoice) -> CallDetail:
        """Whose call it is."""
        caller = await caller_of(request, portal)
        await read(request, call_id)
        user_id, now, country = caller.user_id, caller.now, str(portal.switch("country"))

        def work(database: Any) -> Any:
            by = user_names(database).get(user_id, "")
            client = (data.kind.upper(), data.id)
            return link_call(database, call_id, client, by=by, user_id=user_id, country=country, now=now)

        changes = await portal.store.write(work)
        if not changes:
            raise missing("client")
        portal.publish(*changes)
        return await one_call.fn(request, call_id)

    @post("/clicks", status_code=200, responses=DOCUMENTED)
    async def click(request: Asked, data: NewClick) -> Rung:
        """Call a number: first the caller's own telephone rings."""
        caller = await caller_of(request, portal)
        entity = (data.entity_type, data.entity_id) if data.entity_type and data.entity_id else None
        wanted = Click(caller.user_id, data.number, entity, data.call_list_id, data.activity_id)
        try:
            result = await start_call(portal, wanted, caller.base_url)
        except NoLine as error:
            raise Refused(409, "no_line", str(error)) from error
        except RestError as error:
            raise Refused(400, "no_number", error.text) from error
        return Rung(str(result["CALL_ID"]))

    return [list_of_calls, live_calls, one_call, write_note, choose_client, click]
