"""The table of checks: complete, each check once, and every test it names is there."""

import ast
import re
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
TABLE = ROOT / "tests/browser/CHECKS.md"
#: group → how many checks it has
GROUPS = {"ROLE": 2, "FRAME": 5, "CARD": 14, "LIST": 5, "PLAY": 4, "MISS": 6, "CRM": 7, "LIVE": 4, "STAT": 6, "ADM": 3}
GROUPS |= {"QUE": 4, "NUM": 2, "HOOK": 3, "SET": 1, "INSP": 4, "STATE": 3, "A11Y": 8, "I18N": 2, "NOTE": 2, "DEMO": 3}
GROUPS |= {"WIZ": 2, "API": 3}


def rows() -> list[tuple[str, str]]:
    """(check, shown by) of every line."""
    cells = [line.split("|") for line in TABLE.read_text(encoding="utf-8").splitlines() if re.match(r"\| \w+-\d", line)]
    return [(cell[1].strip(), cell[3].strip()) for cell in cells]


def test_every_check_stands_in_the_table_once():
    expected = {f"{group}-{number}" for group, count in GROUPS.items() for number in range(1, count + 1)}

    found = Counter(check for check, _ in rows())

    assert expected == found.keys()
    assert [] == [check for check, count in found.items() if count > 1]


def test_every_check_names_a_test_that_is_there_or_says_that_it_is_not_done():
    for check, shown_by in rows():
        named = re.findall(r"`([^`]+)`", shown_by)
        assert named or shown_by.startswith("not done yet"), check
        assert [] == [one for one in named if not exists(one)], check


def exists(named: str) -> bool:
    path, _, function = named.partition("::")
    if not (ROOT / path).exists():
        return False
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8")) if function else None
    return tree is None or function in {
        node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
