"""One open tab: who looks at which page, what it shows, and what it has not been told yet."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cordboard.portal.changes import Change
from cordboard.portal.views.call_facts import CallView
from cordboard.web.render import Viewer

#: `{"target", "swap", "content"}` replaces, adds or removes one region; `{"signal", …}` is no HTML
Message = dict[str, Any]


@dataclass(eq=False)
class OpenPage:
    """One tab of one user."""

    viewer: Viewer
    secret_hash: str
    #: the page's address, with its query
    path: str
    version: str = ""
    #: cards as this tab shows them, by call id
    cards: dict[str, CallView] = field(default_factory=dict[str, CallView])
    #: what the regions of this tab were drawn as last, by element id (see `parts.Regions`)
    drawn: dict[str, int] = field(default_factory=dict[str, int])
    #: the clients that the page names, by kind and id
    named: set[tuple[str, int]] = field(default_factory=set[tuple[str, int]])
    pending: list[Change] = field(default_factory=list[Change])
    #: the hub has looked at this page at least once
    greeted: bool = False
    #: everything is to be sent, since nobody knows what the tab missed
    stale: bool = False
    #: whether the user may still look must be read first
    doubted: bool = False
    something: asyncio.Event = field(default_factory=asyncio.Event)
    signed_out: asyncio.Event = field(default_factory=asyncio.Event)

    @cached_property
    def place(self) -> str:
        """The address without its query."""
        return urlsplit(self.path).path

    @cached_property
    def query(self) -> dict[str, str]:
        """The last value of each parameter of the address."""
        return {name: values[-1] for name, values in parse_qs(urlsplit(self.path).query).items()}

    def doubt(self) -> None:
        """Have the session looked at again before anything more is told."""
        self.doubted = True
        self.something.set()
