"""`/me`: what a user sets for themselves: language, time zone, outgoing line, password, where they are signed in.

In:   forms of ours. Out: the page again; what is wrong with a form is said beside its field, and what was typed stays.
What belongs to one browser (sound, notifications, keys) is kept there, by `static/js/prefer.js`.
"""

import asyncio
from typing import Any
from zoneinfo import available_timezones

from litestar import Response, get, post
from litestar.types import ControllerRouterHandler
from sqlalchemy import Connection, select, update

from cordboard.portal.changes import UserChanged
from cordboard.portal.pages.site import N_, Site, Visit, Web, go_to, own_page
from cordboard.portal.passwords import hash_password, password_fits
from cordboard.portal.tables import line, users
from cordboard.portal.views.sessions import OpenSession, close_other_sessions, list_sessions
from cordboard.web.words import LANGUAGES, PSEUDO, translations

SHORTEST = 10
LONGEST = 200


def handlers(site: Site) -> list[ControllerRouterHandler]:
    async def page(visit: Visit, *, saved: str = "", errors: dict[str, str] | None = None) -> Response[str]:
        version = site.hub.version
        values = await site.portal.store.read(lambda database: read_me(database, visit, site.now()))
        say = translations(visit.viewer.language).gettext
        told = {name: say(text) for name, text in (errors or {}).items()}
        answer = await site.page(visit, "me.html", version, **values, saved=saved, errors=told, zones=zones())
        answer.status_code = 422 if told else 200
        return answer

    @get("/me")
    async def me(request: Web) -> Response[str]:
        return await page(await site.visitor(request), saved=request.query_params.get("saved", ""))

    @post("/me/language", status_code=303)
    async def choose_language(request: Web) -> Response[str]:
        visit, form = await site.sent(request)
        language = form.get("language", "")
        if language in (*LANGUAGES, PSEUDO):
            await change(site, visit, language=language)
        return go_to(own_page(request))

    @post("/me/work", status_code=303)
    async def choose_work(request: Web) -> Response[str]:
        """Time zone and outgoing line."""
        visit, form = await site.sent(request)
        timezone = form.get("timezone", "")
        if timezone and timezone not in available_timezones():
            return await page(visit, errors={"timezone": N_("There is no such time zone.")})
        known = await site.portal.store.read(lambda database: set(database.execute(select(line.c.number)).scalars()))
        backphone = form.get("backphone", "")
        await change(site, visit, timezone=timezone, backphone=backphone if backphone in known else "")
        return go_to("/me?saved=work")

    @post("/me/password", status_code=303)
    async def change_password(request: Web) -> Response[str]:
        """A new password, known only to who knows the old one; every other browser is signed out."""
        visit, form = await site.sent(request)
        errors = await wrong_password(site, visit, form)
        if errors:
            return await page(visit, errors=errors)
        stored = await asyncio.to_thread(hash_password, form["new"])
        await change(site, visit, password_hash=stored)
        await sign_out_elsewhere(site, visit)
        return go_to("/me?saved=password")

    @post("/me/sign-out-elsewhere", status_code=303)
    async def sign_out_others(request: Web) -> Response[str]:
        visit, _ = await site.sent(request)
        await sign_out_elsewhere(site, visit)
        return go_to("/me?saved=sessions")

    return [me, choose_language, choose_work, change_password, sign_out_others]


async def change(site: Site, visit: Visit, **values: Any) -> None:
    user_id = visit.viewer.user_id
    changed = update(users).where(users.c.id == user_id).values(**values)
    await site.portal.store.write(lambda database: database.execute(changed))
    site.portal.publish(UserChanged(user_id))


async def wrong_password(site: Site, visit: Visit, form: dict[str, str]) -> dict[str, str]:
    """What is wrong with the form, by field; nothing if the password may be changed."""
    mine = select(users.c.password_hash).where(users.c.id == visit.viewer.user_id)
    stored = await site.portal.store.read(lambda database: database.execute(mine).scalar_one())
    name, now = f"password {visit.viewer.user_id}", site.now()
    if site.throttle.wait(name, now):
        return {"old": N_("Too many attempts. Try again in a minute.")}
    site.throttle.failed(name, now)
    # a user who never had a password came in by a link, and may set the first one
    if stored and not await asyncio.to_thread(password_fits, form.get("old", ""), stored):
        return {"old": N_("This is not your present password.")}
    site.throttle.succeeded(name)
    new = form.get("new", "")
    if not SHORTEST <= len(new) <= LONGEST:
        return {"new": N_("Choose at least ten characters. A few words make a good password.")}
    if new != form.get("again", ""):
        return {"again": N_("The two new passwords differ.")}
    return {}


async def sign_out_elsewhere(site: Site, visit: Visit) -> None:
    mine, user_id = visit.session.secret_hash, visit.viewer.user_id
    closed = await site.portal.store.write(lambda database: close_other_sessions(database, user_id, mine))
    for secret_hash in closed:
        site.hub.sign_out(secret_hash)


def read_me(database: Connection, visit: Visit, now: int) -> dict[str, Any]:
    """What the page shows of its user."""
    row: Any = database.execute(select(users).where(users.c.id == visit.viewer.user_id)).one()
    lines = database.execute(select(line.c.number, line.c.name).order_by(line.c.name)).all()
    sessions: list[OpenSession] = list_sessions(database, row.id, visit.session.secret_hash, now)
    return {"me": row, "lines": lines, "sessions": sessions}


def zones() -> list[str]:
    """Every time zone that is a place."""
    return sorted(name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "SystemV/")))
