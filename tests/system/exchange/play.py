"""Plays the evening on a real Asterisk and keeps what it said; to be started in a network namespace of its own.

    python play.py TREE FOLDER

In:   the tree of Asterisk, an empty folder.
Out:  FOLDER/cel.csv (as cel_custom wrote it, no header line), ami.log (every byte of one AMI connection), pbx.toml
      (settings for `cordboard replay`), lived.json (the truth), and what the chain of portal and connector, which
      followed it all live, says afterwards (chain.py). Exit code 0 if the evening could be played and watched,
      whatever any program made of it: judging is the tests' part.
"""

import asyncio
import os
import shutil
import sys
from dataclasses import asdict
from pathlib import Path

import evening
from chain import Chain, pbx_settings, write
from pbx import ACCOUNT, SIP, Asterisk, Tap
from telephone import Telephone

EXTENSIONS = ("101", "102", "103", "104", "105", "106")


async def main(tree: Path, folder: Path) -> None:
    asterisk = Asterisk(tree, f"evening-{os.getpid()}")
    asterisk.prepare()
    asterisk.start()
    tap, chain = Tap(), Chain(folder)
    try:
        await tap.open()
        office = await open_office()
        await chain.start(asterisk)
        # The exchange's own log says when the connector is there: nothing of the program under test is believed.
        await tap.wait_for(lambda: log_of(asterisk).count(f"Manager '{ACCOUNT[0]}' logged on") >= 2, 20)
        lived = await evening.play(office)
        write(folder / "lived.json", [asdict(call) for call in lived])
        await tap.wait_for_quiet()
        close_office(office)
        await chain.wait_for_calls(sum(call.type != "local" for call in lived))
        chain.keep()
    finally:
        chain.stop()
        tap.close()
        asterisk.stop()
        keep(asterisk, tap, folder)


async def open_office() -> evening.Office:
    provider = await Telephone("trunk-alpha", ("127.0.0.2", 5060), SIP, hertz=1000).start()
    telephones: dict[str, Telephone] = {}
    for name in EXTENSIONS:
        telephones[name] = await Telephone(name, ("127.0.0.1", 6000 + int(name)), SIP, hertz=300 + int(name)).start()
        await telephones[name].register()
    return evening.Office(telephones, provider)


def close_office(office: evening.Office) -> None:
    for telephone in (*office.telephones.values(), office.provider):
        telephone.stop()


def log_of(asterisk: Asterisk) -> str:
    log = asterisk.folder / "log/full"
    return log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""


def keep(asterisk: Asterisk, tap: Tap, folder: Path) -> None:
    (folder / "ami.log").write_bytes(bytes(tap.received))
    for path in (asterisk.cel, asterisk.folder / "log/full", *(asterisk.folder / "spool/monitor").glob("*.wav")):
        if path.exists():
            shutil.copy(path, folder / path.name)
    (folder / "pbx.toml").write_text(pbx_settings(folder / "cel.csv"), encoding="utf-8")
    asterisk.remove()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), Path(sys.argv[2])))
