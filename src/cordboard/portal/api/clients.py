"""`/api/v1/clients/{kind}`: leads, contacts, companies and deals, by the methods of the REST."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from litestar import get, patch, post
from litestar.params import Parameter
from litestar.types import ControllerRouterHandler

from cordboard.portal.api.access import Asked, caller_of
from cordboard.portal.api.calls import Id, PageNumber
from cordboard.portal.api.problems import DOCUMENTED, missing
from cordboard.portal.api.shapes import Client, Clients, Kind, Made, client_of
from cordboard.portal.views.client_facts import find_client
from cordboard.portal.views.client_page import is_hidden, read_clients

if TYPE_CHECKING:
    from cordboard.portal.portal import Portal

Text = Annotated[str, msgspec.Meta(max_length=2000)]
Search = Annotated[str, Parameter(max_length=100, description="part of a name, or a number in any writing")]


class ClientFields(msgspec.Struct, omit_defaults=True):
    """What may be written; what is absent stays as it is."""

    title: Text | None = None
    name: Text | None = None
    last_name: Text | None = None
    post: Text | None = None
    comments: Text | None = None
    #: a number or address to be added
    phone: Text | None = None
    email: Text | None = None
    #: stage of a lead or deal
    stage: Text | None = None
    amount: float | None = None
    responsible_id: Annotated[int, msgspec.Meta(ge=1, lt=2**31)] | None = None


class NewComment(msgspec.Struct):
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=10_000)]


def handlers(portal: Portal) -> list[ControllerRouterHandler]:
    async def one(kind: str, number: int) -> Client:
        def read(database: Any) -> Any:
            client = find_client(database, kind.upper(), number)
            return None if client and client.kind == "LEAD" and is_hidden(database, number) else client

        found = await portal.store.read(read)
        if found is None:
            raise missing("client")
        return client_of(found)

    @get("/clients/{kind:str}", responses=DOCUMENTED)
    async def list_of_clients(request: Asked, kind: Kind, q: Search = "", page: PageNumber = 1) -> Clients:
        """Clients of one kind, those touched last first."""
        await caller_of(request, portal)
        values = await portal.store.read(lambda database: read_clients(database, kind.upper(), q, page))
        items = [client_of(client) for client in values["clients"]]
        return Clients(items, values["total"], page + 1 if values["more"] else None)

    @get("/clients/{kind:str}/{client_id:int}", responses=DOCUMENTED)
    async def one_client(request: Asked, kind: Kind, client_id: Id) -> Client:
        """One client."""
        await caller_of(request, portal)
        return await one(kind, client_id)

    @post("/clients/{kind:str}", responses=DOCUMENTED)
    async def add_client(request: Asked, kind: Kind, data: ClientFields) -> Made:
        """A new client; the caller is responsible unless another is named."""
        caller = await caller_of(request, portal)
        made = await caller.ask(f"crm.{kind}.add", fields=fields_of(kind, data))
        return Made(int(made))

    @patch("/clients/{kind:str}/{client_id:int}", responses=DOCUMENTED)
    async def change_client(request: Asked, kind: Kind, client_id: Id, data: ClientFields) -> Client:
        """Change some fields."""
        caller = await caller_of(request, portal)
        await one(kind, client_id)
        await caller.ask(f"crm.{kind}.update", id=client_id, fields=fields_of(kind, data))
        return await one(kind, client_id)

    @post("/clients/{kind:str}/{client_id:int}/notes", responses=DOCUMENTED)
    async def add_note(request: Asked, kind: Kind, client_id: Id, data: NewComment) -> Made:
        """A note in the client's timeline."""
        caller = await caller_of(request, portal)
        await one(kind, client_id)
        fields = {"ENTITY_TYPE": kind, "ENTITY_ID": client_id, "COMMENT": data.text}
        return Made(int(await caller.ask("crm.timeline.comment.add", fields=fields)))

    return [list_of_clients, one_client, add_client, change_client, add_note]


def fields_of(kind: str, data: ClientFields) -> dict[str, Any]:
    """The `fields` of the REST's method."""
    given: dict[str, Any] = {"TITLE": data.title, "NAME": data.name, "LAST_NAME": data.last_name, "POST": data.post}
    given |= {"COMMENTS": data.comments, "OPPORTUNITY": data.amount, "ASSIGNED_BY_ID": data.responsible_id}
    given |= {"STATUS_ID" if kind == "lead" else "STAGE_ID": data.stage}
    for name, value in (("PHONE", data.phone), ("EMAIL", data.email)):
        given[name] = [{"VALUE": value, "VALUE_TYPE": "WORK"}] if value else None
    return {name: value for name, value in given.items() if value is not None}
