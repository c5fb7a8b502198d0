"""`/admin/users`: who works here: made, changed, dismissed; a new password is shown once."""

from __future__ import annotations

import asyncio
from typing import Any

from litestar import Response, get, post
from litestar.types import ControllerRouterHandler
from sqlalchemy import Connection

from cordboard.portal.administration.people import (
    Person,
    find_person,
    list_departments,
    list_people,
    list_roles,
    save_person,
    set_active,
    set_password,
)
from cordboard.portal.administration.refused import Refused
from cordboard.portal.changes import UserChanged
from cordboard.portal.outbox import Outbox
from cordboard.portal.pages.admin.desk import Desk, Secret, chosen, number_of
from cordboard.portal.pages.site import N_, Visit, Web, go_to
from cordboard.portal.passwords import hash_password, new_password

LONGEST = 200
#: the roles every portal begins with, to be said in the viewer's language
ROLE_WORDS = (N_("Administrator"), N_("Chief executive"), N_("Head of department"), N_("Manager"))


def handlers(desk: Desk) -> list[ControllerRouterHandler]:
    async def form_page(visit: Visit, person: Person, row: Any, errors: dict[str, str], **told: Any) -> Response[str]:
        values: dict[str, Any] = {"person": person, "row": row, "departments": await desk.read(list_departments)}
        values["roles"] = await desk.read(list_roles)
        return await desk.page(visit, "admin_user.html", "users", errors=errors, **values, **told)

    @get("/admin/users")
    async def show(request: Web) -> Response[str]:
        visit = await desk.site.administrator(request)
        return await desk.page(visit, "admin_users.html", "users", people=await desk.read(list_people))

    @get("/admin/users/new")
    async def new(request: Web) -> Response[str]:
        visit = await desk.site.administrator(request)
        return await form_page(visit, person_of(0, {}), None, {})

    @get("/admin/users/{user_id:int}")
    async def edit(request: Web, user_id: int) -> Response[str]:
        visit = await desk.site.administrator(request)
        found = await desk.read(find_person, number_of(str(user_id)))
        if found is None:
            return desk.site.not_found(request)
        row, person = found
        return await form_page(visit, person, row, {}, ticket=request.query_params.get("made", ""))

    @post(["/admin/users/new", "/admin/users/{user_id:int}"], status_code=303)
    async def save(request: Web, user_id: int = 0) -> Response[str]:
        visit, form = await desk.site.administrator_sent(request)
        found = await desk.read(find_person, number_of(str(user_id))) if user_id else None
        if user_id and found is None:
            return desk.site.not_found(request)
        person = person_of(number_of(str(user_id)), form)
        outbox = (visit.viewer.user_id, desk.site.base_url(request), desk.site.now())
        try:
            saved = await desk.write(save_and_say, person, outbox)
        except Refused as refused:
            errors = {name: desk.say(visit, text) for name, text in refused.errors.items()}
            return await form_page(visit, person, found[0] if found else None, errors)
        desk.portal.publish(UserChanged(saved))
        return await fresh_password(visit, saved) if not user_id else go_to("/admin/users")

    @post("/admin/users/{user_id:int}/password", status_code=303)
    async def give_password(request: Web, user_id: int) -> Response[str]:
        visit, _ = await desk.site.administrator_sent(request)
        if await desk.read(find_person, number_of(str(user_id))) is None:
            return desk.site.not_found(request)
        return await fresh_password(visit, user_id)

    async def fresh_password(visit: Visit, user_id: int) -> Response[str]:
        password = new_password()
        stored = await asyncio.to_thread(hash_password, password)
        await desk.write(set_password, user_id, stored)
        secret = Secret(N_("A new password"), ((N_("Password, to be changed at the first sign-in"), password),))
        return desk.shown_once(visit, f"/admin/users/{user_id}", secret)

    @post("/admin/users/{user_id:int}/{what:str}", status_code=303)
    async def switch(request: Web, user_id: int, what: str) -> Response[str]:
        """Dismiss somebody, or take them back."""
        visit, _ = await desk.site.administrator_sent(request)
        found = await desk.read(find_person, number_of(str(user_id)))
        if found is None or what not in ("dismiss", "take-back"):
            return desk.site.not_found(request)
        row, person = found
        try:
            await desk.write(set_active, person.id, what == "take-back")
        except Refused as refused:
            errors = {name: desk.say(visit, text) for name, text in refused.errors.items()}
            return await form_page(visit, person, row, errors)
        desk.portal.publish(UserChanged(person.id))
        return go_to("/admin/users")

    return [show, new, edit, save, give_password, switch]


def save_and_say(connection: Connection, person: Person, outbox: tuple[int, str, int]) -> int:
    """Write a user; programs hear of a new one, as they do of one added over REST."""
    saved = save_person(connection, person, outbox[2])
    if not person.id:
        said = {"ID": saved, "ACTIVE": "Y", "NAME": person.name, "LAST_NAME": person.last_name, "EMAIL": person.email}
        said |= {"WORK_POSITION": person.position, "UF_DEPARTMENT": sorted(person.departments)}
        Outbox(connection, *outbox).add("ONUSERADD", said, f"user:{saved}")
    return saved


def person_of(user_id: int, form: dict[str, str]) -> Person:
    """What a form says of a user."""

    def said(name: str) -> str:
        return form.get(name, "").strip()[:LONGEST]

    departments = frozenset(number_of(one) for one in chosen(form, "department."))
    roles = frozenset(number_of(one) for one in chosen(form, "role."))
    numbers = (said("extension"), said("work_phone"), said("mobile"))
    names = (said("login"), said("first_name"), said("last_name"), said("email"), said("position"))
    return Person(user_id, *names, *numbers, departments, roles)
