"""Desk: what every page for administrators stands on.

In:   the site, a visit. Out: a page with the menu of the administration; a form that was refused comes back with its
      sentences and what was typed; a secret is handed from the form to the next page and shown there once.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from litestar import Response
from sqlalchemy import Connection

from cordboard.portal.pages.site import N_, Site, Visit, go_to
from cordboard.web.words import translations

__all__ = ["PARTS", "Desk", "Part", "Secret", "chosen", "number_of"]

#: how many secrets wait to be shown; more were never looked at
MOST_SECRETS = 100


@dataclass(frozen=True, slots=True)
class Part:
    """One entry of the administration's menu."""

    name: str
    picture: str
    word: str
    sentence: str
    #: a heading above it
    group: str = ""

    @property
    def address(self) -> str:
        return f"/admin/{self.name}"


PARTS = (
    Part("users", "users", N_("Users"), N_("Who works here: extension, department, role"), N_("People")),
    Part("departments", "building-2", N_("Departments"), N_("Who belongs together, and who is the head")),
    Part("roles", "shield", N_("Roles"), N_("What people may see and delete")),
    Part("lines", "phone-call", N_("Lines"), N_("Our outside numbers and their names"), N_("Telephony")),
    Part("lists", "list-todo", N_("Lists"), N_("Sources, stages and pipelines")),
    Part("exclusions", "ban", N_("Exclusion list"), N_("Numbers that never become a client")),
    Part("applications", "layout-grid", N_("Applications"), N_("Programs with OAuth tokens"), N_("Access")),
    Part("webhooks", "link", N_("Webhooks"), N_("Addresses that act as a user, and addresses that hear events")),
    Part("keys", "key-round", N_("API keys"), N_("Keys for our own API")),
    Part("methods", "file-text", N_("Methods"), N_("Every REST method, to be tried"), N_("For integrators")),
    Part("requests", "history", N_("Request log"), N_("What was asked and answered, raw")),
    Part("deliveries", "send", N_("Deliveries"), N_("Events that were sent out, and what came of it")),
    Part("faults", "triangle-alert", N_("Faults"), N_("Wrong answers on purpose")),
    Part("switches", "settings", N_("Switches"), N_("How the portal behaves where there is a choice"), N_("Portal")),
)


@dataclass(frozen=True, slots=True)
class Secret:
    """What was made a moment ago and cannot be read again."""

    #: name of it, and each word with its value, as the catalogue knows the words
    title: str
    values: tuple[tuple[str, str], ...]


class Filled(dict[str, str]):
    """The fields of a form as typed; one that was not sent is empty."""

    def __missing__(self, name: str) -> str:
        return ""


class Desk:
    """The pages of the administration."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.portal = site.portal
        #: ticket → who may see it, what
        self._secrets: dict[str, tuple[int, Secret]] = {}

    async def page(
        self,
        visit: Visit,
        template: str,
        part: str,
        *,
        errors: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
        ticket: str = "",
        **values: Any,
    ) -> Response[str]:
        """A page of the administration; with errors its status is 422, and `form` is what was typed."""
        frame: dict[str, Any] = {"section": "admin", "part": part, "parts": PARTS, "errors": errors or {}}
        frame |= {"form": Filled(form or {}), "secret": self._take(visit, ticket)}
        answer = await self.site.page(visit, template, self.site.hub.version, **{**frame, **values})
        answer.status_code = 422 if errors else 200
        return answer

    def say(self, visit: Visit, text: str, **values: object) -> str:
        """A sentence in the language of who looks."""
        said = translations(visit.viewer.language).gettext(text) if text else ""
        return said % values if values else said

    def shown_once(self, visit: Visit, address: str, secret: Secret) -> Response[str]:
        """Go to a page that shows a secret, this one time."""
        ticket = secrets.token_urlsafe(12)
        self._secrets[ticket] = (visit.viewer.user_id, secret)
        while len(self._secrets) > MOST_SECRETS:
            self._secrets.pop(next(iter(self._secrets)))
        return go_to(f"{address}?made={ticket}")

    def _take(self, visit: Visit, ticket: str) -> Secret | None:
        user_id, secret = self._secrets.get(ticket, (0, None))
        if secret is None or user_id != visit.viewer.user_id:
            return None
        del self._secrets[ticket]
        return secret

    async def read(self, work: Any, *arguments: Any) -> Any:
        """Something of the database, by a function that gets the connection first."""

        def bound(database: Connection) -> Any:
            return work(database, *arguments)

        return await self.portal.store.read(bound)

    async def write(self, work: Any, *arguments: Any, **named: Any) -> Any:
        """A transaction, by a function that gets the connection first."""

        def bound(database: Connection) -> Any:
            return work(database, *arguments, **named)

        return await self.portal.store.write(bound)


def chosen(form: Mapping[str, str], prefix: str) -> list[str]:
    """The ticked boxes whose names begin with a prefix, without it."""
    return [name.removeprefix(prefix) for name in form if name.startswith(prefix)]


def number_of(text: str) -> int:
    """A whole number of a form or an address; 0 where it is none or none that a column holds."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
