"""Site: what every screen stands on: who looks, how an answer is made, and which live version a page begins with.

In:   the portal and a request. Out: a `Viewer`, or a way to the sign-in page; an HTML answer with the headers of all.
Surprise: a page's version is taken before its data are read, so a change that falls between comes twice, never not.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from litestar import Request, Response
from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie
from litestar.datastructures.state import State

from cordboard.portal.pages.menu import menu_of
from cordboard.portal.pages.throttle import Throttle
from cordboard.portal.push import Hub
from cordboard.portal.rest.registry import Context, find_method
from cordboard.portal.views.call_facts import CallView
from cordboard.portal.views.client_facts import initials
from cordboard.portal.views.missed import board_of, shared_count
from cordboard.portal.views.sessions import Session, find_session
from cordboard.web.render import Viewer, render
from cordboard.web.security import PAGE_HEADERS
from cordboard.web.words import LANGUAGES, PSEUDO, preferred_language, translations

if TYPE_CHECKING:
    from cordboard.portal.portal import Portal

COOKIE = "cordboard_session"
SECOND = 1_000_000
#: what a signed-in person may do is said by their role, not by scopes
ALL_SCOPES = frozenset({"crm", "telephony", "task", "im", "user"})
#: a form of ours is short; more is a mistake or an attack
LONGEST_FORM = 100_000

Web = Request[object, object, State]
Connection = ASGIConnection[Any, Any, Any, Any]


@dataclass(frozen=True, slots=True)
class Visit:
    """A request of a signed-in user."""

    session: Session
    viewer: Viewer


class Turned(Exception):
    """The visitor gets another page than the one asked for: to sign in, or to read why not."""

    def __init__(self, answer: Response[str]) -> None:
        super().__init__("another page is shown")
        self.answer = answer


class Site:
    """The screens' common ground."""

    def __init__(self, portal: Portal) -> None:
        self.portal = portal
        self.hub = Hub(portal)
        #: who guesses passwords must wait
        self.throttle = Throttle()

    def now(self) -> int:
        """Microseconds since the epoch."""
        return round(self.portal.clock().timestamp() * SECOND)

    async def visit(self, connection: Connection) -> Visit | None:
        """Who looks; None if nobody is signed in."""
        token, now = connection.cookies.get(COOKIE, ""), self.now()
        session = await self.portal.store.read(lambda database: find_session(database, token, now)) if token else None
        return Visit(session, viewer_of(session, connection)) if session else None

    async def visitor(self, request: Web) -> Visit:
        """Who looks; a stranger is turned to the sign-in page."""
        visit = await self.visit(request)
        if visit is None:
            raise Turned(to_sign_in(request))
        return visit

    async def sent(self, request: Web) -> tuple[Visit, dict[str, str]]:
        """Who sends a form of ours, and its fields; a stranger is turned to the sign-in page, a forged form refused."""
        visit = await self.visitor(request)
        form = await read_form(request)
        if not is_ours(visit, form):
            raise Turned(self.forged(request))
        return visit, form

    async def administrator(self, request: Web) -> Visit:
        """Who looks, if it is an administrator; anybody else reads which right is missing."""
        return self._with_settings(request, await self.visitor(request))

    async def administrator_sent(self, request: Web) -> tuple[Visit, dict[str, str]]:
        """Who sends a form of ours, if it is an administrator, and its fields."""
        visit, form = await self.sent(request)
        return self._with_settings(request, visit), form

    def _with_settings(self, request: Web, visit: Visit) -> Visit:
        if not visit.viewer.is_admin:
            heading = N_("You have no right to the settings")
            raise Turned(self.problem(request, 403, heading, N_("An administrator can give you that role."), visit))
        return visit

    async def ask(self, request: Web, visit: Visit, method: str, **params: Any) -> Any:
        """Do what a REST method does, as this user: screens change things by the very methods that programs use.

        Raises a `RestError` in the method's own words.
        """
        found = find_method(method)
        assert found is not None, method
        base_url = self.base_url(request)
        context = Context(self.portal, visit.viewer.user_id, None, ALL_SCOPES, self.portal.clock(), base_url=base_url)
        return await found.handler(context, params)

    def base_url(self, request: Web) -> str:
        """What addresses that we hand out begin with."""
        return self.portal.settings.public_url or f"{request.url.scheme}://{request.url.netloc}"

    async def page(self, visit: Visit, template: str, version: str, **values: Any) -> Response[str]:
        """A whole page with the cards of its viewer."""
        user_id, now, shared = visit.viewer.user_id, self.now(), self.hub.shared
        cards: list[CallView] = await self.hub.cards_of(user_id)
        talked = self.portal.switch("missed_talk")
        waiting = await self.portal.store.read(
            lambda database: shared_count(database, shared, board_of(database, user_id, now, talked))
        )
        frame: dict[str, Any] = {"version": version, "cards": cards, "menu": menu_of(visit.viewer)}
        frame["waiting_count"] = waiting
        frame["faults"] = self.portal.faults.active
        return answer(render(template, visit.viewer, self.now(), **{"section": "", **values, **frame}))

    def component(self, visit: Visit, template: str, **values: Any) -> Response[str]:
        """A part of a page, which a page asks for by itself."""
        return answer(render(template, visit.viewer, self.now(), **values))

    def problem(
        self, connection: Connection, status: int, heading: str, text: str, visit: Visit | None = None
    ) -> Response[str]:
        """A page that says in words why there is no other; both texts are keys of the catalogue."""
        viewer = visit.viewer if visit else viewer_of(None, connection)
        say = translations(viewer.language).gettext
        html = render("problem.html", viewer, self.now(), heading=say(heading), text=say(text))
        return answer(html, status)

    def not_found(self, connection: Connection) -> Response[str]:
        return self.problem(
            connection, 404, N_("There is no such page"), N_("It may have been deleted, or the address is mistyped.")
        )

    def forged(self, connection: Connection) -> Response[str]:
        return self.problem(
            connection, 403, N_("This form is not valid any more"), N_("Open the page again and repeat what you did.")
        )


def N_(text: str) -> str:
    return text


def answer(html: str, status: int = 200) -> Response[str]:
    return Response(html, status_code=status, media_type="text/html", headers=PAGE_HEADERS)


def go_to(address: str, cookies: list[Cookie] | None = None) -> Response[str]:
    """See another page next."""
    headers = {**PAGE_HEADERS, "Location": address}
    return Response("", status_code=303, media_type="text/html", headers=headers, cookies=cookies or [])


def to_sign_in(request: Connection) -> Response[str]:
    """The sign-in page, and back afterwards."""
    path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return go_to("/login" if path == "/" else f"/login?next={quote(path)}")


def viewer_of(session: Session | None, connection: Connection) -> Viewer:
    cookies = connection.cookies
    language = (session.language if session else "") or cookies.get("language", "")
    if language not in (*LANGUAGES, PSEUDO):
        language = preferred_language(connection.headers.get("accept-language", ""))
    theme, menu = cookies.get("theme", ""), cookies.get("menu", "")
    look: dict[str, Any] = {
        "language": language,
        "theme": theme if theme in ("light", "dark") else "",
        "menu": menu if menu == "narrow" else "",
    }
    if session is None:
        return Viewer(**look)
    name = " ".join(part for part in (session.name, session.last_name) if part) or session.login
    return Viewer(
        user_id=session.user_id,
        name=name,
        initials=initials(name),
        extension=session.extension,
        is_admin=session.is_admin,
        zone=zone(session.timezone),
        form_token=session.form_token,
        **look,
    )


@lru_cache(maxsize=500)
def zone(name: str) -> ZoneInfo:
    """A time zone by name; the machine's where none is set, UTC where it cannot be read."""
    try:
        return ZoneInfo(name) if name else local_zone()
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def local_zone() -> ZoneInfo:
    try:
        with open("/etc/timezone", encoding="utf-8") as source:
            return ZoneInfo(source.read().strip())
    except (OSError, ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


async def read_form(request: Web) -> dict[str, str]:
    """The fields of a form without NUL, which no database keeps; of a form that is far too long, nothing."""
    body = await request.body()
    if len(body) > LONGEST_FORM:
        return {}
    fields = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)
    return {name: value.replace("\0", "") for name, value in fields}


def is_ours(visit: Visit, form: Mapping[str, str]) -> bool:
    """Whether a form was made for this session: another site can send it, but cannot read its token."""
    return hmac.compare_digest(visit.session.form_token.encode(), form.get("form_token", "").encode())


def same_origin(connection: Connection) -> bool:
    """Whether a request comes from our own pages, as far as the browser says; programs that say nothing pass."""
    origin = connection.headers.get("origin", "")
    if origin:
        return urlsplit(origin).netloc == connection.headers.get("host", "")
    return connection.headers.get("sec-fetch-site", "same-origin") in ("same-origin", "none")


def safe_next(address: str) -> str:
    """An address on this site to go to; anything else is the front page.

    Browsers drop tabs and line ends and take a backslash for a slash: `/<tab>/evil.example` is another site.
    """
    plain = address.isascii() and address.isprintable() and not {" ", "\\"} & set(address)
    return address if plain and address.startswith("/") and not address.startswith("//") else "/"


def own_page(request: Web) -> str:
    """The page a form was sent from."""
    before = request.headers.get("referer", "").split("://", 1)[-1]
    return safe_next("/" + before.split("/", 1)[1]) if "/" in before else "/"
