"""Passwords: stored by argon2, compared by it, never logged.

In:   a password, or a password and a stored hash. Out: a hash, or whether they belong together.
"""

import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

__all__ = ["hash_password", "new_password", "password_fits"]

_HASHER = PasswordHasher()
#: none that look alike when read from a screen
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


def new_password() -> str:
    """A password to be shown once and changed by its owner."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(4))


def hash_password(password: str) -> str:
    """The hash to store."""
    return _HASHER.hash(password)


def password_fits(password: str, stored: str) -> bool:
    """Whether the password is the one of this hash; takes the same time where no hash is stored."""
    try:
        return _HASHER.verify(stored or _NOBODY, password) and bool(stored)
    except (VerificationError, InvalidHashError):
        return False


#: verified against when there is no such user, so that a guess tells nothing by its time
_NOBODY = _HASHER.hash("nobody")
