"""Throttle: who guesses passwords must wait.

In:   what is guessed at (a login, an address), the moment. Out: seconds to wait, 0 for none.
The first five failures cost nothing; from then on each doubles the wait, up to a quarter of an hour.
"""

SECOND = 1_000_000
FREE = 5
LONGEST = 15 * 60
#: so many names at once are somebody's program: the oldest are forgotten
MANY = 10_000
NONE = (0, 0, 0)


class Throttle:
    """Failures by name, in memory."""

    def __init__(self) -> None:
        #: name → failures, moment until which it must wait, the same before the last failure
        self._failures: dict[str, tuple[int, int, int]] = {}

    def wait(self, name: str, now: int) -> int:
        """Seconds until this name may try again."""
        _, until, _ = self._failures.get(name, NONE)
        return max(0, -(-(until - now) // SECOND))

    def failed(self, name: str, now: int) -> None:
        """One more guess: counted before it is looked at, so that guesses sent together are counted too."""
        count, until, _ = self._failures.pop(name, NONE)
        if until and now > until + 2 * LONGEST * SECOND:
            count = 0
        count += 1
        pause = min(LONGEST, 2 ** (count - FREE)) if count >= FREE else 0
        self._failures[name] = (count, now + pause * SECOND, until)
        if len(self._failures) > MANY:
            self._failures.pop(next(iter(self._failures)))

    def forgive(self, name: str) -> None:
        """The last failure was none: it is taken back, those before stay."""
        count, _, before = self._failures.pop(name, NONE)
        if count > 1:
            self._failures[name] = (count - 1, before, before)

    def succeeded(self, name: str) -> None:
        """Everything about this name is forgotten."""
        self._failures.pop(name, None)
