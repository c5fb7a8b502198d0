"""Migrations: the schema brought up to date by code, at every start.

In:   a connection in a transaction, and where the Alembic scripts lie (a folder or a package such as
      `cordboard.portal.migrations`: `env.py` and `versions/`).
Out:  the schema at its newest version; `StoreOld` where the database was written by a newer program, `StoreForeign`
      where it is the other half's.
`python -m cordboard.store.migrate cordboard.portal "what changes"` writes the next script from the difference between
the migrations and the package's tables.
"""

import importlib
import importlib.util
import sys
import tempfile
from pathlib import Path
from typing import Any

from alembic import command, context
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, create_engine, inspect

from cordboard.store.errors import StoreForeign, StoreOld


def migrate(connection: Connection, migrations: Path | str) -> None:
    """Bring the schema to its newest version."""
    config = alembic_config(migrations, connection)
    script = ScriptDirectory.from_config(config)
    version_table = schema_name(migrations)
    refuse_foreign(connection, version_table)
    current = MigrationContext.configure(connection, opts={"version_table": version_table}).get_current_heads()
    if set(current) == set(script.get_heads()):
        return
    try:
        for revision in current:
            script.get_revision(revision)
    except CommandError as error:
        raise StoreOld(
            f"the database was written by a newer program (schema {', '.join(current)}); install that one"
        ) from error
    command.upgrade(config, "head")


def refuse_foreign(connection: Connection, version_table: str) -> None:
    """Portal and connector have tables of one name: each needs a database of its own."""
    theirs = {name for name in inspect(connection).get_table_names() if name.endswith("_version")} - {version_table}
    if theirs:
        owner, own = min(theirs).removesuffix("_version"), version_table.removesuffix("_version")
        raise StoreForeign(f"the database holds the tables of the {owner}; name one of its own for the {own}")


def run_in_environment() -> None:
    """The whole of every `env.py`: run the scripts on the connection that `migrate` was given."""
    attributes: dict[str, Any] = context.config.attributes
    context.configure(
        connection=attributes["connection"],
        target_metadata=attributes.get("metadata"),
        version_table=attributes["version_table"],
        render_as_batch=True,
        compare_type=True,
    )
    # the transaction is the store's: Alembic neither begins nor commits
    context.run_migrations()


def alembic_config(migrations: Path | str, connection: Connection, metadata: Any = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(folder(migrations)))
    config.attributes.update(connection=connection, metadata=metadata, version_table=schema_name(migrations))
    return config


def folder(migrations: Path | str) -> Path:
    """The folder of the scripts; a name without a slash is a package."""
    if isinstance(migrations, str) and "/" not in migrations:
        spec = importlib.util.find_spec(migrations)
        if spec is None or not spec.submodule_search_locations:
            raise ModuleNotFoundError(f"there is no package {migrations}")
        return Path(spec.submodule_search_locations[0])
    return Path(migrations)


def schema_name(migrations: Path | str) -> str:
    """`portal_version`, `connector_version`: tells whose tables a database holds."""
    return f"{folder(migrations).resolve().parent.name}_version"


def draft(package: str, message: str) -> None:
    """Write the script that leads from the newest migration to the package's present tables."""
    metadata = importlib.import_module(f"{package}.tables").metadata
    with tempfile.TemporaryDirectory() as temporary:
        engine = create_engine(f"sqlite:///{temporary}/draft.db")
        with engine.begin() as connection:
            migrate(connection, f"{package}.migrations")
            config = alembic_config(f"{package}.migrations", connection, metadata)
            number = len(list(ScriptDirectory.from_config(config).walk_revisions())) + 1
            command.revision(config, message, autogenerate=True, rev_id=f"{number:04}")


if __name__ == "__main__":
    draft(sys.argv[1], sys.argv[2])
