"""`cordboard replay`: its lines, its exit codes, and that it starts at once."""

import json
import subprocess
import sys
import time
from importlib.resources import files
from pathlib import Path

import pytest

from cordboard.cli.replay import from_arguments

CAPTURES = Path(str(files("cordboard"))) / "demo" / "captures" / "asterisk22"
ANSWERED = CAPTURES / "in-answered" / "cel.csv"
SETTINGS = """
[[pbx]]
name = "north"
timezone = "Europe/Moscow"
[[pbx]]
name = "south"
timezone = "Asia/Yekaterinburg"
[numbers]
prefixes = ["+7", "7", "8"]
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "cordboard.toml"
    path.write_text(SETTINGS, encoding="utf-8")
    return path


def lines_of(capsysbinary: pytest.CaptureFixture[bytes]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsysbinary.readouterr().out.splitlines()]


def test_an_ended_call_is_one_line_with_the_zone_of_the_pbx(
    config: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    code = from_arguments([str(ANSWERED), "--config", str(config)])

    [line] = lines_of(capsysbinary)
    assert 0 == code
    assert ["linkedid", "stage", "at", "call_full"] == list(line)
    assert ("1795304271.0", "call_ended", "2026-11-22T02:37:58.979098+03:00") == (
        line["linkedid"],
        line["stage"],
        line["at"],
    )


def test_the_pbx_can_be_named(config: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    from_arguments([str(ANSWERED), "--config", str(config), "--pbx=south"])

    [line] = lines_of(capsysbinary)
    assert str(line["at"]).endswith("+05:00")


def test_every_stage_tells_the_life_of_the_call_in_order(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    from_arguments([str(ANSWERED), "--every", "stage"])

    stages = [line["stage"] for line in lines_of(capsysbinary)]
    assert ["conversation_requested", "conversation_accepted", "conversation_ended", "call_ended"] == stages


def test_every_event_tells_each_change_and_its_rule(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    from_arguments([str(ANSWERED), "--every", "event"])

    lines = lines_of(capsysbinary)
    events = [line for line in lines if "event" in line]
    changes = [change for line in events for change in line["changes"]]  # type: ignore[attr-defined]
    assert 18 == len(events)
    assert {"path": "channel.state", "old": "ringing", "new": "talking", "rule": "answer"} in changes
    assert all(set(change) == {"path", "old", "new", "rule"} for change in changes)


def test_a_recorded_ami_stream_can_be_read_by_its_native_events(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    code = from_arguments([str(ANSWERED.with_name("ami.log")), "--lane", "live"])

    [line] = lines_of(capsysbinary)
    assert (0, "1795304271.0") == (code, line["linkedid"])


def test_a_broken_line_is_told_by_its_number_and_the_rest_is_read(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    rows = ANSWERED.read_text(encoding="utf-8").splitlines()
    broken = tmp_path / "cel.csv"
    broken.write_text("\n".join([*rows[:3], '"APP_START","17', *rows[4:]]) + "\n", encoding="utf-8")

    code = from_arguments([str(broken)])

    told = capfdbinary.readouterr()
    assert 6 == code
    assert b"cel.csv:4: " in told.err
    assert 1 == len(told.out.splitlines())


def test_a_file_cut_in_mid_call_still_ends_the_call(tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    rows = ANSWERED.read_text(encoding="utf-8").splitlines()
    cut = tmp_path / "cel.csv"
    cut.write_text("\n".join(rows[:11]) + "\n", encoding="utf-8")

    assert 0 == from_arguments([str(cut)])

    [line] = lines_of(capsysbinary)
    assert "call_ended" == line["stage"]


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        (b"name,price\nsoap,3\n", 2, "no Channel Event Logging"),
        (b"", 2, "no Channel Event Logging"),
        (None, 4, "cannot be read"),
    ],
)
def test_what_is_no_cel_or_unreadable_is_told_by_the_exit_code(
    tmp_path: Path, text: bytes | None, code: int, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "source"
    if text is not None:
        source.write_bytes(text)

    assert code == from_arguments([str(source)])

    assert words in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "name at least one file"),
        (["x", "--every", "day"], "say event, stage or end"),
        (["x", "--lane", "fast"], "say ledger or live"),
        (["x", "--what"], "unknown option --what"),
        (["x", "--config"], "has no value"),
    ],
)
def test_a_wrong_command_line_is_told_with_what_there_is(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert 2 == from_arguments(arguments)

    assert words in capsys.readouterr().err


def test_a_wrong_setting_names_its_place_and_ends_with_3(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = tmp_path / "cordboard.toml"
    settings.write_text('[[pbx]]\nname = "main"\n[pbx.ami]\nport = "many"\n', encoding="utf-8")

    assert 3 == from_arguments([str(ANSWERED), "--config", str(settings)])

    assert f"{settings}: pbx[0].ami.port" in capsys.readouterr().err


def test_an_unknown_pbx_is_refused_with_those_that_are_known(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert 2 == from_arguments([str(ANSWERED), "--config", str(config), "--pbx", "west"])

    assert "north, south" in capsys.readouterr().err


def test_replay_does_not_import_the_parser_of_the_other_commands() -> None:
    heavy = ("cyclopts", "rich", "sqlalchemy")
    program = f"import sys, cordboard.cli.replay; print([name for name in {heavy} if name in sys.modules])"

    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert "[]" == run.stdout.strip()


def test_replay_starts_at_once() -> None:
    begin = time.perf_counter()
    subprocess.run(
        [str(Path(sys.executable).with_name("cordboard")), "replay", str(ANSWERED)], capture_output=True, check=True
    )

    assert time.perf_counter() - begin < 1.0  # 0.1 s on an idle machine; `make bench` holds the bar
