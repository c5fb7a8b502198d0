"""Audio: several files become one, WAV becomes MP3.

In:   paths of WAV files as Asterisk writes them (16 bits), or of MP3 files. Out: one new file.
Errors: `CannotConvert` with a sentence.
"""

from __future__ import annotations

import os
import shutil
import wave
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, BinaryIO, cast

import lameenc

#: frames that are read at a time
PIECE = 65_536
#: kbit/s of one channel: telephone speech
BIT_RATE = 32
#: browsers play no lower rate everywhere
LOWEST_RATE = 16_000


class CannotConvert(Exception):
    """A file is none that we can join or convert."""


def join(parts: Sequence[Path], target: Path) -> None:
    """One file of several of the same kind, one behind the other."""
    kinds = {part.suffix.lower() for part in parts}
    if kinds == {".mp3"}:
        write_safely(target, lambda file: append_all(parts, file))
    elif kinds == {".wav"}:
        write_safely(target, lambda file: join_wav(parts, file))
    else:
        raise CannotConvert("parts of different kinds cannot be joined")


def append_all(parts: Sequence[Path], file: BinaryIO) -> None:
    """MP3 is a stream of frames: one may follow the other."""
    for part in parts:
        with part.open("rb") as read:
            shutil.copyfileobj(read, file)


def join_wav(parts: Sequence[Path], file: BinaryIO) -> None:
    with wave.open(file, "wb") as written:
        form: tuple[int, int, int] | None = None
        for part in parts:
            with open_wav(part) as read:
                own = (read.getnchannels(), read.getsampwidth(), read.getframerate())
                if form is None:
                    form = own
                    written.setnchannels(own[0])
                    written.setsampwidth(own[1])
                    written.setframerate(own[2])
                if own != form:
                    raise CannotConvert("parts of different quality cannot be joined")
                while frames := read.readframes(PIECE):
                    written.writeframesraw(frames)


def to_mp3(source: Path, target: Path) -> None:
    """An MP3 of a WAV file."""
    with open_wav(source) as read:
        if read.getsampwidth() != 2 or read.getnchannels() > 2:
            raise CannotConvert(f"{source.name} has not 16 bits in one or two channels")
        encoder: Any = cast("Any", lameenc).Encoder()
        encoder.silence()
        encoder.set_channels(read.getnchannels())
        encoder.set_in_sample_rate(read.getframerate())
        encoder.set_out_sample_rate(max(read.getframerate(), LOWEST_RATE))
        encoder.set_bit_rate(BIT_RATE * read.getnchannels())
        encoder.set_quality(5)

        def write(file: BinaryIO) -> None:
            while frames := read.readframes(PIECE):
                file.write(encoder.encode(frames))
            file.write(encoder.flush())

        write_safely(target, write)


def open_wav(path: Path) -> wave.Wave_read:
    try:
        return wave.open(str(path), "rb")
    except (wave.Error, EOFError) as error:
        raise CannotConvert(f"{path.name} is no WAV file that can be read: {error}") from None


def write_safely(target: Path, write: Callable[[BinaryIO], None]) -> None:
    """The file is whole as soon as it has its name."""
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    half = target.with_name(target.name + ".half")
    try:
        with half.open("wb") as file:
            write(file)
        os.replace(half, target)
    finally:
        half.unlink(missing_ok=True)
