"""Places: only files in folders that the settings name are ever read, whatever a row or a customization says.

In:   a name as the exchange or a customization wrote it. Out: a real path inside one of the folders, or None.

A path is judged after links are followed, so neither `..` nor a symbolic link leads out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

#: what a portal can take, and what it can be made from
AUDIO = (".wav", ".mp3")


class Places:
    """The folders of recordings, and our own folder for what was joined or converted."""

    def __init__(self, folders: Iterable[str], spool: Path) -> None:
        self.folders = tuple(Path(folder) for folder in folders)
        self.spool = spool

    def allowed(self, path: Path) -> Path | None:
        """The real path of a regular audio file inside a folder; None for anything else."""
        try:
            real = path.resolve(strict=True)
            if (
                real.suffix.lower() in AUDIO
                and real.is_file()
                and any(real.is_relative_to(folder) for folder in self._real_folders())
            ):
                return real
        except (OSError, ValueError, RuntimeError):
            # ValueError: a zero byte in the name; RuntimeError: links in a circle
            pass
        return None

    def _real_folders(self) -> Iterator[Path]:
        for folder in (*self.folders, self.spool):
            try:
                yield folder.resolve(strict=True)
            except OSError:
                continue

    def named(self, name: str) -> Path | None:
        """The file of a name, absolute or below a folder; also with the other audio suffix, as after a conversion.

        The exchange may be another machine whose folder is mounted elsewhere here: then the end of its path counts.
        """
        parts, is_absolute = Path(name).parts, name.startswith("/")
        ends = [Path(*parts[first:]) for first in range(1, len(parts))] if is_absolute else [Path(name)]
        starts = [Path(name)] if is_absolute else []
        for start in (*starts, *(folder / end for end in ends for folder in self.folders)):
            for path in (start, *(start.with_suffix(suffix) for suffix in AUDIO if start.name)):
                if (found := self.allowed(path)) is not None:
                    return found
        return None

    def matching(self, pattern: str) -> Path | None:
        """The newest file below a folder that fits a pattern with `*`."""
        found: list[Path] = []
        for folder in self.folders:
            try:
                hits = [self.allowed(path) for path in folder.glob(pattern)]
            except (OSError, ValueError, NotImplementedError):
                continue
            found += [path for path in hits if path is not None]
        return max(found, key=lambda path: path.stat().st_mtime, default=None)
