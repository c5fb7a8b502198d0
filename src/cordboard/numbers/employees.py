"""Employees: outside numbers that are extensions all the same (fixed-mobile convergence).

In:   numbers of employees in full, and patterns such as `8123456XXXX` for a series of SIM cards, X for any digit.
Out:  whether a number, in any of its spellings, is one of them.
"""

import re
from collections.abc import Iterable

from cordboard.numbers.prefixes import compact

#: a line of a file of patterns: digits and X, perhaps with a plus
PATTERN = re.compile(r"\+?[\dXx]+")


class Employees:
    """The outside numbers of employees; empty by default."""

    def __init__(self, numbers: Iterable[str] = (), patterns: Iterable[str] = ()):
        self._numbers = frozenset(compact(number) for number in numbers) - {""}
        rules = [re.sub("[Xx]", r"\\d", re.escape(compact(pattern))) for pattern in patterns]
        self._pattern = re.compile("|".join(rules)) if rules else None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Employees) and (self._numbers, self._pattern) == (other._numbers, other._pattern)

    def __hash__(self) -> int:
        return hash((self._numbers, self._pattern))

    def know(self, spellings: Iterable[str]) -> bool:
        """Say whether one of these spellings of a number belongs to an employee.

        >>> Employees(["+7 916 000-51-05"], ["8123456XXXX"]).know(["9160005105", "79160005105", "+79160005105"])
        True
        """
        return any(
            spelling in self._numbers or (self._pattern is not None and self._pattern.fullmatch(spelling) is not None)
            for spelling in spellings
        )


NOBODY = Employees()


def patterns_of(text: str) -> tuple[list[str], list[str]]:
    """The patterns of a file, one a line, and the lines that are none; `#` begins a remark."""
    lines = [line.partition("#")[0].strip() for line in text.splitlines()]
    told = [line for line in lines if line]
    return [x for x in told if PATTERN.fullmatch(compact(x))], [x for x in told if not PATTERN.fullmatch(compact(x))]
