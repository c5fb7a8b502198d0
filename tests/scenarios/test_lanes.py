"""The live lane and the ledger tell the same calls; what differs is known and stands on a page."""

from pathlib import Path

import pytest
from documented import with_table
from judge import FOLDERS, name_of
from lanes import KINDS, PAGE, differences, table


@pytest.mark.parametrize("folder", FOLDERS, ids=name_of)
def test_nothing_differs_at_any_stage_but_what_is_explained(folder: Path) -> None:
    assert set(differences(folder)) <= set(KINDS)


def test_the_page_says_what_is_measured_and_explains_each_kind() -> None:
    page = PAGE.read_text(encoding="utf-8")

    assert with_table(page, table()) == page, "python tests/scenarios/lanes.py --write, and look at the difference"
    for kind in KINDS:
        assert 2 == page.count(f"| {kind} |"), kind
