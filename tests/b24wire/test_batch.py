"""`batch`: references as observed on portals, transport page part 6."""

from collections.abc import Callable

import pytest

from cordboard.b24wire.batch import Batch, Command
from cordboard.b24wire.errors import failure
from cordboard.b24wire.paging import Page


def play(cmd: object, answer: Callable[[Command], object], *, halt: bool = False) -> tuple[Batch, list[Command]]:
    batch, ran = Batch(cmd, halt=halt), []
    for command in batch.commands():
        if not isinstance(command, Command):
            batch.failed(*command)
            continue
        ran.append(command)
        result = answer(command)
        if result is None:
            batch.failed(command.key, failure("no"))
        else:
            batch.succeeded(command.key, result, {})
    return batch, ran


def test_a_whole_value_is_replaced_by_the_raw_result() -> None:
    _, ran = play({"a": "one", "b": "two?x=$result[a]"}, lambda command: {"ID": 5})

    assert {"x": {"ID": 5}} == ran[1].params


@pytest.mark.parametrize(
    ("reference", "value"),
    [
        ("$result[a][ID]", 5),
        ("$result[a][LIST][0][ID]", "7"),
        ("x_$result[a][ID]_y", "x_5"),
        ("say $result[a][ID] twice $result[a][ID]", "say 5 twice 5"),
        ("$total[a]", 60),
        ("$next[a]", 50),
        ("$result[b][ID]", {"a": {"ID": 5, "LIST": [{"ID": "7"}]}}),
        ("no $result[b][ID]", "no $result[b][ID]"),
        ("a $result[a] map stays", "a $result[a] map stays"),
        ("5 $ a month", "5 $ a month"),
    ],
)
def test_references_are_replaced_as_observed(reference: str, value: object) -> None:
    page = Page({"ID": 5, "LIST": [{"ID": "7"}]}, 60, 50)

    _, ran = play({"a": "one", "c": f"two?x={reference}"}, lambda command: page)

    assert value == ran[1].params["x"]


def test_a_number_sign_cuts_the_command_unless_it_is_encoded() -> None:
    _, ran = play({"a": "one?x=1#2&y=3", "b": "one?x=1%232"}, lambda command: True)

    assert [{"x": "1"}, {"x": "1#2"}] == [command.params for command in ran]


def test_commands_beyond_fifty_are_refused_and_the_first_fifty_run() -> None:
    batch, ran = play(["one"] * 52, lambda command: True)

    assert 50 == len(ran)
    refused = batch.answer()["result_error"]
    assert isinstance(refused, dict)
    assert ["50", "51"] == list(refused)
    assert "ERROR_BATCH_LENGTH_EXCEEDED" == refused["50"]["error"]


def test_halt_stops_after_the_first_failure_and_leaves_no_key_for_the_rest() -> None:
    batch, ran = play({"a": "one", "b": "two", "c": "three"}, lambda c: None if c.key == "b" else True, halt=True)

    assert ["a", "b"] == [command.key for command in ran]
    assert {"a": True} == batch.answer()["result"]


def test_what_is_no_text_is_no_command() -> None:
    _, ran = play({"a": ["one"], "b": None, "c": "one"}, lambda command: True)

    assert ["c"] == [command.key for command in ran]
