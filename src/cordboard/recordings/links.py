"""Links: an address from which one file can be fetched until it expires, and by nobody who guesses.

In:   a path. Out: `…/records/<content>.<signature>/<name>`; the content is the path and the time of its end.
The key lies in our own folder, readable to us alone; without it all links are void.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import secrets
from pathlib import Path
from urllib.parse import quote

import msgspec

DAY = 86_400


class Claim(msgspec.Struct, frozen=True):
    """What a link is good for."""

    path: str
    #: seconds since the epoch
    expires: int


class Links:
    """Makes links and reads them back."""

    def __init__(self, key: bytes, base: str, days: int) -> None:
        self._key = key
        self._base = base.rstrip("/")
        self._days = days

    def make(self, path: str, name: str, now: float) -> str:
        """The address of a file."""
        content = encode(msgspec.json.encode(Claim(path, int(now) + self._days * DAY)))
        return f"{self._base}/records/{content}.{self._sign(content)}/{quote(name)}"

    def read(self, token: str, now: float) -> str | None:
        """The path of a link that is genuine and has not expired."""
        content, _, signature = token.partition(".")
        if not hmac.compare_digest(self._sign(content).encode(), signature.encode()):
            return None
        try:
            claim = msgspec.json.decode(decode(content), type=Claim)
        except (msgspec.MsgspecError, binascii.Error):
            return None
        return claim.path if now < claim.expires else None

    def _sign(self, content: str) -> str:
        return encode(hmac.digest(self._key, content.encode(), hashlib.sha256))


def encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def key_in(folder: Path) -> bytes:
    """The key of a folder, made at the first time."""
    path = folder / "link-key"
    try:
        return path.read_bytes()
    except FileNotFoundError:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(secrets.token_bytes(32))
        return path.read_bytes()
