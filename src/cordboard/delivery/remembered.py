"""Remembered: keys of what is over, so that what is told of it again is known to be old.

The newest hundred thousand are kept, a week of an office with fourteen thousand calls a day; an older one can only come
again with rows that old, and the journal knows those.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)

MOST = 100_000


class Remembered(Generic[K]):
    """A set that forgets its oldest keys."""

    def __init__(self, most: int = MOST) -> None:
        self._keys: dict[K, None] = {}
        self._most = most

    def add(self, key: K) -> None:
        """Remember a key; the oldest goes where there are too many."""
        self._keys[key] = None
        if len(self._keys) > self._most:
            del self._keys[next(iter(self._keys))]

    def discard(self, key: K) -> None:
        """Forget a key: it is not over after all."""
        self._keys.pop(key, None)

    def update(self, keys: Iterable[K]) -> None:
        """Remember several, the oldest first."""
        for key in keys:
            self.add(key)

    def __contains__(self, key: object) -> bool:
        return key in self._keys

    def __len__(self) -> int:
        return len(self._keys)
