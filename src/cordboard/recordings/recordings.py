"""Recordings: what the delivery asks about a call's recording.

In:   `FindRecording` and `MakeRecording`; a path that shall be read or served.
Out:  one file, of the wanted format, with a link where the CRM fetches it; never a file outside the folders.

What was joined or converted waits in a folder of our own beside the database, and goes when its link has expired.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from pathlib import Path

import structlog

from cordboard.flow.after_finish import FindRecording, Found, Made, MakeRecording, Missing
from cordboard.recordings.audio import CannotConvert, join, to_mp3
from cordboard.recordings.finding import Finder
from cordboard.recordings.links import DAY, Links, key_in
from cordboard.recordings.places import Places
from cordboard.settings import Records

log = structlog.get_logger(__name__)

#: seconds between looks at what may go
CLEANING = 3600.0
#: days a file without a link is kept, in which a portal may be away
FEWEST_DAYS = 2


class Recordings:
    """The recordings of all PBXs on this machine."""

    def __init__(self, settings: Records, spool: Path, base_url: str, clock: Callable[[], int]) -> None:
        self.settings = settings
        self.places = Places(settings.folders, spool)
        self._finder = Finder(self.places, settings.template, clock)
        self._clock = clock
        self._links = Links(key_in(spool), base_url, settings.link_days) if settings.folders else None

    async def find(self, call: FindRecording) -> Found | Missing:
        """One file of everything that was recorded of a call."""
        search = await self._finder.find(call)
        words = "; ".join(search.missing)
        if not search.paths:
            log.warning("a recording was not found", linkedid=call.linkedid, reason=words)
            return Missing(words)
        if len(search.paths) == 1:
            return Found(str(search.paths[0]), words)
        target = self._own(f"{call.linkedid}-joined{search.paths[0].suffix.lower()}", *search.paths)
        try:
            await asyncio.to_thread(join, search.paths, target)
        except (CannotConvert, OSError) as error:
            longest = max(search.paths, key=lambda path: path.stat().st_size)
            log.warning("the parts of a recording cannot be joined", linkedid=call.linkedid, reason=str(error))
            return Found(str(longest), f"only the longest part: {error}")
        return Found(str(target), words)

    async def make(self, question: MakeRecording) -> Made | Missing:
        """The file as it is sent."""
        path = self.places.allowed(Path(question.path))
        if path is None:
            return Missing(f"{Path(question.path).name} is no file in the folders of recordings")
        if self.settings.format == "mp3" and path.suffix.lower() == ".wav":
            target = self._own(f"{path.stem}.mp3", path)
            try:
                await asyncio.to_thread(to_mp3, path, target)
                path = target
            except (CannotConvert, OSError) as error:
                # also a full disk: better so than not at all
                log.warning("a recording is sent as it is", file=path.name, reason=str(error))
        name = f"{path.stem}{path.suffix.lower()}"
        return Made(str(path), name, self._link(path, name))

    def _own(self, name: str, *sources: Path) -> Path:
        """A place for a file of ours; the same sources have the same place."""
        mark = hashlib.sha256("\0".join(map(str, sources)).encode()).hexdigest()[:16]
        return self.places.spool / mark / name

    def _link(self, path: Path, name: str) -> str:
        if self._links is None or self.settings.send != "url":
            return ""
        return self._links.make(str(path), name, self._clock() / 1_000_000)

    def linked(self, token: str) -> Path | None:
        """The file of a link, None where the link is not good or the file is gone."""
        path = self._links.read(token, self._clock() / 1_000_000) if self._links is not None else None
        return self.places.allowed(Path(path)) if path is not None else None

    async def read(self, path: str) -> bytes | None:
        """The content of a file that may be sent; None where it is gone or lies elsewhere."""
        real = self.places.allowed(Path(path))
        try:
            return await asyncio.to_thread(real.read_bytes) if real is not None else None
        except OSError:
            return None

    async def keep_clean(self) -> None:
        """Remove what was joined or converted and is needed no more, for ever."""
        while True:
            await asyncio.to_thread(self._clean)
            await asyncio.sleep(CLEANING)

    def _clean(self) -> None:
        oldest = self._clock() / 1_000_000 - max(self.settings.link_days, FEWEST_DAYS) * DAY
        for folder in self.places.spool.glob("*/"):
            for file in folder.iterdir():
                if file.stat().st_mtime < oldest:
                    file.unlink(missing_ok=True)
            if not any(folder.iterdir()):
                folder.rmdir()
