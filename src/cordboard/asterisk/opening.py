"""Opening: a file that an exchange wrote, also where rotation has compressed it.

In:   a path. Out: the file's bytes as they were written, whatever its name ends with.
"""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO, cast

#: what rotation puts behind the name of a compressed file
COMPRESSED = (".gz", ".bz2", ".xz")


def open_file(path: Path) -> BinaryIO:
    """Open for reading. A compressed file that is cut or none at all raises an OSError or EOFError while it is read."""
    match path.suffix:
        case ".gz":
            import gzip

            return cast(BinaryIO, gzip.open(path))
        case ".bz2":
            import bz2

            return cast(BinaryIO, bz2.open(path))
        case ".xz":
            import lzma

            return cast(BinaryIO, lzma.open(path))
        case _:
            return path.open("rb")
