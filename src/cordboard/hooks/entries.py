"""Entries: the customizations that the settings and the folder name, ready to be asked.

In:   `[hooks]`, every `[[hook]]`, the files of the folder. Out: `Customizations`, with what is wrong in words.

Nothing is started here: a program starts with its first question. What cannot be used is told and does not keep the
telephones waiting: a function that cannot be loaded fails each time it is asked.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from importlib.metadata import entry_points
from pathlib import Path

from cordboard.hooks.chain import Customizations, Entry, Runner
from cordboard.hooks.folder import look_into
from cordboard.hooks.functions import Function, load_function
from cordboard.hooks.process import Command, RunFailed
from cordboard.hooks.programs import Program, Question, Reply
from cordboard.hooks.specs import POINTS, Point, unknown_point
from cordboard.settings import Hook, Hooks, Settings

WRAPPER = Path(__file__).parent / "php" / "wrapper.php"
#: entry points of installed packages; each is named after its point
GROUP = "cordboard.hooks"


class Broken:
    """A customization that cannot be asked; says so each time."""

    def __init__(self, reason: str) -> None:
        self.reason = reason

    async def ask(self, question: Question, limit: float) -> Reply:
        raise RunFailed(self.reason)

    async def close(self) -> None:
        """Nothing to close."""


def customizations_of(settings: Settings) -> Customizations:
    """Everything that is to be asked under these settings."""
    return Builder(settings.hooks).build(settings.hook)


class Builder:
    """Puts entries together, and keeps in words what it cannot use."""

    def __init__(self, hooks: Hooks) -> None:
        self.hooks = hooks
        self.folder = Path(hooks.folder)
        self.troubles: list[str] = []

    def build(self, tables: tuple[Hook, ...]) -> Customizations:
        self.troubles += [f"hooks.off: {unknown_point(name)}" for name in self.hooks.off if name not in POINTS]
        if not self.hooks.enabled:
            return Customizations(troubles=self.troubles)
        entries = [*self.of_tables(tables), *self.of_folder(), *self.of_packages()]
        return Customizations((entry for entry in entries if entry.point.name not in self.hooks.off), self.troubles)

    def of_tables(self, tables: tuple[Hook, ...]) -> Iterator[Entry]:
        for number, hook in enumerate(tables):
            for name in (hook.point,) if isinstance(hook.point, str) else hook.point:
                if name not in POINTS:
                    self.troubles.append(f"hook[{number}].point: {unknown_point(name)}")
                elif hook.enabled:
                    yield self.entry(f"hook[{number}] {label_of(hook)}", POINTS[name], hook)

    def of_folder(self) -> Iterator[Entry]:
        folder = look_into(self.folder)
        self.troubles += folder.troubles
        for found in folder.found:
            path = str(found.path)
            hook = Hook(point=found.point, php=path) if found.is_php else Hook(point=found.point, run=(path,))
            yield self.entry(found.path.name, POINTS[found.point], hook)

    def of_packages(self) -> Iterator[Entry]:
        for found in entry_points(group=GROUP):
            if found.name not in POINTS:
                self.troubles.append(f"package {found.value}: {unknown_point(found.name)}")
                continue
            hook = Hook(point=found.name, python=found.value)
            yield self.entry(f"package {found.value}", POINTS[found.name], hook)

    def entry(self, name: str, point: Point, hook: Hook) -> Entry:
        timeout = hook.timeout if hook.timeout is not None else self.hooks.timeout
        return Entry(name, point, self.runner(name, point, hook), hook.crm, hook.order, timeout)

    # --- what is asked ---------------------------------------------------------------------------------------------

    def runner(self, name: str, point: Point, hook: Hook) -> Runner:
        try:
            if hook.python is not None:
                return Function(load_function(hook.python, self.folder))
            words = self.php(hook.php) if hook.php is not None else self.program(hook.run)
        except RunFailed as failure:
            self.troubles.append(f"{name}: {failure}")
            return Broken(str(failure))
        cwd = Path(words[-1] if hook.php is not None else words[0]).parent
        command = Command(words, cwd, self.environ(point, hook), self.hooks.memory_mb, self.hooks.user)
        return Program(command, workers=hook.workers)

    def program(self, run: tuple[str, ...]) -> tuple[str, ...]:
        """The words of a program, the first one as a whole path."""
        beside = self.folder / run[0]
        found = str(beside) if beside.is_file() else shutil.which(run[0])
        if found is None:
            raise RunFailed(f"there is no program {run[0]}")
        return (str(Path(found).absolute()), *run[1:])

    def php(self, file: str) -> tuple[str, ...]:
        """The words that run a PHP file of the documented form."""
        interpreter = shutil.which("php")
        if interpreter is None:
            raise RunFailed("there is no program php; Debian has it in php-cli")
        path = (self.folder / file).absolute()
        if not path.is_file():
            raise RunFailed(f"there is no file {path}")
        options = ("-d", "display_errors=stderr", "-d", "log_errors=0", "-d", f"memory_limit={self.hooks.memory_mb}M")
        return (interpreter, *options, str(WRAPPER), str(path))

    def environ(self, point: Point, hook: Hook) -> dict[str, str]:
        """The environment of a program: nothing of ours, above all no secret."""
        environ = {
            "PATH": os.environ.get("PATH", os.defpath),
            "LANG": "C.UTF-8",
            "HOME": empty_home(),
            "CORDBOARD_POINT": point.name,
        }
        if "TZ" in os.environ:
            environ["TZ"] = os.environ["TZ"]
        return environ | hook.env


_home: tempfile.TemporaryDirectory[str] | None = None


def empty_home() -> str:
    """An empty folder, the same for every program of this process, gone at its end."""
    global _home
    if _home is None:
        _home = tempfile.TemporaryDirectory(prefix="cordboard-home-", ignore_cleanup_errors=True)
        # any account may look into it, nobody but us may write
        Path(_home.name).chmod(0o755)
    return _home.name


def label_of(hook: Hook) -> str:
    """What a table runs, in a word or two."""
    if hook.python is not None:
        return hook.python
    return Path(hook.php or hook.run[0]).name
