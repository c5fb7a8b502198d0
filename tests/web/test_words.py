"""The languages of the pages: complete, and with each language's own plurals."""

from collections import Counter
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.pofile import read_po

import cordboard
from cordboard.web.words import catalogues, preferred_language, translations

PACKAGE = Path(cordboard.__file__).parent
KEYWORDS = {**DEFAULT_KEYWORDS, "N_": None, "say": None}


def test_no_text_stands_in_two_catalogues_and_none_is_empty_or_doubtful():
    entries = [entry for path in catalogues("ru") for entry in read_po(path.open("rb"), locale="ru") if entry.id]

    found = Counter(entry.id if isinstance(entry.id, str) else entry.id[0] for entry in entries)

    assert [] == [text for text, count in found.items() if count > 1]
    assert [] == [entry.id for entry in entries if entry.fuzzy or not entry.string or not all(entry.string)]


def test_every_text_of_the_pages_has_a_russian_one():
    known = translations("ru")._catalog

    missing = [text for text in texts() if (text if isinstance(text, str) else (text[0], 0)) not in known]

    assert [] == missing


def test_the_russian_catalogue_has_no_text_that_no_page_shows():
    shown = {text if isinstance(text, str) else text[0] for text in texts()}

    left_over = {key if isinstance(key, str) else key[0] for key in translations("ru")._catalog if key} - shown

    assert set() == left_over


@pytest.mark.parametrize(
    ("count", "words"), [(1, "ещё 1 звонок"), (2, "ещё 2 звонка"), (5, "ещё 5 звонков"), (21, "ещё 21 звонок")]
)
def test_a_count_takes_the_plural_of_its_language(count: int, words: str):
    say = translations("ru").ngettext

    assert words == say("%(num)s more call", "%(num)s more calls", count) % {"num": count}


@pytest.mark.parametrize(
    ("accepted", "language"),
    [("ru-RU,ru;q=0.9,en;q=0.8", "ru"), ("de-DE,de;q=0.9", "en"), ("en-GB", "en"), ("", "en"), ("de, ru;q=0.5", "ru")],
)
def test_a_stranger_is_addressed_in_the_first_language_we_have(accepted: str, language: str):
    assert language == preferred_language(accepted)


def texts() -> set[str | tuple[str, ...]]:
    """Every text of the pages, taken from templates and code as `pybabel extract` would."""
    found: set[str | tuple[str, ...]] = set()
    for path in [*PACKAGE.glob("web/templates/*.html"), *PACKAGE.glob("web/components/*.html")]:
        found |= texts_of(path, "jinja2.ext:babel_extract")
    for folder in (
        "web",
        "portal/pages",
        "portal/views",
        "portal/push",
        "portal/crm",
        "portal/telephony",
        "portal/api",
        "portal/administration",
    ):
        for path in PACKAGE.glob(f"{folder}/**/*.py"):
            found |= texts_of(path, "python")
    return found


def texts_of(path: Path, method: str) -> set[str | tuple[str, ...]]:
    source = BytesIO(path.read_bytes())
    return {message for _, message, _, _ in extract(method, source, keywords=KEYWORDS) if message}
