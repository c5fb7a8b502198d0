"""How a command ends when it cannot go on: one sentence on standard error, and an exit code."""

import sys
from typing import NoReturn

__all__ = ["fail"]


def fail(sentence: str, exit_code: int) -> NoReturn:
    """End the program with a sentence on standard error."""
    print(sentence, file=sys.stderr)
    raise SystemExit(exit_code)
