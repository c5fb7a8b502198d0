"""Bench: CEL CSV → complete `call_full`, against `csv.reader` over the same text.

In:   the captured minute of overlapping calls, repeated with new ids and later times.
Out:  figures; the bars are in DESIGN 4: `--every end` ≤ 3 × csv.reader, `--every stage` ≤ 4 ×, linear, start ≤ 0.2 s.
"""

from __future__ import annotations

import csv
import gc
import io
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cordboard.calls.tracker import CallTracker
from cordboard.cli.replay import run as play_sources
from cordboard.numbers.plan import NumberingPlan
from cordboard.settings import Pbx

SCENARIO = "demo/captures/asterisk22/mixed-60/cel.csv"
CALLS_IN_SCENARIO = 64
PREFIXES = ("+7", "7", "8")
INTERNAL = (r"^\d{3}$",)


def enlarged(times: int) -> str:
    """Return the scenario's text so many times, each with ids, channel names and times of its own."""
    text = files("cordboard").joinpath(SCENARIO).read_text(encoding="utf-8")
    header, _, rows = text.partition("\n")
    seconds = sorted({int(second) for second in re.findall(r"\b(179\d{7})\.\d+", rows)})
    span = seconds[-1] - seconds[0] + 5
    parts = [header, "\n"]
    parts += [moved(rows, turn, turn * span) for turn in range(times)]
    return "".join(parts)


def moved(rows: str, turn: int, seconds: int) -> str:
    """Return the rows with later times and ids, and with channel names of their own."""
    later = re.sub(r"\b(179\d{7})(\.\d+)", lambda found: f"{int(found[1]) + seconds}{found[2]}", rows)
    return re.sub(r"-([0-9a-f]{8})\b(?!-)", lambda found: f"-{int(found[1], 16) + turn * 4096:08x}", later)


def fastest(work: Callable[[], object], rounds: int = 5) -> float:
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
    tracker = CallTracker(NumberingPlan(PREFIXES, INTERNAL), timezone="UTC")
    play_sources([str(path)], tracker, Pbx(), every, "ledger", lambda _: None)


def run() -> Iterator[dict[str, object]]:
    """Yield the figures."""
    with TemporaryDirectory() as folder:
        text = enlarged(40)
        path = Path(folder) / "cel.csv"
        path.write_text(text, encoding="utf-8", newline="")
        floor = fastest(lambda: read_only(text))
        for every in ("end", "stage"):
            took = fastest(lambda every=every: play(path, every))
            yield figure(f"replay --every {every}", took, "s", floor)
        long = Path(folder) / "long.csv"
        long.write_text(enlarged(160), encoding="utf-8", newline="")
        one, four = fastest(lambda: play(path, "end")), fastest(lambda: play(long, "end"), 2)
        yield figure("replay linearity: four times the calls", four, "s", one * 4)
        script = str(Path(sys.executable).with_name("cordboard"))
        sample = Path(folder) / "one.csv"
        sample.write_text(text[: text.find("\n", 2000) + 1], encoding="utf-8", newline="")
        start = shortest(lambda: subprocess.run([script, "replay", str(sample)], capture_output=True, check=False), 5)
        yield figure("replay start-up", start, "s", 0.2)


def figure(name: str, value: float, unit: str, floor: float) -> dict[str, object]:
    """Return one figure with its ratio to the floor."""
    return {
        "bench": name,
        "value": round(value, 4),
        "unit": unit,
        "floor": round(floor, 4),
        "ratio": round(value / floor, 2),
    }
