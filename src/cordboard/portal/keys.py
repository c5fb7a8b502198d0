"""Keys: secrets made by us, and how they are kept.

In:   nothing, or a secret somebody shows. Out: a new secret, or the hash under which it is stored.
Webhooks, tokens, sessions and one-time links are long and random, so a plain SHA-256 keeps them; passwords are not, and
have `passwords.py`.
"""

import hashlib
import secrets

__all__ = ["new_secret", "secret_hash"]


def secret_hash(secret: str) -> str:
    """How a secret is stored."""
    return hashlib.sha256(secret.encode()).hexdigest()


def new_secret(length: int = 32) -> str:
    """A new secret of lower-case letters and digits."""
    return "".join(secrets.choice("abcdefghijklmnopqrstuvwxyz0123456789") for _ in range(length))
