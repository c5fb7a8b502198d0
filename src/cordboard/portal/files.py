"""Files of the portal: recordings under one folder beside the database, `YYYY-MM/<id>-<random>`.

In:   a name and bytes that were checked. Out: the id of a `file` row; the bytes are on the disk before the row is.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from datetime import datetime
from pathlib import Path
from typing import cast

from sqlalchemy import URL, Connection, insert

from cordboard.portal.tables import file

__all__ = ["Kept", "audio_type", "files_folder", "keep", "register_file", "remove_kept"]


class Kept:
    """A file on the disk that no row names yet."""

    def __init__(self, folder: Path, name: str, content: bytes, moment: datetime) -> None:
        self.name = name
        self.size = len(content)
        self.sha256 = hashlib.sha256(content).hexdigest()
        self.content_type = audio_type(content)
        self.path = f"{moment:%Y-%m}/{secrets.token_hex(12)}"
        self.whole = folder / self.path


def files_folder(url: URL) -> Path:
    """`portal.db` → `portal-files` beside it; in the working folder for a server's database."""
    if url.get_backend_name() == "sqlite" and url.database:
        path = Path(url.database)
        return path.with_name(f"{path.stem}-files")
    return Path(f"{url.database or 'portal'}-files")


def keep(folder: Path, name: str, content: bytes, moment: datetime) -> Kept:
    """Write the bytes durably."""
    kept = Kept(folder, name, content, moment)
    kept.whole.parent.mkdir(parents=True, exist_ok=True)
    with kept.whole.open("xb") as written:
        written.write(content)
        written.flush()
        os.fsync(written.fileno())
    return kept


def register_file(connection: Connection, kept: Kept, user_id: int, now: int) -> int:
    """The row of a kept file; out: its id."""
    values = {"name": kept.name, "content_type": kept.content_type, "size": kept.size, "sha256": kept.sha256}
    values |= {"path": kept.path, "created_by": user_id, "created_at": now}
    return int(cast("tuple[int]", connection.execute(insert(file).values(**values)).inserted_primary_key)[0])


def remove_kept(folder: Path, path: str) -> None:
    """Delete a file whose row is gone; a path that leads outside is left alone."""
    whole = (folder / path).resolve()
    if path and whole.is_relative_to(folder.resolve()):
        whole.unlink(missing_ok=True)


def audio_type(content: bytes) -> str:
    """The content type by the first bytes; empty if it is no sound we know."""
    if content[:4] == b"RIFF" and content[8:12] == b"WAVE":
        return "audio/wav"
    if content[:3] == b"ID3" or (len(content) > 1 and content[0] == 0xFF and content[1] & 0xE0 == 0xE0):
        return "audio/mpeg"
    return "audio/flac" if content[:4] == b"fLaC" else ""
