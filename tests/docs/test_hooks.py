"""Guards of the customization points: each has its section, its example, its test, and a flow that asks it."""

import json
import re
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from cordboard.cli.schema import schema_text
from cordboard.hooks.specs import POINTS, Empty

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "docs/reference"
EXAMPLES = ROOT / "docs/how-to/customizations"

#: asked by a function of `hooks/beforehand.py`, since there is no flow before there is a call
BEFOREHAND = {
    "process_originate_params": "customize_originate(",
    "customize_autodistribution": "customize_distribution(",
}
#: asked by a part that is not there yet; the guard says so as soon as it is
NOT_YET_ASKED: set[str] = set()


def sections() -> dict[str, str]:
    text = (REFERENCE / "hooks.md").read_text(encoding="utf-8")
    return dict(re.findall(r"^## `([^`]+)`\n(.*?)(?=^## |\Z)", text, re.DOTALL | re.MULTILINE))


def test_the_page_has_a_section_for_every_point_and_no_other() -> None:
    assert list(POINTS) == list(sections())


@pytest.mark.parametrize("name", POINTS)
def test_a_section_tells_moment_payload_answer_empty_data_and_example(name: str) -> None:
    point, section = POINTS[name], sections()[name]
    keys = [field.encode_name for kind in (point.payload, point.answer) for field in msgspec.structs.fields(kind)]

    assert f"Asked {point.moment}." in section
    assert [] == [key for key in keys if f"`{key}`" not in section]
    assert point.empty != Empty.CANCELS or f"Empty `data`: {point.cancelled}." in section
    [example] = re.findall(r"^Example: \[([^]]+)\]", section, re.MULTILINE)
    assert name == example.partition(".")[0]
    assert (EXAMPLES / example).exists()


@pytest.mark.parametrize("name", POINTS)
def test_every_point_has_tests_that_name_it(name: str) -> None:
    tests = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests/hooks").glob("test_*.py"))

    assert tests.count(f'"{name}"') + tests.count(f'"{name}.') >= 2


@pytest.mark.parametrize("name", POINTS)
def test_every_point_is_asked_by_a_flow(name: str) -> None:
    code = [path for path in (ROOT / "src/cordboard").rglob("*.py") if "hooks" not in path.parts]

    asks = BEFOREHAND.get(name, f'"{name}"')
    is_asked = any(asks in path.read_text(encoding="utf-8") for path in code if path.parent.name != "cli")

    assert is_asked != (name in NOT_YET_ASKED)


def test_the_published_schemas_are_those_of_the_program() -> None:
    published = (REFERENCE / "hooks.schema.json").read_text(encoding="utf-8")

    assert schema_text("hooks") == published
    assert {f"{name}.{side}" for name in POINTS for side in ("payload", "answer")} == set(
        json.loads(published)["properties"]
    )


@pytest.mark.parametrize("name", ["need_registration.payload", "process_final_params.answer"])
def test_the_command_prints_the_schema_of_one_object(name: str) -> None:
    command = [sys.executable, "-c", "from cordboard.cli.main import main; main()", "schema", name]

    run = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    assert (0, name) == (run.returncode, json.loads(run.stdout)["title"])
