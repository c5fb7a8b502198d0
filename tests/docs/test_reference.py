"""Guards of the reference pages: what the program has is on its page, and what a page names the program has."""

import re
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

from cordboard import settings
from cordboard.cli.main import COMMANDS, build_app

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "docs" / "reference"


def tables(struct: type[msgspec.Struct], path: str = "") -> dict[str, list[str]]:
    """Each table of the settings by its heading on the page, with its keys."""
    found: dict[str, list[str]] = {}
    for field in msgspec.structs.fields(struct):
        inner = [kind for kind in (field.type, *get_args(field.type)) if is_table(kind)]
        if not inner:
            found.setdefault(path, []).append(field.encode_name)
            continue
        several = inner[0] is not field.type and not path and "tuple" in str(field.type)
        name = f"{path.strip('[]')}.{field.name}" if path else field.name
        found |= tables(inner[0], f"[[{name}]]" if several else f"[{name}]")
    return found


def is_table(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def sections(page: str) -> dict[str, str]:
    """The text below each heading of the second level, by the code in the heading."""
    text = (REFERENCE / page).read_text(encoding="utf-8")
    return dict(re.findall(r"^## `([^`]+)`\n(.*?)(?=^## |\Z)", text, re.DOTALL | re.MULTILINE))


def rows(section: str) -> list[str]:
    """The first column of the section's table, without its head."""
    return re.findall(r"^\| `([^`]+)` \|", section, re.MULTILINE)


@pytest.mark.parametrize(("table", "keys"), tables(settings.Settings).items())
def test_every_setting_is_on_its_page_and_no_other(table: str, keys: list[str]) -> None:
    on_the_page = rows(sections("settings.md").get(table, ""))

    assert sorted(keys) == sorted(on_the_page)


def test_the_settings_page_has_no_table_that_is_none() -> None:
    assert sorted(tables(settings.Settings)) == sorted(sections("settings.md"))


def test_every_command_is_on_its_page() -> None:
    names = {f"cordboard {name}" for name in COMMANDS}

    assert names <= set(sections("commands.md"))


def with_parts(command: Any) -> list[Any]:
    """A command, or the commands below it: `webhook` has `add`, `list` and `remove`."""
    parts = [command[name] for name in command if not name.startswith("-")]
    return parts or [command]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_of_a_command_is_on_its_page(name: str) -> None:
    section = sections("commands.md")[f"cordboard {name}"]
    arguments = [
        argument for command in with_parts(build_app()[name]) for argument in command.assemble_argument_collection()
    ]
    # What stands without a dash has an index; what only our own demo uses is not shown.
    options = {argument.name for argument in arguments if argument.show and argument.index is None}

    missing = sorted(option for option in options if option not in section)

    assert not missing


def test_every_word_of_the_glossary_occurs_in_the_code() -> None:
    words = rows((REFERENCE / "glossary.md").read_text(encoding="utf-8"))
    code = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "src").rglob("*.py")).lower()

    unused = [word for word in words if not re.search(rf"\b{word}s?\b|_{word}|{word}_", code)]

    assert words
    assert not unused


def toml_blocks() -> list[tuple[str, str]]:
    """Every block of settings in the documents, with the page it stands on."""
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    return [
        (page.relative_to(ROOT).as_posix(), block)
        for page in pages
        for block in re.findall(r"^```toml\n(.*?)^```", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    ]


@pytest.mark.parametrize(("page", "block"), toml_blocks())
def test_the_settings_shown_in_documents_can_be_used(page: str, block: str, tmp_path: Path) -> None:
    file = tmp_path / "cordboard.toml"
    file.write_text(block, encoding="utf-8")

    loaded = settings.load(file, environ={})

    assert loaded != settings.Settings(), f"{page}: the block says nothing"
