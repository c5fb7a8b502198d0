"""Reasons: what a database's driver says of a failure, as one line for people, with what to do about it.

In:   the driver's exception. Out: a sentence without its full stop.
The surprise: a driver may say several lines, and asks questions ("Is the server running…?") that we answer.
"""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError

__all__ = ["reason_of"]

#: a part of what is said → what to do; the first that fits
ADVICE = (
    ("Connection refused", "start the server, or name another one"),
    ("resolve host", "check the name of the host"),
    ("password authentication failed", "check the user and the password of the URL"),
    ("no password supplied", "write postgresql://USER:PASSWORD@HOST/NAME"),
    ("pg_hba.conf", "let this user in from here, in the server's pg_hba.conf"),
    ("does not exist", "make it (`createdb`, `createuser`), or name another"),
    ("permission denied", "let this user make tables: GRANT CREATE ON SCHEMA public TO …"),
    ("too many clients", "raise max_connections of the server"),
    (".s.PGSQL", "start the server, or name the folder of its socket"),
    ("timeout", "check that the server can be reached from here"),
    ("unable to open", "check that the folder is there and can be written"),
    ("not a database", "name another file"),
    ("is full", "free some space on the disk"),
    ("readonly", "let this program write the file and its folder"),
    ("is locked", "end the program that holds it"),
)


def reason_of(error: BaseException) -> str:
    """What happened, in one line, and what to do about it where that is known."""
    said = str(error.orig if isinstance(error, DBAPIError) and error.orig is not None else error)
    # psycopg wraps the server's words: "connection failed: connection to server at … failed: FATAL:  …"
    line = " ".join(said.partition("\n")[0].split()).removeprefix("connection failed: ")
    advice = next((words for part, words in ADVICE if part in line), "")
    return f"{line}; {advice}" if advice else line
