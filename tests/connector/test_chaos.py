"""Connector and portal killed and cut off at random among sixty calls: none lost, none doubled, none out of order.

`python -m bench chaos --long` kills 300 times.
"""

from pathlib import Path

import pytest
from bench.chaos import chaos

#: of the moments and kinds of trouble
SEED = 7
KILLS = 6


@pytest.mark.timeout(400)
def test_after_six_kills_every_call_stands_in_the_crm_once_as_without_any(tmp_path: Path) -> None:
    result = chaos(KILLS, SEED, tmp_path)

    assert result.is_clean, f"{result}\n{(tmp_path / 'log').read_text(encoding='utf-8')[-3000:]}"
    assert KILLS == result.kills
