"""`cordboard portal`: the embedded CRM alone.

Out:  with `--json` one line when it is ready (DESIGN 3), else a few words for a human.
Exit codes: 2 wrong options, 3 database or port taken by another process, 4 database or file cannot be opened.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import msgspec
import uvloop
from cyclopts import Parameter

from cordboard import logs
from cordboard.cli.ending import fail
from cordboard.portal.server import Opening, PortalCannotStart, Ready, open_portal, serve
from cordboard.settings import Portal as PortalSettings
from cordboard.store.errors import StoreError
from cordboard.web.serving import CannotListen, check_certificate, listen

__all__ = ["portal"]


def portal(
    *,
    db: str = "sqlite:///portal.db",
    host: str = "127.0.0.1",
    port: int = 8080,
    seed: str | None = None,
    reset: bool = False,
    json: bool = False,
    files: str | None = None,
    tls_cert: Path | None = None,
    tls_key: Path | None = None,
    sign_in_as: Annotated[int | None, Parameter(show=False)] = None,
) -> None:
    """Run the embedded CRM alone.

    Parameters
    ----------
    db
        Database of the portal: sqlite:///FILE or postgresql://…
    host
        Address to listen on.
    port
        Port to listen on; 0 takes a free one.
    seed
        Fills a new database: `demo` with a small company and its clients, `week` with a week of its calls too,
        FILE.toml with what `cordboard db export --fixture` wrote.
    reset
        Empty the database first.
    json
        Print one JSON line when ready, for programs.
    files
        Folder of recordings; absent: beside the database file, in the working folder for PostgreSQL.
    tls_cert
        Certificate file: serve HTTPS.
    tls_key
        Key file of the certificate.
    """
    if (tls_cert is None) != (tls_key is None):
        fail("--tls-cert and --tls-key belong together", 2)
    logs.set_up(as_json=json)
    try:
        if tls_cert and tls_key:
            check_certificate(tls_cert, tls_key)
        listening = listen(host, port)
        opened = open_portal(Opening(PortalSettings(db=db, host=host, port=port, files=files), seed, reset))
        announce = print_json if json else print_words
        uvloop.run(serve(opened, listening, announce, tls_cert=tls_cert, tls_key=tls_key, sign_in_as=sign_in_as))
    except (PortalCannotStart, CannotListen, StoreError) as error:
        fail(str(error), error.exit_code)


def print_json(ready: Ready) -> None:
    print(msgspec.json.encode(ready).decode(), flush=True)


def print_words(ready: Ready) -> None:
    print(f"Cordboard portal: {ready.url}")
    print(f"  sign in as   {ready.login}" + (f", password {ready.password}" if ready.password else ""))
    print(f"  webhook      {ready.webhook}", flush=True)
