"""Finding: wait until the files of a call's recording are there and complete, with an end to the patience.

In:   the files a call was recorded to, or nothing but the facts of the call.
Out:  their paths, in order; or why there are none.

Asterisk writes on for a moment after the call, and a site may convert or move files then. A file is complete when it
has not changed for two seconds. Of a call that ended long ago everything that will ever be there is there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cordboard.flow.after_finish import FindRecording
from cordboard.recordings.names import patterns
from cordboard.recordings.places import AUDIO, Places

#: seconds after the end of a call in which its recording may appear
PATIENCE = 600.0
#: seconds in which a complete file does not change
STABLE = 2.0
#: bytes; a shorter one has a head and no sound
SMALLEST = 1024
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0


@dataclass(slots=True)
class Search:
    """What was found of a recording."""

    paths: list[Path]
    #: names that never came, with the reason
    missing: list[str]
    #: one of them is there and still being written
    is_growing: bool = False


class Finder:
    """Looks for recordings in the places of the settings."""

    def __init__(self, places: Places, template: str, clock: Callable[[], int]) -> None:
        self._places = places
        self._template = template
        self._clock = clock

    async def find(self, call: FindRecording) -> Search:
        """The complete files; waits until there are all of them, or until the patience is over."""
        pause = FIRST_PAUSE
        while True:
            found = await asyncio.to_thread(self._look, call)
            left = call.ended_at / 1_000_000 + PATIENCE - self._clock() / 1_000_000
            if (not found.missing and found.paths) or left <= 0:
                return found
            # what has come is complete soon; what has not may take its time
            await asyncio.sleep(min(STABLE if found.is_growing else pause, left))
            pause = min(pause * 2, LONGEST_PAUSE)

    def _look(self, call: FindRecording) -> Search:
        if not call.files:
            return self._look_by_template(call)
        found = Search([], [])
        for name in call.files:
            path = self._places.named(name)
            if path is None:
                is_audio = Path(name).suffix.lower() in AUDIO
                words = "is not in the folders of recordings" if is_audio else "is neither WAV nor MP3"
                found.missing.append(f"{name} {words}")
            else:
                self._judge(path, found)
        if found.paths or found.is_growing:
            return found
        # it may have been moved or renamed since
        elsewhere = self._look_by_template(call)
        return elsewhere if elsewhere.paths or elsewhere.is_growing else found

    def _look_by_template(self, call: FindRecording) -> Search:
        for pattern in patterns(self._template, call):
            path = self._places.matching(pattern)
            if path is not None:
                found = Search([], [])
                self._judge(path, found)
                return found
        return Search([], ["no file fits the template"])

    def _judge(self, path: Path, found: Search) -> None:
        """Take a file, or say why it cannot be taken yet."""
        try:
            state = path.stat()
        except OSError as error:
            found.missing.append(f"{path.name}: {error.strerror}")
            return
        if abs(self._clock() / 1_000_000 - state.st_mtime) < STABLE:
            found.missing.append(f"{path.name} is still being written")
            found.is_growing = True
        elif state.st_size < SMALLEST:
            found.missing.append(f"{path.name} holds no sound")
        else:
            found.paths.append(path)
