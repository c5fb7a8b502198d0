"""Folder: customizations that need no table in the settings, named after their point.

In:   a folder. Out: the files in it that are customizations, and in words what is wrong with the others.

`<point>.php` is a file of the documented form; an executable `<point>` or `<point>.*` is a program. What lies in a
subfolder is not looked at, so a customization may keep its own files there.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from cordboard.hooks.specs import POINTS, unknown_point

#: left behind by editors and package managers
LEFTOVERS = (".bak", ".swp", ".orig", ".rej", ".tmp", ".dpkg-old", ".dpkg-dist", ".dpkg-new")


@dataclass(frozen=True, slots=True)
class Found:
    """One file that is a customization."""

    point: str
    path: Path

    @property
    def is_php(self) -> bool:
        return self.path.suffix == ".php"


@dataclass(slots=True)
class Folder:
    """What a folder holds."""

    found: list[Found] = field(default_factory=list[Found])
    troubles: list[str] = field(default_factory=list[str])


def look_into(path: Path) -> Folder:
    """Everything in the folder, by name; one that is not there holds nothing."""
    folder = Folder()
    try:
        files = sorted(file for file in path.iterdir() if file.is_file())
    except FileNotFoundError:
        return folder
    except OSError as error:
        folder.troubles.append(f"{path}: cannot be read: {error.strerror}")
        return folder
    for file in files:
        if file.name.startswith((".", "#")) or file.name.endswith(("~", *LEFTOVERS)):
            continue
        look_at(file, folder)
    return folder


def look_at(file: Path, folder: Folder) -> None:
    point = file.name.partition(".")[0]
    can_run = os.access(file, os.X_OK)
    if point in POINTS:
        if can_run or file.suffix == ".php":
            folder.found.append(Found(point, file))
        else:
            folder.troubles.append(f"{file}: is not executable; chmod +x makes it a customization")
    elif can_run or file.suffix == ".php":
        folder.troubles.append(f"{file}: {unknown_point(point)}")
