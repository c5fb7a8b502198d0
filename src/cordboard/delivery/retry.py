"""Retry: what happens to a request after it failed: again, and when, or never?

Pure. In: the error, how often it was tried, now. Out: `RetryAt` or `GiveUp`.
"""

from __future__ import annotations

from dataclasses import dataclass

from cordboard.crm.base import AuthorizationLost, CrmError

FIRST_DELAY = 0.5
#: a whole connection is asked again at least this often
LONGEST_CONNECTION_DELAY = 30.0
#: one request that makes the CRM fail, while others pass
LONGEST_REQUEST_DELAY = 300.0
#: nobody but a person can renew an access
AUTHORIZATION_DELAY = 60.0
#: tries of one request before it is given up: with the delays above, a day
MOST_ATTEMPTS = 300


@dataclass(frozen=True, slots=True)
class RetryAt:
    """Try again at this moment."""

    when: float


@dataclass(frozen=True, slots=True)
class GiveUp:
    """Trying again cannot help."""

    reason: str


def next_attempt(error: CrmError, attempts: int, now: float) -> RetryAt | GiveUp:
    """Decide after the `attempts`-th failure (1 is the first)."""
    if not error.retry:
        return GiveUp(error.label)
    if isinstance(error, AuthorizationLost):
        return RetryAt(now + AUTHORIZATION_DELAY)
    if not error.connection and attempts >= MOST_ATTEMPTS:
        return GiveUp("too-many-attempts")
    longest = LONGEST_CONNECTION_DELAY if error.connection else LONGEST_REQUEST_DELAY
    return RetryAt(now + max(error.pause, min(FIRST_DELAY * 2 ** min(attempts - 1, 20), longest)))
