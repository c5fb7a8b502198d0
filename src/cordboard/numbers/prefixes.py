"""Prefixes: what stands before a number, and the forms a number can be written in.

In:   a number as received and the configured prefixes in their order.
Out:  `base` (the number without its prefix) and `variants` (base, then each prefix + base).

What surprises: nothing is filtered. `+7495` before ten digits is no valid number, yet the
documented example lists it, and a consumer may count on the order.
"""

from collections.abc import Sequence

_PUNCTUATION = str.maketrans("", "", " ()-\u00a0\u2011\u2013")


def compact(text: str) -> str:
    """Return the number without spaces, brackets and hyphens; a leading plus stays."""
    return text.translate(_PUNCTUATION)


def strip_prefix(number: str, prefixes: Sequence[str]) -> str:
    """Return the number without its longest matching prefix; a prefix never eats the whole number."""
    matching = [prefix for prefix in prefixes if prefix and number.startswith(prefix) and len(number) > len(prefix)]
    return number[len(max(matching, key=len)) :] if matching else number


def variants_of(base: str, prefixes: Sequence[str]) -> tuple[str, ...]:
    """Return base and each prefix + base in the configured order, equal ones once."""
    return tuple(dict.fromkeys([base, *(prefix + base for prefix in prefixes)])) if base else ()
