"""Chaos: sixty calls at once while connector and portal are killed and cut off at random; what stands in the CRM then.

In:   the capture of sixty mixed calls, played by a small exchange; how many kills; a seed for what happens when.
Out:  how many calls were lost, doubled, out of order, or ended otherwise than without any trouble; a table on standard
error. `--long` kills 300 times instead of 20. The bench fails where one of these is not 0.

What should stand there is what one undisturbed evening leaves, call by call: person, direction, code, seconds of talk.
Each play has callers of its own, so that nobody is known from the play before.
"""

from __future__ import annotations

import asyncio
import random
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, text

import cordboard
from bench.chaos_office import Office
from cordboard.asterisk.played_call import Play, Script, read_script
from cordboard.store.engines import read_url

CAPTURE = Path(cordboard.__file__).parent / "demo/captures/asterisk22/mixed-60"
#: of an outside number: what changes from play to play
OUTSIDE = re.compile(r"\b(?:9?7|8|99?7?)?(9\d\d)555(\d{4})\b")
SPEED = 4.0
#: seconds between two troubles
LEAST, MOST = 0.1, 0.8
#: what happens, and how often compared with the others
TROUBLES = {"connector killed": 5, "portal killed": 4, "AMI cut": 2, "answers lost": 3, "disk full": 2}

#: what stands in the CRM of a call: person, direction, code, seconds
Told = tuple[int, int, str, int]


@dataclass
class Result:
    """What a run came to."""

    seed: int
    seconds: float = 0.0
    calls: int = 0
    happened: Counter[str] = field(default_factory=Counter[str])
    #: external ids
    lost: list[str] = field(default_factory=list[str])
    doubled: list[str] = field(default_factory=list[str])
    out_of_order: list[str] = field(default_factory=list[str])
    #: with what stands there, and what should
    different: list[tuple[str, Told, Told]] = field(default_factory=list[tuple[str, Told, Told]])
    #: calls and cards that the CRM believes to be running
    left_open: int = 0

    @property
    def kills(self) -> int:
        return self.happened["connector killed"] + self.happened["portal killed"]

    @property
    def is_clean(self) -> bool:
        return not (self.lost or self.doubled or self.out_of_order or self.different or self.left_open)

    def table(self) -> str:
        """The result as a table in Markdown."""
        rows = [*self.happened.items(), ("calls", self.calls), ("lost", len(self.lost)), ("doubled", len(self.doubled)),
                ("out of order", len(self.out_of_order)), ("otherwise than undisturbed", len(self.different)),
                ("left open", self.left_open), ("seconds", round(self.seconds)), ("seed", self.seed)]  # fmt: skip
        return "\n".join(["| what | how many |", "| --- | --- |", *(f"| {name} | {count} |" for name, count in rows)])


def run(*, long: bool = False) -> Iterator[dict[str, Any]]:
    """One line, and the table on standard error."""
    result = chaos(300 if long else 20, random.SystemRandom().randrange(2**32))
    print(result.table(), file=sys.stderr, flush=True)
    yield {
        "bench": f"chaos: {result.kills} kills, seed {result.seed}",
        "cuts": sum(result.happened.values()) - result.kills,
        "value": len(result.lost) + len(result.doubled) + len(result.out_of_order),
        "unit": "calls lost, doubled or out of order",
        "calls": result.calls,
    }
    if not result.is_clean:
        raise AssertionError(f"{result}")


def chaos(kills: int, seed: int, folder: Path | None = None) -> Result:
    """Kill so often; the folder, where one is named, keeps databases and log."""
    with tempfile.TemporaryDirectory() as temporary:
        return asyncio.run(evening(kills, seed, folder or Path(temporary)))


async def evening(kills: int, seed: int, folder: Path) -> Result:
    office, result, begun = Office(folder), Result(seed), time.monotonic()
    script = read_script(CAPTURE)
    await office.open()
    try:
        quiet = await play(office, script, 0)
        await all_told(office)
        expected = {name: rows[0] for name, rows in told_calls(office).items()}
        plays = [quiet]
        chances = random.Random(seed)
        while result.kills < kills:
            playing = asyncio.create_task(play(office, script, len(plays)))
            while not playing.done():
                await asyncio.wait({playing}, timeout=chances.uniform(LEAST, MOST))
                if result.kills < kills and not playing.done():
                    await trouble(office, chances, result.happened)
            plays.append(await playing)
        wanted = {renamed(name, quiet, one): told for one in plays for name, told in expected.items()}
        await all_told(office)
        judge(office, wanted, result)
    finally:
        await office.close()
    result.seconds = time.monotonic() - begun
    return result


async def play(office: Office, script: Script, number: int) -> Play:
    """All sixty calls once, from callers of their own."""
    numbers = {found[0] for line in script.lines for found in OUTSIDE.finditer(line.text)}
    return await office.pbx.play(script, speed=SPEED, exchange={old: of_play(old, number) for old in numbers})


def of_play(old: str, number: int) -> str:
    """An outside number as it is in one play.

    >>> of_play("89125550012", 3)
    '89126030012'
    """
    return OUTSIDE.sub(lambda found: found[0].replace(f"{found[1]}555", f"{found[1]}{600 + number:03}", 1), old)


async def trouble(office: Office, chances: random.Random, happened: Counter[str]) -> None:
    """One of the troubles, counted once it is over."""
    deeds: dict[str, Callable[[], Awaitable[None]]] = {
        "connector killed": office.kill_connector,
        "portal killed": office.kill_portal,
        "AMI cut": lambda: cut(office),
        "answers lost": lambda: lose_answers(office, chances.uniform(0.05, 0.5)),
        "disk full": lambda: fill_disk(office, chances.uniform(0.1, 1.0)),
    }
    (name,) = chances.choices(list(TROUBLES), list(TROUBLES.values()))
    await deeds[name]()
    happened[name] += 1


async def cut(office: Office) -> None:
    office.pbx.cut()


async def lose_answers(office: Office, seconds: float) -> None:
    office.gateway.mode = "swallow"
    await asyncio.sleep(seconds)
    office.gateway.mode = "pass"


async def fill_disk(office: Office, seconds: float) -> None:
    office.connector.fill_disk(True)
    await asyncio.sleep(seconds)
    office.connector.fill_disk(False)


async def all_told(office: Office) -> None:
    """Until nothing is under way any more; what is missing then is lost."""

    def is_quiet(status: dict[str, Any]) -> bool:
        crm, pbx = status["connections"]["portal"], status["pbx"]["main"]
        return bool(pbx["ledger_caught_up"]) and not (crm["open"] or crm["pending"] or pbx["open_calls"])

    await office.until(is_quiet, within=180)


def told_calls(office: Office) -> dict[str, list[Told]]:
    query = "SELECT external_call_id, portal_user_id, incoming, call_failed_code, call_duration FROM call ORDER BY id"
    calls: dict[str, list[Told]] = {}
    for name, *told in rows_of(office, query):
        if str(name).startswith("main-"):
            calls.setdefault(str(name), []).append((int(told[0]), int(told[1]), str(told[2]), int(told[3])))
    return calls


def rows_of(office: Office, query: str) -> list[Any]:
    engine = create_engine(read_url(office.portal_db))
    with engine.connect() as connection:
        rows = list(connection.execute(text(query)).all())
    engine.dispose()
    return rows


def renamed(name: str, quiet: Play, other: Play) -> str:
    """The external id that a call of the quiet play has in another one."""
    captured = {new: old for old, new in quiet.ids.items()}
    linkedid, _, part = name.removeprefix("main-").partition("-")
    return f"main-{other.ids[captured[linkedid]]}" + (f"-{part}" if part else "")


def judge(office: Office, wanted: dict[str, Told], result: Result) -> None:
    """Compare what stands in the CRM with what should."""
    found = told_calls(office)
    result.calls = len(wanted)
    result.lost = sorted(wanted.keys() - found.keys())
    result.doubled = sorted({name for name, rows in found.items() if len(rows) > 1} | (found.keys() - wanted.keys()))
    result.different = [
        (name, found[name][0], told) for name, told in wanted.items() if name in found and differ(found[name][0], told)
    ]
    finished: set[str] = set()
    for call_id, method in office.gateway.done:
        if method.endswith(".finish"):
            finished.add(call_id)
        elif method.endswith(".show" if call_id in finished else ".attachrecord"):
            result.out_of_order.append(call_id)
    result.left_open = rows_of(office, "SELECT (SELECT count(*) FROM open_call) + (SELECT count(*) FROM card)")[0][0]


def differ(one: Told, other: Told) -> bool:
    """Whether two calls are not told alike; a second may lie between two ways of rounding."""
    return one[:3] != other[:3] or abs(one[3] - other[3]) > 1
