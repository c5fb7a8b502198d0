"""Every REST method answers its examples and refuses as they say; none is without one. Every error has one, too."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.portal.rest.conftest import Answer, Rest
from tests.portal.rest.examples import FOLDER, Example, Stage, difference, read_examples

from cordboard.portal.rest import asgi
from cordboard.portal.rest.registry import all_methods

assert asgi  # importing it fills the registry

FILES = sorted(FOLDER.glob("*.toml"))
ERRORS = read_examples(Path(__file__).parent / "errors.toml")
ANSWERS = [
    pytest.param(example, id=f"{path.stem}: {example.says}")
    for path in FILES
    for example in read_examples(path)
    if example.refusal is None
]
#: the table of errors common to all methods: code and HTTP status
COMMON: set[tuple[str, int]] = {
    ("ERROR_METHOD_NOT_FOUND", 404),
    ("NO_AUTH_FOUND", 401),
    ("INVALID_CREDENTIALS", 401),
    ("expired_token", 401),
    ("invalid_token", 401),
    ("insufficient_scope", 401),
    ("APPLICATION_NOT_FOUND", 401),
    ("authorization_error", 401),
    ("user_access_error", 403),
    ("WRONG_AUTH_TYPE", 403),
    ("ACCESS_DENIED", 403),
    ("METHOD_CONFIRM_WAITING", 401),
    ("METHOD_CONFIRM_DENIED", 403),
    ("INVALID_REQUEST", 401),
    ("ERROR_ARGUMENT", 400),
    ("ERROR_CORE", 400),
    ("ERROR_CORE", 500),
    ("QUERY_LIMIT_EXCEEDED", 503),
    ("OPERATION_TIME_LIMIT", 429),
    ("OVERLOAD_LIMIT", 503),
    ("PORTAL_DELETED", 403),
    ("INTERNAL_SERVER_ERROR", 500),
    ("ERROR_UNEXPECTED_ANSWER", 500),
    ("PAYMENT_REQUIRED", 401),
    ("WRONG_ENCODING", 400),
    ("INVALID_ARG_VALUE", 400),
    ("INVALID_ARG_TYPE", 400),
    ("NOT_FOUND", 400),
    ("100", 400),
    ("allowed_only_intranet_user", 403),
    ("", 400),
}
IN_A_BATCH = {"ERROR_BATCH_METHOD_NOT_ALLOWED", "ERROR_BATCH_LENGTH_EXCEEDED"}


@pytest.mark.parametrize("example", ANSWERS)
def test_a_method_answers_as_its_example_says(rest: Rest, example: Example) -> None:
    stage = Stage(rest)

    answer = stage.play(example)

    assert not wrong_answer(stage, example, answer)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_method_refuses_as_its_examples_say(rest: Rest, path: Path) -> None:
    stage = Stage(rest)

    for example in read_examples(path):
        if example.refusal is not None:
            assert not wrong_refusal(example, stage.play(example))


@pytest.mark.parametrize("example", ERRORS, ids=lambda example: example.says)
def test_an_error_has_its_code_status_and_text(rest: Rest, example: Example) -> None:
    stage = Stage(rest)

    answer = stage.play(example)

    wrong = wrong_answer(stage, example, answer) if example.refusal is None else wrong_refusal(example, answer)
    assert not wrong


def test_every_method_has_an_example_with_an_answer() -> None:
    shown = {path.stem for path in FILES if any(one.refusal is None for one in read_examples(path))}

    assert {method.name for method in all_methods()} == shown


def test_every_error_has_an_example() -> None:
    shown = {(example.refusal[1], example.refusal[0]) for example in ERRORS if example.refusal}
    in_a_batch = "".join(example.answer for example in ERRORS)

    assert not COMMON - shown
    assert not {code for code in IN_A_BATCH if code not in in_a_batch}


def wrong_answer(stage: Stage, example: Example, answer: Answer) -> str:
    """What is wrong with an answer; empty if it is as expected."""
    if example.bytes:
        return "" if (200, example.bytes) == (answer.status, len(answer.raw)) else f"{answer.status}: {answer.raw!r}"
    if answer.status != 200:
        return f"{example.says}: {answer.status} {answer.raw!r}"
    expected = stage.filled(msgspec.json.decode(example.answer))
    body: dict[str, Any] = answer.body
    beside = {name: value for name, value in body.items() if name not in ("result", "time")}
    return difference(expected, body["result"]) or difference(example.beside, beside, "body")


def wrong_refusal(example: Example, answer: Answer) -> str:
    """What is wrong with a refusal; it has no `time`."""
    assert example.refusal is not None
    status, code, text = example.refusal
    expected = {"error": code, "error_description": text} | ({"argument": example.argument} if example.argument else {})
    if status != answer.status:
        return f"{example.says}: {answer.status} {answer.raw!r}"
    return difference(expected, answer.body, example.says)
