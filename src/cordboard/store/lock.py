"""One process per database: hub, limiter and writer live in memory, so a second process would lie to its users.

In:   the database. Out: a lock that vanishes with the process, or `StoreLocked` that says who holds it.
On SQLite it is a lock on the file `<database>-lock`, on PostgreSQL an advisory lock on the very session that writes: a
lost session cannot write.
"""

import fcntl
import os
import socket
import sys
import zlib
from pathlib import Path
from typing import IO

from sqlalchemy import Connection, text

from cordboard.store.errors import StoreLocked


class FileLock:
    """Held while the process lives; the file stays and tells who was the last."""

    def __init__(self, database: str) -> None:
        self.path = Path(f"{database}-lock")
        self._file: IO[str] = self.path.open("a+")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._file.seek(0)
            holder = self._file.read().strip() or "another process"
            self._file.close()
            raise StoreLocked(f"{database} is in use by {holder}; stop it, or use another database") from error
        self._file.truncate(0)
        self._file.write(whoami())
        self._file.flush()

    def release(self) -> None:
        """Let the next process in."""
        self._file.close()


def take_session_lock(connection: Connection, name: str, shown: str) -> None:
    """Take PostgreSQL's advisory lock for `name` on this session, or say which session has it."""
    key = zlib.crc32(name.encode())
    if connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": key}).scalar_one():
        connection.execute(text("SELECT set_config('application_name', :who, false)"), {"who": whoami()[:60]})
        connection.execute(SHORT)
        return
    holder = connection.execute(HOLDER, {"key": key}).scalar()
    raise StoreLocked(f"{shown} is in use by {holder or 'another process'}; stop it, or use another database")


def whoami() -> str:
    program = " ".join([Path(sys.argv[0]).name, *sys.argv[1:2]])
    return f"process {os.getpid()} ({program}) on {socket.gethostname()}"


#: the server, too, finds out within seconds that we are gone without a word, and lets the next one in; releases that
#: do not have a setting do without it
SHORT = text(
    "SELECT set_config(name, CASE name WHEN 'tcp_keepalives_count' THEN '2' WHEN 'tcp_user_timeout' THEN '3000'"
    " ELSE '1' END, false) FROM pg_settings WHERE name IN"
    " ('tcp_keepalives_idle', 'tcp_keepalives_interval', 'tcp_keepalives_count', 'tcp_user_timeout')"
)

HOLDER = text(
    "SELECT a.application_name || ' (session ' || a.pid || ')' FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid"
    " WHERE l.locktype = 'advisory' AND l.granted AND l.objid = :key AND l.database ="
    " (SELECT oid FROM pg_database WHERE datname = current_database())"
)
