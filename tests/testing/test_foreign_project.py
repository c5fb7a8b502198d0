"""The page about testing a connector, followed to the letter in a folder that knows nothing of ours."""

import re
import subprocess
import sys
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "test-your-connector.md"


def test_a_project_that_copies_the_page_has_a_portal_in_its_tests(tmp_path: Path) -> None:
    for block in re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL):
        name = block.splitlines()[0].removeprefix("# ")
        (tmp_path / name).write_text(block, encoding="utf-8")

    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--basetemp", str(tmp_path / "made")]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=100)

    assert 0 == run.returncode, run.stdout
    assert "4 passed" in run.stdout
