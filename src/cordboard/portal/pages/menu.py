"""The main menu: one entry per screen, in the order of the day.

In:   who looks. Out: the entries that viewer has, each with its word in English (the key of the catalogue).
A new screen adds a line here; `section` is what its page calls itself, so that its entry is lit.
"""

from dataclasses import dataclass

from cordboard.web.render import Viewer


def N_(text: str) -> str:
    return text


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the menu."""

    section: str
    address: str
    picture: str
    word: str
    #: stands in the bar of a telephone; the rest is behind "More"
    first: bool = False
    #: a heading above it, the key of the catalogue
    group: str = ""
    #: a little space above it
    apart: bool = False
    #: only for administrators
    admin: bool = False
    #: key for the way there with the keyboard: `g` and this letter
    key: str = ""


ENTRIES = (
    Entry("calls", "/calls", "phone-call", N_("Calls"), first=True, key="c"),
    Entry("missed", "/missed", "phone-missed", N_("Missed calls"), first=True, key="m"),
    Entry("contacts", "/contacts", "contact-round", N_("Contacts"), first=True, group=N_("Clients"), key="k"),
    Entry("companies", "/companies", "building-2", N_("Companies")),
    Entry("leads", "/leads", "sparkles", N_("Leads"), key="l"),
    Entry("deals", "/deals", "handshake", N_("Deals"), key="d"),
    Entry("tasks", "/tasks", "square-check", N_("Tasks"), apart=True, key="t"),
    Entry("admin", "/admin", "settings", N_("Administration"), apart=True, admin=True, key="a"),
)


def menu_of(viewer: Viewer) -> list[Entry]:
    """The entries of the menu for this viewer."""
    return [entry for entry in ENTRIES if viewer.is_admin or not entry.admin]
