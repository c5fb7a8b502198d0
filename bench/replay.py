"""Bench: CEL CSV → complete `call_full`, against `csv.reader` over the same text.

In:   the captured minute of overlapping calls, repeated with new ids and later times: 10,000 calls; with `--long`
      100,000 of them, which is 1.9 million rows.
Out:  figures; the bars are in DESIGN 4: `--every end` ≤ 3 × csv.reader, `--every stage` ≤ 4 ×, linear, start ≤ 0.2 s.
      Memory is the peak of a process of its own, whose floor is that of a quarter (of a tenth) of the calls.
"""

from __future__ import annotations

import csv
import gc
import io
import json
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.queue_rows import queue_row_count, queue_rows
from cordboard.asterisk.cel_csv import CsvRows
from cordboard.calls.tracker import CallTracker
from cordboard.cli.replay import STAGES
from cordboard.cli.replay import run as play_sources
from cordboard.numbers.plan import NumberingPlan
from cordboard.settings import Pbx

SCENARIO = "demo/captures/asterisk22/mixed-60/cel.csv"
CALLS_IN_SCENARIO = 64
PREFIXES = ("+7", "7", "8")
INTERNAL = (r"^\d{3}$",)
#: plays a file in a process of its own and prints its time and its peak of memory
ALONE = r"""
import json, re, sys, time
from pathlib import Path
from bench.replay import play
begin = time.process_time()
play(Path(sys.argv[1]), "end")
took, status = time.process_time() - begin, Path("/proc/self/status").read_text()
print(json.dumps([took, int(re.search(r"VmHWM:\s+(\d+)", status)[1]) / 1024]))
"""


def write_calls(path: Path, calls: int) -> Path:
    """Write the scenario until there are so many calls, each time with ids, channel names and times of its own."""
    text = files("cordboard").joinpath(SCENARIO).read_text(encoding="utf-8")
    header, _, rows = text.partition("\n")
    seconds = sorted({int(second) for second in re.findall(r"\b(179\d{7})\.\d+", rows)})
    span = seconds[-1] - seconds[0] + 5
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(header + "\n")
        for turn in range(round(calls / CALLS_IN_SCENARIO)):
            file.write(moved(rows, turn, turn * span))
    return path


def moved(rows: str, turn: int, seconds: int) -> str:
    """Return the rows with later times and ids, and with channel names of their own."""
    later = re.sub(r"\b(179\d{7})(\.\d+)", lambda found: f"{int(found[1]) + seconds}{found[2]}", rows)
    return re.sub(r"-([0-9a-f]{8})\b(?!-)", lambda found: f"-{int(found[1], 16) + turn * 4096:08x}", later)


def fastest(work: Callable[[], object], rounds: int = 3) -> float:
    """Return the processor time of the shortest of some runs: other programs of the machine do not count."""
    best = float("inf")
    for _ in range(rounds):
        gc.collect()
        begin = time.process_time()
        work()
        best = min(best, time.process_time() - begin)
    return best


def shortest(work: Callable[[], object], rounds: int) -> float:
    """Return the shortest of some runs by the clock on the wall: of other processes."""
    best = float("inf")
    for _ in range(rounds):
        begin = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - begin)
    return best


def read_only(text: str) -> None:
    """The floor: csv.reader over the text, rows thrown away."""
    for _ in csv.reader(io.StringIO(text, newline="")):
        pass


def play(path: Path, every: Any) -> None:
    """The whole way, in process."""
    tracker = CallTracker(NumberingPlan(PREFIXES, INTERNAL), timezone="UTC", stages=STAGES[every], facts=False)
    play_sources([str(path)], tracker, Pbx(), every, "ledger", lambda _: None)


def alone(path: Path) -> tuple[float, float]:
    """Seconds and megabytes of the whole way in a process of its own."""
    run = subprocess.run([sys.executable, "-c", ALONE, str(path)], capture_output=True, text=True, check=True)
    seconds, megabytes = json.loads(run.stdout)
    return seconds, megabytes


def feed_only(text: str) -> float:
    """Seconds of processor time per event of the call model alone."""
    rows = CsvRows((), "UTC")
    events = [*rows.feed(text), *rows.finish()]

    def work() -> None:
        feed = CallTracker(NumberingPlan(PREFIXES, INTERNAL), timezone="UTC").feed
        for event in events:
            feed(event)

    return fastest(work) / len(events)


def run(*, long: bool = False) -> Iterator[dict[str, object]]:
    """Yield the figures."""
    with TemporaryDirectory() as folder:
        path = write_calls(Path(folder) / "cel.csv", 10_000)
        text = path.read_text(encoding="utf-8")
        floor = fastest(lambda: read_only(text))
        for every in ("end", "stage"):
            took = fastest(lambda every=every: play(path, every))
            yield figure(f"replay --every {every}, 10,000 calls", took, "s", floor)
        quarter = write_calls(Path(folder) / "quarter.csv", 2_500)
        yield from growth("four times the calls", quarter, path, 4)
        one_call = write_calls(Path(folder) / "few.csv", 1_000).read_text(encoding="utf-8")
        yield figure(
            f"replay, half an hour in a queue of five ({queue_row_count()} rows), per event",
            feed_only(queue_rows()) * 1e6, "µs", feed_only(one_call) * 1e6,
        )  # fmt: skip
        yield start_up(Path(folder) / "one.csv", text)
        if long:
            many = write_calls(Path(folder) / "long.csv", 100_000)
            yield from growth("100,000 calls, 1.9 million rows", path, many, 10)


def growth(what: str, small: Path, large: Path, times: int) -> Iterator[dict[str, object]]:
    """Time against so many times that of the small file, and the peak of memory against its peak."""
    few, many = min(alone(small) for _ in range(2)), min(alone(large) for _ in range(2))
    yield figure(f"replay linearity: {what}", many[0], "s", few[0] * times)
    yield figure(f"replay memory: {what}", many[1], "MB", few[1])


def start_up(path: Path, text: str) -> dict[str, object]:
    """The time from the command to the end of a file of a few rows."""
    path.write_text(text[: text.find("\n", 2000) + 1], encoding="utf-8", newline="")
    script = str(Path(sys.executable).with_name("cordboard"))
    took = shortest(lambda: subprocess.run([script, "replay", str(path)], capture_output=True, check=False), 5)
    return figure("replay start-up", took, "s", 0.2)


def figure(name: str, value: float, unit: str, floor: float) -> dict[str, object]:
    """Return one figure with its ratio to the floor."""
    return {
        "bench": name,
        "value": round(value, 4),
        "unit": unit,
        "floor": round(floor, 4),
        "ratio": round(value / floor, 2),
    }
