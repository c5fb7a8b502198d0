"""Portal: the running CRM without its wires: store, switches, live calls, and who wants to hear of changes.

In:   an open store, the `[portal]` settings, a clock. Out: one object that every method and page is given.
The surprise: `publish` is called after the commit, on the event loop, so a subscriber may read the new state at once.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, Self

import structlog

from cordboard.portal.changes import Change, FaultsChanged
from cordboard.portal.files import files_folder
from cordboard.portal.keys import secret_hash
from cordboard.portal.live import LiveCalls
from cordboard.portal.measures import PortalMeasures
from cordboard.portal.rest.faults import Faults
from cordboard.portal.rest.request_log import RequestLog
from cordboard.portal.switches import checked, read_switches, write_switch
from cordboard.settings import Portal as PortalSettings
from cordboard.store import Store
from cordboard.web.words import translations

__all__ = ["MIGRATIONS", "Portal", "system_clock"]

MIGRATIONS = "cordboard.portal.migrations"
#: seconds a one-time link works
LINK_LIFE = 600

_log = structlog.get_logger("cordboard.portal")

Subscriber = Callable[[Change], None]


def system_clock() -> datetime:
    """Now, with the offset of the machine: the server time of the wire."""
    return datetime.now().astimezone()


class Portal:
    """The CRM behind `/rest` and the pages."""

    def __init__(
        self, store: Store, settings: PortalSettings | None = None, clock: Callable[[], datetime] = system_clock
    ) -> None:
        self.store = store
        self.settings = settings or PortalSettings()
        self.clock = clock
        #: where it is served: begins addresses that are handed out without a request
        self.url = self.settings.public_url or ""
        #: set by whoever wrote an event that must go out at once and published no change
        self.events_waiting = asyncio.Event()
        self.live = LiveCalls()
        self.measures = PortalMeasures()
        self.faults = Faults(lambda: self.publish(FaultsChanged()))
        self.requests = RequestLog()
        self._subscribers: list[Subscriber] = []
        self._switches: dict[str, Any] = store.read_sync(read_switches)
        self._links: dict[str, tuple[int, float]] = {}

    @classmethod
    def open(
        cls, settings: PortalSettings | None = None, clock: Callable[[], datetime] = system_clock, *, db: str = ""
    ) -> Self:
        """Open the database of the settings (or `db`) and become its owner."""
        settings = settings or PortalSettings()
        return cls(Store.open(db or settings.db, migrations=MIGRATIONS), settings, clock)

    @property
    def files(self) -> Path:
        """The folder of recordings."""
        return Path(self.settings.files) if self.settings.files else files_folder(self.store.engines.url)

    def subscribe(self, callback: Subscriber) -> Callable[[], None]:
        """Hear of every change from now on; the answer ends it."""
        self._subscribers.append(callback)
        return lambda: self._subscribers.remove(callback)

    def publish(self, *changes: Change) -> None:
        """Tell what was committed; a subscriber that fails does not hurt the others or the request."""
        for change in changes:
            for callback in tuple(self._subscribers):
                try:
                    callback(change)
                except Exception:
                    _log.exception("a subscriber failed", change=type(change).__name__)

    def say(self, text: str) -> str:
        """A text of the catalogues in the portal's own language: what calls write into the CRM."""
        return translations(self.settings.language).gettext(text)

    def switch(self, name: str) -> Any:
        """A switch of the portal as it stands."""
        return self._switches[name] if name in self._switches else getattr(self.settings.switches, name)

    async def set_switch(self, name: str, value: object) -> None:
        """Change a switch, durably; raises `SwitchRefused` for a value that makes no sense."""
        kept = checked(name, value)
        await self.store.write(lambda connection: write_switch(connection, name, kept))
        self._switches[name] = kept

    def one_time_link(self, user_id: int) -> str:
        """A token that signs this user in once within ten minutes (`/login/once/<token>`)."""
        token = secrets.token_urlsafe(32)
        self._links[secret_hash(token)] = (user_id, self.clock().timestamp() + LINK_LIFE)
        return token

    def take_one_time_link(self, token: str) -> int | None:
        """The user of a token; it is used up by this."""
        user_id, until = self._links.pop(secret_hash(token), (None, 0.0))
        return user_id if until > self.clock().timestamp() else None

    async def close(self) -> None:
        """Finish what was handed over and give the database back."""
        await self.store.close()
