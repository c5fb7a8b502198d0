"""One database of each kind: every test of this folder runs on both."""

from collections.abc import Iterator

import pytest
from tests.databases import PostgreSql, Sqlite


@pytest.fixture
def url(databases: Sqlite | PostgreSql) -> Iterator[str]:
    """An empty database."""
    made = databases.new()
    yield made
    databases.drop(made)
