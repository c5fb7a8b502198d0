"""Build hooks: the npm assets of the pages, and the dependencies as named in requirements.in.

The pages' script, fonts and icons come from npm, pinned by assets/package-lock.json, and are never committed: the
build runs ``npm ci`` and copies the files named below into the package.
A copy of the lock and of this list beside them says what they were made of; unchanged, npm is not asked at all.
That is also how a wheel is built from the source archive without Node: the archive carries the copies and their stamp.
"""

import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.metadata.plugin.interface import MetadataHookInterface

ROOT = Path(__file__).parent
ASSETS = ROOT / "assets"
TARGET = ROOT / "src/cordboard/web/static/npm"
STAMP = TARGET / "made-of.txt"

#: npm file → its name in the package
FILES = {
    "htmx.org/dist/htmx.min.js": "htmx.js",
    "htmx.org/dist/ext/hx-ws.min.js": "hx-ws.js",
    "htmx.org/LICENSE": "htmx.LICENSE.txt",
    "@fontsource-variable/inter/files/inter-latin-wght-normal.woff2": "inter-latin.woff2",
    "@fontsource-variable/inter/files/inter-latin-ext-wght-normal.woff2": "inter-latin-ext.woff2",
    "@fontsource-variable/inter/files/inter-cyrillic-wght-normal.woff2": "inter-cyrillic.woff2",
    "@fontsource-variable/inter/files/inter-cyrillic-ext-wght-normal.woff2": "inter-cyrillic-ext.woff2",
    "@fontsource-variable/inter/LICENSE": "inter.LICENSE.txt",
    "lucide-static/LICENSE": "lucide.LICENSE.txt",
}


class Dependencies(MetadataHookInterface):
    PLUGIN_NAME = "custom"

    def update(self, metadata: dict[str, Any]) -> None:
        """One list of dependencies: requirements.in, from which the pinned files are compiled too."""
        lines = (ROOT / "requirements.in").read_text(encoding="utf-8").splitlines()
        metadata["dependencies"] = [line for line in lines if line and not line.startswith("#")]


class Assets(BuildHookInterface):
    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Brings static/npm up to date with the lock; does nothing when it is."""
        wanted = made_of()
        if STAMP.exists() and STAMP.read_text(encoding="utf-8") == wanted:
            return
        run_npm()
        copy_files()
        STAMP.write_text(wanted, encoding="utf-8")


def icons() -> list[str]:
    return (ASSETS / "icons.txt").read_text(encoding="utf-8").split()


def made_of() -> str:
    """What the copied files depend on: the lock, the icons and the list above."""
    lock = (ASSETS / "package-lock.json").read_text(encoding="utf-8")
    return "\n".join([*(f"{source} → {name}" for source, name in FILES.items()), *icons(), lock])


def run_npm() -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise SystemExit("The pages' assets come from npm, which is missing here: install Node.js, then build again.")
    done = subprocess.run([npm, "ci"], cwd=ASSETS, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise SystemExit(f"`npm ci` in assets/ failed:\n{done.stderr.strip()}")


def copy_files() -> None:
    modules = ASSETS / "node_modules"
    shutil.rmtree(TARGET, ignore_errors=True)
    (TARGET / "icons").mkdir(parents=True)
    for source, name in FILES.items():
        shutil.copyfile(modules / source, TARGET / name)
    for icon in icons():
        shutil.copyfile(modules / "lucide-static/icons" / f"{icon}.svg", TARGET / "icons" / f"{icon}.svg")
