"""Words: which languages there are, and a text in one of them.

In:   a language code, and the English text, which is the key of every catalogue.
Out:  the text of that language; English where a catalogue has a gap.
A language has a folder of catalogues, one for each part of the screens (`cordboard.po`: the frame and what all share).
Surprise: catalogues are read from their `.po` files at the first use and compiled in memory, so no build step can be
          forgotten and no compiled file goes stale.
"""

from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

LOCALE = Path(__file__).parent / "locale"

#: code → its own name, in the order of the menu
LANGUAGES = {"en": "English", "ru": "Русский"}


@cache
def translations(language: str) -> NullTranslations:
    """The catalogue of a language; for English, or one we do not have, the one that gives every text back."""
    paths = catalogues(language) if language in LANGUAGES else []
    if not paths:
        return NullTranslations()
    whole = Catalog(language)
    for path in paths:
        with path.open("rb") as source:
            for entry in read_po(source, locale=language):
                whole.add(entry.id, entry.string, flags=entry.flags)
    compiled = BytesIO()
    write_mo(compiled, whole)
    compiled.seek(0)
    return Translations(compiled)


def catalogues(language: str) -> list[Path]:
    """The files of a language's texts."""
    return sorted((LOCALE / language / "LC_MESSAGES").glob("*.po"))


def preferred_language(accepted: str) -> str:
    """The first of our languages in an `Accept-Language` header, else English."""
    for part in accepted.split(","):
        code = part.split(";")[0].strip().lower().split("-")[0]
        if code in LANGUAGES:
            return code
    return "en"
