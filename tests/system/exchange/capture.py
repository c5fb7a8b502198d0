"""Plays stories on a real Asterisk, each on a fresh one, and keeps each as a capture; started by scripts/capture.

    python capture.py TREE FOLDER STORY…

In:   the tree of Asterisk, the folder in which the captures are to stand, names of stories.
Out:  FOLDER/STORY/ with cel.csv (a header line first), ami.log, endpoints.csv and scenario.toml, as
      `cordboard replay` and tests/scenarios read them. An older capture of that story is replaced.
"""

import asyncio
import shutil
import sys
import time
from pathlib import Path

import stories  # noqa: F401 - fills STORIES
from chain import COLUMNS
from office import open_office
from pbx import Asterisk, Tap
from story import STORIES, played
from truth import endpoints, find_linkedids, scenario

SHOWN_BASE = b"/srv/pbx"  # what captures show in place of the run directory


async def capture(name: str, tree: Path, out: Path) -> None:
    asterisk, tap = Asterisk(tree, name), Tap()
    asterisk.prepare()
    asterisk.start()
    try:
        await tap.open()
        office = await open_office(tap)
        office.seen.clear()
        zero = time.time()
        calls = await played(name, office.teams[0])
        await tap.wait_for_quiet()
        office.close()
        events = tap.events()
        find_linkedids(calls, events)
        keep(asterisk, tap, out)
        (out / "endpoints.csv").write_text(endpoints(office.seen, zero), encoding="utf-8")
        told = scenario(name, calls, events, zero, asterisk.version)
        (out / "scenario.toml").write_text(told, encoding="utf-8")
    except Exception:
        log = shutil.copy(asterisk.folder / "log/full", out.parent / f"{name}.log")
        print(f"what Asterisk said is in {log}", file=sys.stderr)
        raise
    finally:
        tap.close()
        asterisk.stop()
        asterisk.remove()


def keep(asterisk: Asterisk, tap: Tap, out: Path) -> None:
    """What Asterisk wrote and sent, in place of an older capture."""
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir()
    base = asterisk.base.encode()
    header = ",".join(COLUMNS.split()).encode() + b"\n"
    (out / "cel.csv").write_bytes(header + asterisk.cel.read_bytes().replace(base, SHOWN_BASE))
    (out / "ami.log").write_bytes(bytes(tap.received).replace(base, SHOWN_BASE))


async def main(tree: Path, folder: Path, names: list[str]) -> None:
    for name in names:
        await capture(name, tree, folder / name)
        print(folder / name, flush=True)


if __name__ == "__main__":
    if unknown := [name for name in sys.argv[3:] if name not in STORIES]:
        sys.exit(f"no story is called {', '.join(unknown)}; the stories:\n  " + "\n  ".join(STORIES))
    Path(sys.argv[2]).mkdir(parents=True, exist_ok=True)
    asyncio.run(main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:] or list(STORIES)))
