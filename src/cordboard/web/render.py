"""Render: a template and a viewer become HTML.

In:   the name of a template in `templates/` or `components/`, the viewer, and the template's own values.
Out:  HTML; every value is escaped by the engine, an undefined one is an error.
Surprise: there is one engine per language, since a template's words are bound when it is compiled.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from cordboard.web.assets import asset_url, icon
from cordboard.web.formats import Formats
from cordboard.web.words import LANGUAGES, translations

HERE = Path(__file__).parent
UTC = ZoneInfo("UTC")


@dataclass(frozen=True, slots=True)
class Viewer:
    """The person a page is drawn for; user 0 has not signed in."""

    user_id: int = 0
    name: str = ""
    initials: str = ""
    extension: str = ""
    is_admin: bool = False
    language: str = "en"
    zone: ZoneInfo = UTC
    #: "", "light" or "dark"; empty follows the system
    theme: str = ""
    #: "" or "narrow"
    menu: str = ""
    #: goes with every form, against requests forged by other sites
    form_token: str = ""


@cache
def engine(language: str) -> Environment:
    """The template engine of one language."""
    environment = Environment(
        loader=FileSystemLoader([HERE / "templates", HERE / "components"]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
        # templates change with the program only; a look at the file's time for each of a card's parts delays the card
        auto_reload=False,
    )
    words = translations(language)
    environment.install_gettext_translations(words, newstyle=True)  # pyright: ignore
    # `_` takes what it translates for markup of ours: what people may have named themselves goes through `named`
    known: dict[str, Any] = {"icon": icon, "static": asset_url, "languages": LANGUAGES, "named": words.gettext}
    environment.globals.update(known)
    return environment


def render(template: str, viewer: Viewer, now: int, **values: Any) -> str:
    """The HTML of a page or component as this viewer sees it; `now` in microseconds since the epoch."""
    formats = Formats(viewer.language, viewer.zone, now)
    return engine(viewer.language).get_template(template).render(viewer=viewer, fmt=formats, now=now, **values)
