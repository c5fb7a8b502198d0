"""A database used for one short work, beside the program that may be running on it."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError

from cordboard.cli.ending import fail
from cordboard.store import Store, StoreError

__all__ = ["used"]


@contextmanager
def used(opened: Callable[[], Store], lacks: str, program: str) -> Generator[Store]:
    """The store that `opened` opens; ends the program with a sentence where it cannot be used.

    `lacks`: what a database that is not ours "holds no" of; `program`: what makes it when it is started.
    """
    try:
        store = opened()
    except StoreError as error:
        fail(str(error), error.exit_code)
    try:
        yield store
    except DBAPIError as error:
        fail(f"{store.engines.name} holds no {lacks} ({error.orig}); start the {program} once", 4)
    except StoreError as error:
        fail(str(error), error.exit_code)
    finally:
        store.close_sync()
