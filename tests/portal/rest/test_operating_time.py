"""The budget of running time: each command of a batch counts for its own method, the batch for none."""

import asyncio
from typing import Any

import pytest

from cordboard.portal.rest import limits


@pytest.fixture(autouse=True)
def every_run_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "_SHORT", 0.0)


def test_the_commands_of_a_batch_are_counted_and_the_batch_is_not(rest: Any) -> None:
    first = rest.call("batch", {"cmd": {"a": "scope", "b": "scope"}}).body
    alone = rest.call("scope").body["time"]["operating"]

    a, b = (first["result"]["result_time"][key]["operating"] for key in ("a", "b"))
    assert 0 < a < b < alone
    assert 0 == first["time"]["operating"]


def test_a_method_whose_budget_is_spent_is_refused_inside_a_batch_too(rest: Any) -> None:
    rest.call("scope")
    asyncio.run(rest.portal.set_switch("operating_limit", 1e-9))

    alone = rest.call("scope").refusal[:2]
    batch = rest.call("batch", {"cmd": {"a": "scope", "b": "profile"}}).result

    assert (429, "OPERATION_TIME_LIMIT") == alone
    assert {"a": "OPERATION_TIME_LIMIT"} == {key: error["error"] for key, error in batch["result_error"].items()}
    assert "1" == batch["result"]["b"]["ID"]
