"""Every test belongs to one ring, by its folder; `make test` runs one pytest process per ring."""

from pathlib import Path

import pytest
from tests.databases import database_kind, databases, postgresql

__all__ = ["database_kind", "databases", "postgresql"]

TESTS = Path(__file__).parent
THINKING = ("numbers", "calls", "scenarios", "flow", "b24wire", "crm", "docs", "portal/telephony", "portal/crm")


def ring_of(path: Path) -> str:
    folder = path.relative_to(TESTS).as_posix()
    if folder.startswith(("browser/", "system/")):
        return folder.split("/")[0]
    return "thinking" if folder.startswith(tuple(f"{name}/" for name in THINKING)) else "edges"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        item.add_marker(ring_of(item.path))


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
