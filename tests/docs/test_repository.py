"""Guards of what is committed: no address of a registry, no path of one machine, nothing unpinned."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
REGISTRIES = re.compile(
    r"pypi\.org|pythonhosted\.org|registry\.npmjs|registry\.yarnpkg|deb\.debian\.org|snapshot\.debian|artifactory|nexus\.|/simple/\b",
    re.IGNORECASE,
)
# Folders of a home or of a workplace; /tmp and the folders of a Debian system are everybody's.
MACHINE_PATHS = re.compile(r"(?<![\w.])/(?:root|home/\w+|Users/\w+|work|workspace|builds?)/\w")
THIS_FILE = Path(__file__).relative_to(ROOT).as_posix()


def committed() -> list[Path]:
    """What git tracks, or would track: text files only."""
    command = ["git", "-c", "safe.directory=*", "ls-files", "--cached", "--others", "--exclude-standard"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if run.returncode:
        pytest.fail(f"git does not say what is committed: {run.stderr}")
    names = [name for name in run.stdout.splitlines() if name != THIS_FILE]
    return [ROOT / name for name in names if (ROOT / name).is_file()]


def hits(pattern: re.Pattern[str], files: list[Path]) -> list[str]:
    found: list[str] = []
    for path in files:
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found += [f"{path.relative_to(ROOT)}: {match[0]}" for match in pattern.finditer(text)]
    return found


def test_no_committed_file_names_a_package_registry() -> None:
    assert not hits(REGISTRIES, committed())


def test_no_committed_file_names_a_folder_of_one_machine() -> None:
    code = [path for path in committed() if "captures" not in path.parts]

    assert not hits(MACHINE_PATHS, code)


@pytest.mark.parametrize("folder", ["assets", "tests/foreign/js"])
def test_an_npm_lock_holds_no_address(folder: str) -> None:
    lock = (ROOT / folder / "package-lock.json").read_text(encoding="utf-8")

    assert "resolved" not in lock
    assert '"integrity": "sha512-' in lock


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt", "requirements-uv.txt"])
def test_requirement_files_are_pinned_with_hashes_and_hold_no_address(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    packages = re.findall(r"^[\w\[\]-]+(?===)", text, re.MULTILINE)

    assert "://" not in text
    assert packages
    assert len(packages) <= text.count("--hash=sha256:")


def test_npm_assets_are_not_committed() -> None:
    names = [path.relative_to(ROOT).as_posix() for path in committed()]

    assert not [name for name in names if "node_modules/" in name or name.startswith("src/cordboard/web/static/npm/")]


def test_every_script_can_be_started() -> None:
    scripts = [path for path in (ROOT / "scripts").iterdir() if path.read_bytes().startswith(b"#!")]

    assert scripts
    assert not [path.name for path in scripts if not path.stat().st_mode & 0o111]


def test_the_code_cites_only_pages_that_are_here() -> None:
    here = {path.name for path in committed() if path.suffix == ".md"}
    code = [path for path in committed() if path.suffix in {".py", ".js", ".html", ".toml"}]

    cited = [hit for hit in hits(re.compile(r"\b[a-z][a-z0-9_-]*\.md\b"), code) if hit.rpartition(" ")[2] not in here]

    assert not [hit for hit in cited if "tests/docs/" not in hit and not hit.startswith("scripts/")]
