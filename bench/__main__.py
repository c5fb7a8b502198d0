"""`python -m bench [NAME…] [--long]`: runs benchmarks and prints one JSON line per figure.

In:   names of modules of this folder, apart by spaces or commas; none = all of them. `--long` adds figures that take
      minutes, where a module has such.
Out:  {"bench", "value", "unit", "floor", "ratio"} on standard output; `floor` is the figure of the barest program that
      does the same, measured in the same run, so that the ratio says more than the seconds of one machine.

A module is a question: `run() -> Iterator[dict]`, with an argument `long` where it has long figures. One that is not
there, or fails, is told on standard error and the others go on; the exit code is then 1.
"""

import importlib
import inspect
import json
import sys
import traceback
from collections.abc import Iterator
from typing import Any

NAMES = ("replay", "ami", "register", "ring", "chain", "hooks", "random_requests", "kills", "chaos")
KEYS = ("bench", "value", "unit", "floor", "ratio")


def figures(name: str, *, long: bool) -> Iterator[dict[str, Any]]:
    """The figures of one benchmark, with every key, and what else it says."""
    run = importlib.import_module(f"bench.{name}").run
    options = {"long": long} if "long" in inspect.signature(run).parameters else {}
    for figure in run(**options):
        yield {**dict.fromkeys(KEYS), "bench": name, **figure}


def run(name: str, *, long: bool) -> bool:
    try:
        for figure in figures(name, long=long):
            print(json.dumps(figure), flush=True)
    except ModuleNotFoundError as error:
        if error.name != f"bench.{name}":
            raise
        print(f"bench/{name}.py is not there yet", file=sys.stderr)
        return False
    except Exception:
        traceback.print_exc()
        print(f"the benchmark {name} failed", file=sys.stderr)
        return False
    return True


def main(arguments: list[str]) -> int:
    long = "--long" in arguments
    named = [name for argument in arguments if argument != "--long" for name in argument.split(",") if name]
    names = named or list(NAMES)
    if unknown := [name for name in names if name not in NAMES]:
        print(f"No benchmark is called {', '.join(unknown)}; there are {', '.join(NAMES)}.", file=sys.stderr)
        return 2
    good = [run(name, long=long) for name in names]  # all of them, whatever the first one did
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
