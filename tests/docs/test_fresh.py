"""Guard of the pages that the program itself tells in part: none of them is stale."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_generated_parts_of_the_documents_are_what_the_program_says_today() -> None:
    command = [sys.executable, "scripts/documents.py", "--check"]

    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)

    assert run.returncode == 0, f"run `make docs`:\n{run.stdout}{run.stderr}"
