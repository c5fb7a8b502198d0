"""Short commands on the connector's journal, beside a connector that may be running on it."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from cordboard.cli.beside import used
from cordboard.cli.ending import fail
from cordboard.connector import bootstrap
from cordboard.connector.journal import StoreJournal
from cordboard.crm.bitrix24.mapping import Terms
from cordboard.settings import Pbx, Settings, SettingsError, load
from cordboard.store import Store, StoreLocked

__all__ = ["journal_beside", "loaded", "only", "the_pbx"]


def loaded(config: Path | None) -> Settings:
    """The settings; ends the program with their fault."""
    try:
        return load(config)
    except SettingsError as error:
        fail(str(error), error.exit_code)


def the_pbx(settings: Settings, name: str) -> Pbx:
    """The exchange of that name, or the only one; ends the program where there is none."""
    wanted = only([pbx.name for pbx in settings.pbx], name, "[[pbx]]")
    return next(pbx for pbx in settings.pbx if pbx.name == wanted)


def only(names: list[str], wanted: str, table: str) -> str:
    """The name that is wanted, or the only one there is; ends the program where that is none or not clear."""
    found = [name for name in names if not wanted or name == wanted]
    if len(found) != 1:
        fail(f"name one {table} of the settings; there are: {', '.join(names) or 'none'}", 2)
    return found[0]


@contextmanager
def journal_beside(settings: Settings, *, make: bool = False) -> Generator[StoreJournal]:
    """The journal for one short work; ends the program with a sentence where it cannot be used.

    `make`: where nobody runs on it, it is made as a connector would.
    """

    def opened() -> Store:
        if make:
            with suppress(StoreLocked):
                return bootstrap.open_store(settings)
        return Store.open(settings.store.url, migrations=bootstrap.MIGRATIONS, exclusive=False)

    with used(opened, "journal of this release", "connector") as store:
        yield StoreJournal(store, bootstrap.now_micros, Terms)
