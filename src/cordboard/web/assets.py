"""Assets: the files under /static, held in memory, each also compressed, and the icons drawn into pages.

In:   a path below `static/`. Out: an `Asset` (bytes, media type, compressed bytes), or None.
Surprise: addresses carry a stamp made of all files, so a browser may keep them for ever and a release changes them all.
"""

import gzip
import hashlib
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from markupsafe import Markup

STATIC = Path(__file__).parent / "static"
ICONS = STATIC / "npm" / "icons"

MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".woff2": "font/woff2",
}


@dataclass(frozen=True, slots=True)
class Asset:
    content: bytes
    media_type: str
    #: empty where compression would not help (fonts are compressed already)
    compressed: bytes


@cache
def assets() -> dict[str, Asset]:
    """Every file below static/, by its path there."""
    found = {path.relative_to(STATIC).as_posix(): path for path in sorted(STATIC.rglob("*")) if path.is_file()}
    return {name: load(path) for name, path in found.items() if path.suffix in MEDIA_TYPES}


def load(path: Path) -> Asset:
    content = path.read_bytes()
    compressed = b"" if path.suffix == ".woff2" else gzip.compress(content, 6, mtime=0)
    return Asset(content, MEDIA_TYPES[path.suffix], compressed)


@cache
def stamp() -> str:
    """Short name of this set of files."""
    digest = hashlib.sha256()
    for name, asset in assets().items():
        digest.update(name.encode() + b"\0" + asset.content)
    return digest.hexdigest()[:10]


def asset_url(path: str) -> str:
    """The address of a file below static/; a name that does not exist is a mistake in a template."""
    if path not in assets():
        raise LookupError(f"There is no static file {path!r}; if it comes from npm, build the package again.")
    return f"/static/{stamp()}/{path}"


@cache
def icon(name: str) -> Markup:
    """A lucide icon as inline SVG in the size of the text beside it; screen readers skip it."""
    path = ICONS / f"{name}.svg"
    if not path.exists():
        raise LookupError(f"There is no icon {name!r}: name it in assets/icons.txt and build the package again.")
    drawing = re.sub(r"<!--.*?-->", "", path.read_text(encoding="utf-8"), flags=re.S)
    drawing = re.sub(r"\s+", " ", drawing).strip()
    opening = r'<svg class="icon" viewBox="\1" aria-hidden="true">'
    drawing = re.sub(r'<svg [^>]*?viewBox="([^"]+)"[^>]*>', opening, drawing)
    return Markup(drawing)  # noqa: S704 - a file of the package, not input
