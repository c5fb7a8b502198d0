"""Hot statements: written once in SQLAlchemy Core, compiled once, then given straight to the driver.

In:   a Core statement whose changing parts are `bindparam`s. Out: plain tuples.
`register` runs a dozen statements for every call of the house; Core's own way costs five times what SQLite takes for
them. The price: no type conversion, so only integers, text and booleans may go in and come out (`to_json` for JSON).
"""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql import ClauseElement

__all__ = ["Hot"]


class Hot:
    """One statement, ready for the driver."""

    def __init__(self, statement: ClauseElement) -> None:
        self._statement = statement
        #: dialect → SQL, names in the order of its question marks (None: the driver takes names), fixed values
        self._compiled: dict[str, tuple[str, list[str] | None, dict[str, Any]]] = {}

    def rows(self, connection: Connection, **values: Any) -> list[tuple[Any, ...]]:
        """All rows of a SELECT."""
        return cast("list[tuple[Any, ...]]", self._execute(connection, values).fetchall())

    def run(self, connection: Connection, **values: Any) -> int:
        """Run anything else; the number of rows it touched."""
        return int(self._execute(connection, values).rowcount)

    def _execute(self, connection: Connection, values: dict[str, Any]) -> Any:
        sql, names, fixed = self._compiled.get(connection.dialect.name) or self._compile(connection)
        every = {**fixed, **values} if fixed else values
        try:
            driver: Any = connection.connection.dbapi_connection
            return driver.execute(sql, every if names is None else [every[name] for name in names])
        except connection.dialect.loaded_dbapi.Error as error:
            # what others catch is SQLAlchemy's family, with the driver's own words inside
            lost = connection.dialect.is_disconnect(error, connection.connection.driver_connection, None)
            if lost:
                connection.invalidate(error)
            raise DBAPIError(sql, None, error, connection_invalidated=lost) from error

    def _compile(self, connection: Connection) -> tuple[str, list[str] | None, dict[str, Any]]:
        compiled: Any = self._statement.compile(dialect=connection.dialect)
        names = list(compiled.positiontup) if compiled.positional else None
        fixed = {name: value for name, value in compiled.params.items() if value is not None}
        made = (str(compiled), names, fixed)
        self._compiled[connection.dialect.name] = made
        return made
