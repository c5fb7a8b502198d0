"""Plays an evening on a real Asterisk, followed by the chain; to be started in a network namespace of its own.

    python play.py TREE FOLDER 22|16|22-ami

In:   the tree of Asterisk, an empty folder, which evening (evening.py).
Out:  FOLDER/capture (the whole evening in the form of a capture, truth.py), forms (its CEL in every form that a site
      may choose), lived.json (for each call how it must stand in the CRM), and what the chain of portal and connector,
      which followed it all live, says afterwards (chain.py).
      Exit code 0 if the evening could be played and watched, whatever any program made of it: judging is the tests'
      part.
"""

import asyncio
import shutil
import sys
import time
from pathlib import Path
from typing import Any

import evening
from capture import keep
from chain import USERS, Chain, write
from office import open_office
from pbx import ACCOUNT, Asterisk, Tap
from story import Lived
from truth import endpoints, find_linkedids, scenario


async def main(tree: Path, folder: Path, played: evening.Evening) -> None:
    asterisk = Asterisk(tree, "evening")
    asterisk.prepare()
    asterisk.start()
    tap, chain = Tap(), Chain(folder, played.ledger)
    try:
        await tap.open()
        office = await open_office(tap)
        await chain.start(asterisk)
        await connector_is_there(tap, asterisk)
        zero = time.time()
        lived = await evening.play(office, played.teams)
        await tap.wait_for_quiet()
        office.close()
        find_linkedids(lived, tap.events())
        write(folder / "lived.json", [told(call) for call in lived])
        keep(asterisk, tap, folder / "capture")
        asterisk.keep_forms(folder / "forms")
        text = scenario("evening", lived, tap.events(), zero, asterisk.version)
        (folder / "capture/scenario.toml").write_text(text, encoding="utf-8")
        (folder / "capture/endpoints.csv").write_text(endpoints(office.seen, zero), encoding="utf-8")
        await chain.wait_for_calls(sum(call.is_registered for call in lived))
        chain.keep()
    finally:
        chain.stop()
        tap.close()
        asterisk.stop()
        keep_log(asterisk, folder)
        asterisk.remove()


async def connector_is_there(tap: Tap, asterisk: Asterisk, logins: int = 2) -> None:
    """The exchange's own log says it, the tap counted: nothing of the program under test is believed."""
    log = asterisk.folder / "log/full"
    words = f"Manager '{ACCOUNT[0]}' logged on"
    await tap.wait_for(lambda: log.read_text(encoding="utf-8", errors="replace").count(words) >= logins, 20)


def told(call: Lived) -> dict[str, Any]:
    """A call as it must stand in the CRM."""
    direction, client = call.crm if call.crm[1] else (call.direction, call.client)
    return {
        "story": call.story,
        "linkedid": call.linkedid,
        "direction": direction,
        "client": client,
        "users": [USERS[extension] for extension in call.employees] or [1],
        "result": call.result,
        "talk_seconds": call.seconds_with(client),
        "is_registered": call.is_registered,
    }


def keep_log(asterisk: Asterisk, folder: Path) -> None:
    log = asterisk.folder / "log/full"
    if log.exists():
        shutil.copy(log, folder / "asterisk.log")


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), Path(sys.argv[2]), evening.EVENINGS[sys.argv[3]]))
