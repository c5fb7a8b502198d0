"""Sounds for tests: WAV files as Asterisk writes them, and a hand that writes one slowly."""

import math
import struct
import wave


def tone(path, seconds=1.0, rate=8000, *, channels=1, width=2):
    """A WAV file of that length."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(rate)
        sample = struct.pack("<h", round(9000 * math.sin(1.0)))[:width]
        file.writeframes(sample * channels * round(seconds * rate))
    return path


def length(path):
    """Seconds of a WAV file."""
    with wave.open(str(path), "rb") as file:
        return file.getnframes() / file.getframerate()
