"""Signing in and out.

In:   login and password, or a one-time link on a loopback address. Out: a session cookie.
A wrong login and a wrong password look and last the same; who guesses must wait (`throttle`).
"""

import asyncio
from ipaddress import ip_address
from typing import Any

from litestar import Response, get, post
from litestar.datastructures import Cookie
from litestar.types import ControllerRouterHandler
from sqlalchemy import Connection, select, update

from cordboard.portal.pages.site import (
    COOKIE,
    Site,
    Web,
    answer,
    go_to,
    is_ours,
    read_form,
    safe_next,
    same_origin,
    viewer_of,
)
from cordboard.portal.passwords import password_fits
from cordboard.portal.tables import users
from cordboard.portal.views.sessions import LIFE, SECOND, close_session, open_session
from cordboard.web.render import render
from cordboard.web.words import LANGUAGES, translations


def handlers(site: Site) -> list[ControllerRouterHandler]:
    throttle = site.throttle

    @get("/login")
    async def sign_in_page(request: Web) -> Response[str]:
        chosen = request.query_params.get("language", "")
        if chosen in LANGUAGES:
            return go_to("/login", [Cookie("language", value=chosen, max_age=LIFE // SECOND, samesite="lax")])
        return form_page(site, request, next_page=request.query_params.get("next", "/"))

    @post("/login", status_code=200)
    async def sign_in(request: Web) -> Response[str]:
        form = await read_form(request)
        if not same_origin(request):
            return site.forged(request)
        login, next_page = form.get("login", "").strip(), form.get("next", "/")
        say = translations(viewer_of(None, request).language)
        names, now = (f"login {login.lower()}", f"from {caller(request)}"), site.now()
        wait = max(throttle.wait(name, now) for name in names)
        if wait:
            error = say.ngettext(
                "Too many attempts. Try again in %d second.", "Too many attempts. Try again in %d seconds.", wait
            )
            return form_page(site, request, login, next_page, error % wait, 429)
        for name in names:
            throttle.failed(name, now)
        user = await site.portal.store.read(lambda database: find_user(database, login))
        fits = await asyncio.to_thread(password_fits, form.get("password", ""), user.password_hash if user else "")
        if user is None or not fits:
            return form_page(site, request, login, next_page, say.gettext("Login or password is wrong."), 401)
        throttle.succeeded(names[0])
        throttle.forgive(names[1])
        return await signed_in(site, request, user.id, safe_next(next_page))

    @get("/login/once/{token:str}")
    async def sign_in_once(request: Web, token: str) -> Response[str]:
        user_id = site.portal.take_one_time_link(token) if on_loopback(request) else None
        if user_id is None:
            return go_to("/login")
        return await signed_in(site, request, user_id, "/")

    @post("/logout", status_code=303)
    async def sign_out(request: Web) -> Response[str]:
        visit = await site.visit(request)
        if visit is None:
            return go_to("/login")
        if not is_ours(visit, await read_form(request)):
            return site.forged(request)
        await site.portal.store.write(lambda database: close_session(database, visit.session.secret_hash))
        site.hub.sign_out(visit.session.secret_hash)
        return go_to("/login", [Cookie(COOKIE, value="", max_age=0, httponly=True, samesite="lax")])

    return [sign_in_page, sign_in, sign_in_once, sign_out]


def form_page(
    site: Site, request: Web, login: str = "", next_page: str = "/", error: str = "", status: int = 200
) -> Response[str]:
    viewer = viewer_of(None, request)
    return answer(
        render("sign_in.html", viewer, site.now(), login=login, next=safe_next(next_page), error=error), status
    )


async def signed_in(site: Site, request: Web, user_id: int, next_page: str) -> Response[str]:
    agent, now = request.headers.get("user-agent", ""), site.now()

    def work(database: Connection) -> str:
        database.execute(update(users).where(users.c.id == user_id).values(last_login=now))
        return open_session(database, user_id, now, agent)

    token = await site.portal.store.write(work)
    secure = request.url.scheme == "https"
    cookie = Cookie(COOKIE, value=token, max_age=LIFE // SECOND, httponly=True, samesite="lax", secure=secure)
    return go_to(next_page, [cookie])


def find_user(database: Connection, login: str) -> Any:
    """A person who may work here, by login or e-mail address."""
    same = (users.c.login == login) | ((users.c.email == login) & (users.c.email != ""))
    query = select(users.c.id, users.c.password_hash).where(same, users.c.active.is_(True))
    return database.execute(query.where(users.c.external_auth_id == "").limit(1)).one_or_none()


def caller(request: Web) -> str:
    return request.client.host if request.client else ""


def on_loopback(request: Web) -> bool:
    """A one-time link works only on this machine: it stands in the output of a program."""
    try:
        return ip_address(caller(request)).is_loopback
    except ValueError:
        return False
