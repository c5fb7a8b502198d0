"""`cordboard portal` as others rely on it: the ready line, its keys, and what it says when it cannot start."""

import subprocess
from pathlib import Path

import aiohttp
import pytest

from cordboard.testing import portal_command, running_portal

pytestmark = pytest.mark.anyio


async def profile(webhook: str) -> tuple[int, dict[str, object]]:
    async with aiohttp.ClientSession() as http, http.get(webhook + "profile") as answer:
        return answer.status, await answer.json()


async def test_the_printed_webhook_answers_as_the_administrator(tmp_path: Path):
    with running_portal(tmp_path) as portal:
        status, answer = await profile(portal.webhook)

    assert 200 == status
    assert {"ID": "1", "ADMIN": True} == {key: answer["result"][key] for key in ("ID", "ADMIN")}  # type: ignore[index]


async def test_the_password_is_told_once_and_the_webhook_is_made_anew_at_each_start(tmp_path: Path):
    with running_portal(tmp_path) as first:
        pass

    with running_portal(tmp_path) as second:
        old_path = first.webhook.removeprefix(first.url)
        status, answer = await profile(second.url + old_path)

    assert first.ready["password"]
    assert second.ready["password"] is None
    assert (401, "INVALID_CREDENTIALS") == (status, answer["error"])


def test_a_second_portal_on_one_database_says_who_holds_it_and_ends_with_3(tmp_path: Path):
    with running_portal(tmp_path) as portal:
        second = subprocess.run(portal_command(tmp_path / "portal.db"), capture_output=True, text=True, timeout=30)

        assert 3 == second.returncode
        assert f"process {portal.process.pid}" in second.stderr
        assert "Traceback" not in second.stderr


def test_a_port_taken_by_another_program_is_told_in_one_sentence(tmp_path: Path):
    with running_portal(tmp_path) as portal:
        port = int(portal.url.rsplit(":", 1)[1])
        second = subprocess.run(
            portal_command(tmp_path / "other.db", port=port), capture_output=True, text=True, timeout=30
        )

    assert 3 == second.returncode
    assert f"127.0.0.1:{port}" in second.stderr
    assert 1 == len(second.stderr.splitlines())
