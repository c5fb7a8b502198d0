"""Guards of the documents: links lead somewhere, sentences have their lines, notes have their form."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted(
    path
    for pattern in ("*.md", "docs/**/*.md", "changes/*.md", "src/**/*.md", "tests/**/*.md")
    for path in ROOT.glob(pattern)
    if not {"node_modules", "npm"} & set(path.parts)
)
CHANGE_NAME = re.compile(r"^[a-z0-9-]+\.(added|changed|fixed|removed|security)\.md$")
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
# A full stop or question mark, then a capital letter: the second sentence of a line.
TWO_SENTENCES = re.compile(r"[a-zа-я)\"'`][.?!] +[A-ZА-Я][a-zа-я]+ ")


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def prose(text: str) -> list[tuple[int, str]]:
    """Numbered lines outside code blocks."""
    lines: list[tuple[int, str]] = []
    inside = False
    for number, line in enumerate(text.splitlines(), 1):
        if line.lstrip().startswith("```"):
            inside = not inside
        elif not inside:
            lines.append((number, line))
    return lines


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_every_link_leads_to_a_file_and_a_heading(path: Path) -> None:
    broken: list[str] = []

    for number, line in prose(path.read_text(encoding="utf-8")):
        for target in LINK.findall(line):
            if target.startswith(("https:", "http:", "mailto:")):
                continue
            file, _, anchor = target.partition("#")
            there = (path.parent / file).resolve() if file else path
            if not there.exists() or (anchor and anchor not in anchors(there)):
                broken.append(f"{name_of(path)}:{number}: {target}")

    assert not broken


def anchors(path: Path) -> set[str]:
    """The headings of a page as links name them."""
    headings = [line.lstrip("#").strip() for _, line in prose(path.read_text(encoding="utf-8")) if line.startswith("#")]
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_every_sentence_has_a_line_of_its_own(path: Path) -> None:
    """Tables, lists and quoted code may say two things in a line; running text may not."""
    crowded = [
        f"{name_of(path)}:{number}: {line}"
        for number, line in prose(path.read_text(encoding="utf-8"))
        if line[:1].isalpha() and TWO_SENTENCES.search(re.sub(r"`[^`]*`", "code", line))
    ]

    assert not crowded


def test_every_change_note_is_named_by_its_kind_and_short() -> None:
    notes = [path for path in (ROOT / "changes").iterdir() if path.name != "README.md"]

    wrong = [path.name for path in notes if not CHANGE_NAME.match(path.name)]
    long = [path.name for path in notes if len(path.read_text(encoding="utf-8").strip().splitlines()) > 2]

    assert notes
    assert not wrong
    assert not long


def test_every_document_can_be_reached_from_the_readme() -> None:
    seen: set[Path] = set()
    waiting = [ROOT / "README.md"]
    while waiting:
        path = waiting.pop()
        if path in seen or path.suffix != ".md" or not path.exists():
            continue
        seen.add(path)
        targets = [target.partition("#")[0] for target in LINK.findall(path.read_text(encoding="utf-8"))]
        waiting += [(path.parent / target).resolve() for target in targets if target and "://" not in target]

    unreachable = [name_of(path) for path in (ROOT / "docs").rglob("*.md") if path not in seen]

    assert not unreachable
