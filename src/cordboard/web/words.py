"""Words: which languages there are, and a text in one of them.

In:   a language code, and the English text, which is the key of every catalogue.
Out:  the text of that language; English where a catalogue has a gap.
A language has a folder of catalogues, one for each part of the screens (`cordboard.po`: the frame and what all share).
Surprise: catalogues are read from their `.po` files at the first use and compiled in memory, so no build step can be
          forgotten and no compiled file goes stale.
"""

import re
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
#: no language: English with longer words in strange letters, to see what does not fit and what is not translated
PSEUDO = "xx"


@cache
def translations(language: str) -> NullTranslations:
    """The catalogue of a language; for English, or one we do not have, the one that gives every text back."""
    if language == PSEUDO:
        return Stretched()
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


class Stretched(NullTranslations):
    """Texts of the pseudo-language: `Calls` becomes `[Çåłłš~~]`; what stands for a value stays."""

    def gettext(self, message: str) -> str:
        return stretch(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return stretch(msgid1 if n == 1 else msgid2)


def stretch(text: str) -> str:
    """A text two fifths longer, in letters that nobody overlooks."""
    parts = re.split(r"(%\(\w+\)s|%[sd])", text)
    strange = "".join(part if place % 2 else part.translate(STRANGE) for place, part in enumerate(parts))
    return f"[{strange}{'~' * (len(text) * 2 // 5 + 1)}]"


STRANGE = str.maketrans("aceiosunlCSEOA", "åçéîøšüñłÇŠÉØÅ")


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
