"""`cordboard doctor` and `cordboard status`: is everything connected; what does a running connector say of itself.

Exit codes: 0 everything is well (a warning is), 1 something is not, 3 wrong settings, 4 no connector answers.
"""

from __future__ import annotations

import asyncio
import urllib.request
from pathlib import Path
from typing import Any

import msgspec

from cordboard.cli.ending import fail
from cordboard.cli.journal_beside import loaded
from cordboard.connector.checks import Finding, findings
from cordboard.settings import Settings

__all__ = ["doctor", "status"]

SIGNS = {"good": "✓", "warning": "!", "bad": "✗"}


def doctor(*, config: Path, json: bool = False) -> None:
    """Check everything that the settings name, and say what to do where something is wrong.

    Parameters
    ----------
    config
        The settings file, cordboard.toml.
    json
        Print each finding as a line of JSON, for programs.
    """
    settings = loaded(config)
    found = asyncio.run(checked(settings, json=json))
    raise SystemExit(1 if any(one.state == "bad" for one in found) else 0)


async def checked(settings: Settings, *, json: bool) -> list[Finding]:
    """Print each finding as soon as it is known."""
    found: list[Finding] = []
    async for one in findings(settings):
        found.append(one)
        print(msgspec.json.encode(one).decode() if json else row(one), flush=True)
    return found


def row(one: Finding) -> str:
    """
    >>> row(Finding("pbx main", "clocks agree", "good", "+0.0 s"))
    '✓  pbx main          clocks agree                           +0.0 s'
    """
    return f"{SIGNS[one.state]}  {one.part:<16}  {one.check:<37}  {one.words}".rstrip()


def status(*, config: Path, json: bool = False, url: str = "") -> None:
    """Print what a running connector is connected to, and how much waits.

    Parameters
    ----------
    config
        The settings file, cordboard.toml.
    json
        Print the connector's whole answer.
    url
        Where the connector listens, when not where the settings say.
    """
    settings = loaded(config)
    told = asked(url or f"http://{settings.connector.host}:{settings.connector.port}")
    if json:
        print(msgspec.json.encode(told).decode())
        return
    for line in words(told):
        print(line)


def asked(url: str) -> dict[str, Any]:
    """The answer of `/status`; ends the program with a sentence where there is none."""
    if not url.startswith(("http://", "https://")):
        fail(f"{url}: an address begins with http:// or https://", 2)
    try:
        with urllib.request.urlopen(f"{url.rstrip('/')}/status", timeout=10) as answer:  # noqa: S310 checked above
            return msgspec.json.decode(answer.read(), type=dict[str, Any])
    except (OSError, msgspec.DecodeError) as error:
        reason = getattr(error, "reason", None) or error
        fail(f"no connector answers at {url}: {reason}; start it, or name its address with --url", 4)


def words(told: dict[str, Any]) -> list[str]:
    """A line for each exchange and each CRM."""
    lines = [
        f"pbx {name}: live {heard(pbx['live'])}, ledger {heard(pbx['ledger_caught_up'])}, {pbx['open_calls']} calls"
        for name, pbx in told["pbx"].items()
    ]
    for name, crm in told["connections"].items():
        trouble = f" ({crm['trouble']})" if crm["trouble"] else ""
        waits = f"{crm['pending']} waiting, the oldest for {crm['oldest_pending_seconds']} s"
        lines.append(f"crm {name}: {crm['state']}{trouble}, {crm['users']} users, {crm['open']} calls open, {waits}")
    return lines


def heard(state: bool | None) -> str:
    return {None: "not used", True: "up", False: "not up"}[state]
