"""The command line: one file per command, imported only when asked for, so that `replay` and `--help` start at once.

The surprise: `replay` is often run once per file by other programs, so it does not even import the parser of the
other commands.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cyclopts import App

COMMANDS = {
    "replay": ("cordboard.cli.replay:replay", "Read recorded events and print each call as call_full."),
    "schema": ("cordboard.cli.schema:schema", "Print the JSON Schema of an object others rely on."),
    "number": ("cordboard.cli.number:app", "Show what the numbering rules make of a number."),
    "hooks": ("cordboard.cli.hooks:app", "Customizations: list, new, test on a call of yesterday."),
    "portal": ("cordboard.cli.portal:portal", "Run the embedded CRM alone."),
    "calls": ("cordboard.cli.calls:app", "What became of the calls: list, show, replay, audit."),
    "queue": ("cordboard.cli.queue:app", "What the CRMs have still to be told: list, pause, resume, retry, skip."),
    "cel": ("cordboard.cli.cel:app", "Rows of an exchange: import a past period, follow."),
    "doctor": ("cordboard.cli.doctor:doctor", "Check exchanges, CRMs, database and settings; says what to do."),
    "status": ("cordboard.cli.doctor:status", "What a running connector is connected to, and what waits."),
    "connector": ("cordboard.cli.connector:connector", "Run the connector alone."),
    "run": ("cordboard.cli.run:run", "Run connector and portal in one process."),
    "app": ("cordboard.cli.app:app", "Local applications of the portal: add, list, remove."),
    "webhook": ("cordboard.cli.webhook:app", "Inbound webhooks of the portal: add, list, remove."),
    "db": ("cordboard.cli.db:app", "The portal's database: seed it, export it."),
    "demo": ("cordboard.cli.demo:demo", "Play real captured calls through it all, here."),
}


def build_app() -> App:
    """Return the parser of all commands; each is imported when it is called."""
    from cyclopts import App

    app = App(name="cordboard", help="Telephony for CRM that its users can trust with every call.")
    for name, (place, sentence) in COMMANDS.items():
        app.command(place, name=name, help=sentence)
    return app


def main() -> None:
    """Run the command named by the arguments; its return value is the exit code."""
    arguments = sys.argv[1:]
    if arguments[:1] == ["replay"] and not {"--help", "-h"} & set(arguments):
        from cordboard.cli.replay import from_arguments

        sys.exit(from_arguments(arguments[1:]))
    build_app()(arguments)


if __name__ == "__main__":
    main()
