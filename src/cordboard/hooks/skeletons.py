"""Skeletons: a beginning of a customization in each language.

In:   the folder of customizations, the point, the language. Out: the path of the file that was written.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal, NamedTuple

import msgspec

from cordboard.hooks.specs import Point

Language = Literal["python", "php", "node", "shell"]

TEMPLATES = Path(__file__).parent / "templates"


class Kind(NamedTuple):
    """How a language's file is made."""

    template: str
    suffix: str
    is_program: bool = True


LANGUAGES: dict[Language, Kind] = {
    "python": Kind("worker.py.txt", ".py"),
    "php": Kind("file.php.txt", ".php", is_program=False),
    "node": Kind("worker.js.txt", ".js"),
    "shell": Kind("worker.sh.txt", ".sh"),
}


def skeleton(point: Point, kind: Kind) -> str:
    """The text of a customization that changes nothing yet."""
    keys = ", ".join(field.encode_name for field in msgspec.structs.fields(point.payload))
    template = (TEMPLATES / kind.template).read_text(encoding="utf-8")
    return template.format(point=point.name, moment=point.moment, keys=keys)


def write_skeleton(folder: Path, point: Point, kind: Kind) -> Path:
    """Write it; raises FileExistsError where there is such a file, and OSError where it cannot be written."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{point.name}{kind.suffix}"
    with path.open("x", encoding="utf-8") as file:
        file.write(skeleton(point, kind))
    if kind.is_program:
        path.chmod(0o755)
    return path
