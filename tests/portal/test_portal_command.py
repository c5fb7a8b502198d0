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


def start(*options: str, folder: Path) -> subprocess.CompletedProcess[str]:
    command = portal_command(folder / "portal.db", *options)
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        (("--host", "203.0.113.1"), 3, "203.0.113.1:0 cannot be listened on: Cannot assign requested address"),
        (("--tls-cert", "no.pem"), 2, "--tls-cert and --tls-key belong together"),
        (("--tls-cert", "no.pem", "--tls-key", "no.pem"), 4, "no.pem cannot be read: No such file or directory"),
        (("--tls-cert", __file__, "--tls-key", __file__), 4, "expected a certificate in PEM and the key that belongs"),
        (("--seed", "no.toml"), 4, "no.toml cannot be read: No such file or directory"),
    ],
)
def test_options_that_cannot_be_used_are_told_in_one_sentence(
    tmp_path: Path, options: tuple[str, ...], code: int, words: str
):
    done = start(*options, folder=tmp_path)

    assert code == done.returncode
    assert words in done.stderr
    assert 1 == len(done.stderr.splitlines())


def test_a_port_that_is_none_is_told(tmp_path: Path):
    done = subprocess.run(
        portal_command(tmp_path / "portal.db", port=99999), capture_output=True, text=True, timeout=30, check=False
    )

    assert (3, "127.0.0.1:99999 cannot be listened on: a port is a number from 0 to 65535\n") == (
        done.returncode,
        done.stderr,
    )
