"""Rings: runs the tests, one pytest process per ring, and says at the end what passed.

    python scripts/rings.py thinking edges browser system [-- options of pytest]

In:   the names of the rings; CI=true in the environment makes the judgement strict.
Out:  what pytest prints, then a table of counts and, alone on the last line, "N passed, N failed".
      Exit code 0 only if every ring ran and passed.

A ring whose programs cannot be had here (no root, no Chromium) says so and is skipped. Under CI=true a skipped
ring is a failure, and so is a skipped test: there the machine is known, and silence would hide a hole.
A ring that finds no test at all has failed everywhere.

Two lanes run beside each other, since most tests wait: for processes, sockets, databases. What a ring prints then comes
when it has ended. The edges are the longest ring, so those of whole connectors run in the other lane.
"""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parent.parent
COUNTS = ROOT / ".cache" / "rings"

# What a ring needs from the system, beside .venv: commands that bring it, each silent when it is there.
NEEDS = {
    "thinking": [],
    "edges": [],
    "browser": [["scripts/debian-packages", "chromium", "fonts-dejavu-core"]],
    "system": [["scripts/asterisk-tree", "22"], ["scripts/debian-packages", "iproute2", "util-linux"]],
}

# What a ring would like to have: where it cannot be had, the tests that need it say so and are skipped one by one.
WISHES = {
    "system": [["scripts/asterisk-tree", "16"]],
    "edges": [["scripts/debian-packages", "mariadb-server-core", "mariadb-client-core", "php-cli", "systemd"]],
}

#: tests of whole connectors, a part of the edges
CONNECTORS = ("tests/connector", "tests/demo")
#: what runs one after the other, beside the other lane: rings with what of them
LANES = (
    (("edges", tuple(f"--ignore={folder}" for folder in CONNECTORS)),),
    (("thinking", ()), ("browser", ()), ("system", ()), ("edges", CONNECTORS)),
)


@dataclass
class Ring:
    name: str
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    said: str = ""  #: why the ring did not run, or what is wrong with it beyond its tests

    def is_good(self, strict: bool) -> bool:
        if self.failed or (strict and self.skipped):
            return False
        return self.passed > 0 or (bool(self.said) and not strict)

    def __str__(self) -> str:
        counts = f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"
        return f"{self.name:9} {counts}" + (f": {self.said}" if self.said else "")


def missing(commands: list[list[str]]) -> str:
    """Bring what the commands bring; the reason in words if it cannot be had."""
    for command in commands:
        run = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        if run.returncode:
            return (run.stderr.strip().splitlines() or [f"{command[0]} failed"])[-1]
    return ""


def counted(name: str, report: Path) -> Ring:
    """The counts of one pytest process, from its own report."""
    ring = Ring(name)
    if not report.exists():
        ring.failed, ring.said = 1, "pytest left no report"
        return ring
    for suite in ElementTree.parse(report).iter("testsuite"):
        numbers = {key: int(suite.get(key, "0")) for key in ("tests", "failures", "errors", "skipped")}
        ring.failed += numbers["failures"] + numbers["errors"]
        ring.skipped += numbers["skipped"]
        ring.passed += numbers["tests"] - numbers["failures"] - numbers["errors"] - numbers["skipped"]
    return ring


def prepare(name: str) -> str:
    """Bring what a ring needs; the reason why it cannot run, or ""."""
    if reason := missing(NEEDS[name]):
        return f"not run: {reason}"
    if reason := missing(WISHES.get(name, [])):
        print(reason, flush=True)
    return ""


def run(name: str, options: list[str], part: tuple[str, ...] = (), *, beside: bool = False) -> Ring:
    """Run a ring, or a part of it; `beside` others, what it prints comes when it has ended."""
    report = COUNTS / (f"{name}-connectors.xml" if part == CONNECTORS else f"{name}.xml")
    report.unlink(missing_ok=True)
    command = [sys.executable, "-m", "pytest", "-q", "-m", name, f"--junitxml={report}", *part, *options]
    shown = " ".join(["==", name, *part])
    print(shown, flush=True)
    out = subprocess.PIPE if beside else None
    done = subprocess.run(
        command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, text=True, check=False
    )
    if beside:
        print(f"\n{shown}\n{done.stdout}", flush=True)
    ring = counted(name, report)
    if done.returncode and not ring.failed:
        ring.failed += 1
        ring.said = "it found no test" if done.returncode == 5 else f"pytest ended with code {done.returncode}"
    return ring


def run_all(names: list[str], options: list[str]) -> list[Ring]:
    """Run rings: one alone, or several in two lanes beside each other."""
    # before anything runs: two that install packages would be in each other's way
    reasons = {name: prepare(name) for name in names}
    able = [name for name in names if not reasons[name]]
    if len(able) < 2 or options:
        done = [run(name, options) for name in able]
    else:
        with ThreadPoolExecutor(len(LANES)) as pool:
            lanes = pool.map(lambda lane: [run(n, [], part, beside=True) for n, part in lane if n in able], LANES)
            done = [ring for lane in lanes for ring in lane]
    return [added([ring for ring in done if ring.name == name]) or Ring(name, said=reasons[name]) for name in names]


def added(parts: list[Ring]) -> Ring | None:
    """The parts of one ring as one; None of none."""
    if not parts:
        return None
    said = "; ".join(part.said for part in parts if part.said)
    counts = (sum(getattr(part, key) for part in parts) for key in ("passed", "failed", "skipped"))
    return Ring(parts[0].name, *counts, said)


def split(arguments: list[str]) -> tuple[list[str], list[str]]:
    """Names of rings before `--`, options for pytest after it."""
    if "--" not in arguments:
        return arguments, []
    cut = arguments.index("--")
    return arguments[:cut], arguments[cut + 1 :]


def main(arguments: list[str]) -> int:
    names, options = split(arguments)
    if unknown := [name for name in names if name not in NEEDS]:
        print(f"No ring is called {', '.join(unknown)}; the rings: {', '.join(NEEDS)}.", file=sys.stderr)
        return 2
    strict = os.environ.get("CI") == "true"
    COUNTS.mkdir(parents=True, exist_ok=True)
    rings = run_all(names or list(NEEDS), options)
    bad = [ring for ring in rings if not ring.is_good(strict)]
    print()
    for ring in rings:
        print(ring)
    if bad:
        print(
            "not good: "
            + ", ".join(ring.name for ring in bad)
            + (" (CI=true: nothing may be skipped)" if strict else "")
        )
    # A ring that was skipped where it may not be counts as one failure, so that the last line never looks clean.
    failed = sum(max(ring.failed, ring in bad) for ring in rings)
    print(f"{sum(ring.passed for ring in rings)} passed, {failed} failed")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
