"""NumberingPlan: which numbers are ours, and how any number is written.

In:   the settings `[numbers] prefixes, internal` and, per PBX, `trunks` and `lines`.
Out:  a `Number` for any text, and which endpoints are trunks.

What surprises: `base` comes from `original`, never from `custom`, which may be any rewrite.
Numbers repeat far more often than they change, so they are cached by text.
"""

import re
from collections.abc import Callable, Mapping, Sequence

from cordboard.numbers.employees import NOBODY, Employees
from cordboard.numbers.number import EMPTY, Number
from cordboard.numbers.prefixes import compact, strip_prefix, variants_of

CACHE_LIMIT = 50_000  #: numbers kept; then the cache begins anew


class Numbers(dict[str, Number]):
    """Numbers by their text; it fills itself."""

    def __init__(self, build: Callable[[str], Number]):
        super().__init__()
        self._build = build

    def __missing__(self, original: str) -> Number:
        if len(self) >= CACHE_LIMIT:
            self.clear()
        number = self[original] = self._build(original)
        return number


class NumberingPlan:
    """The numbering rules of one PBX."""

    def __init__(
        self,
        prefixes: Sequence[str] = (),
        internal: Sequence[str] = (r"^\d{2,4}$",),
        trunks: Sequence[str] = (),
        lines: Mapping[str, str] | None = None,
        employees: Employees = NOBODY,
    ):
        self.prefixes = tuple(prefixes)
        self.lines: Mapping[str, str] = dict(lines or {})  #: trunk endpoint → its number
        self._internal = [re.compile(pattern) for pattern in internal]
        self._trunks = [re.compile(pattern) for pattern in trunks]
        self.numbers = Numbers(self._build)  #: what `number` says without `custom`, for those who ask often
        self._local: dict[str, bool] = {}
        self._employees = employees

    def learn(self, employees: Employees) -> None:
        """From now on these outside numbers belong to employees."""
        if employees != self._employees:
            self._employees = employees
            self.numbers.clear()

    def is_employee(self, text: str) -> bool:
        """Say whether somebody of ours is behind this number: at an extension, or outside."""
        return self.numbers[text].is_local

    def number(self, original: str, custom: str = "") -> Number:
        """Return the number with base and variants; equal texts without `custom` give the same object."""
        return self._build(original, custom) if custom else self.numbers[original]

    def is_local(self, text: str) -> bool:
        """Say whether this is an internal number."""
        local = self._local.get(text)
        if local is None:
            if len(self._local) >= CACHE_LIMIT:
                self._local.clear()
            bare = compact(text)
            local = self._local[text] = bool(bare) and any(pattern.search(bare) for pattern in self._internal)
        return local

    def is_trunk(self, endpoint: str) -> bool:
        """Say whether an endpoint leads outside: named as a trunk, or not named like an extension."""
        if endpoint in self.lines or any(pattern.search(endpoint) for pattern in self._trunks):
            return True
        return not self.is_local(endpoint)

    def is_guessed(self, endpoint: str) -> bool:
        """Say whether an endpoint counts as a trunk only because no setting names it."""
        named = endpoint in self.lines or any(pattern.search(endpoint) for pattern in self._trunks)
        return not named and not self.is_local(endpoint)

    def _build(self, original: str, custom: str = "") -> Number:
        if not original:
            return Number("", custom, False, "", ()) if custom else EMPTY
        if self.is_local(original):
            return Number(original, custom, True, original, (original,))
        base = strip_prefix(compact(original), self.prefixes) or original
        variants = variants_of(base, self.prefixes)
        return Number(base, custom, self._employees.know((original, *variants)), original, variants)
