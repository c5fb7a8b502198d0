"""`cordboard run`: its ready line, and who may ask what on its port."""

import json
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from cordboard.cli.run import both
from cordboard.web.serving import address_of

pytestmark = pytest.mark.anyio

SETTINGS = """
[portal]
db = "sqlite:///{folder}/portal.db"
host = "{host}"
port = 0
[store]
url = "sqlite:///{folder}/connector.db"
[[crm]]
name = "own"
kind = "{kind}"
url = "embedded"
"""


def start(folder: Path, host: str = "127.0.0.1", kind: str = "bitrix24") -> subprocess.Popen[str]:
    config = folder / "cordboard.toml"
    config.write_text(SETTINGS.format(folder=folder, host=host, kind=kind))
    command = [sys.executable, "-m", "cordboard.cli.main", "run", "--config", str(config), "--json"]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def first_line_of(process: subprocess.Popen[str]) -> dict[str, str]:
    assert process.stdout is not None
    return json.loads(process.stdout.readline())


def end(process: subprocess.Popen[str]) -> tuple[str, str]:
    process.send_signal(signal.SIGTERM)
    return process.communicate(timeout=30)


def test_the_first_line_is_json_and_holds_the_password_of_a_new_portal_only(tmp_path: Path) -> None:
    process = start(tmp_path)
    first = first_line_of(process)
    end(process)
    process = start(tmp_path)
    again = first_line_of(process)
    end(process)

    assert ("admin", 19) == (first["login"], len(first["password"]))
    assert ["url"] == list(again)


@pytest.mark.parametrize(("host", "told"), [("::", "http://[::1]:"), ("0.0.0.0", "http://127.0.0.1:")])
def test_a_portal_that_listens_everywhere_is_reached_by_its_own_connector(tmp_path: Path, host: str, told: str) -> None:
    process = start(tmp_path, host)
    ready = first_line_of(process)

    with urllib.request.urlopen(ready["url"] + "/status") as answer:
        status = json.load(answer)
    end(process)

    assert ready["url"].startswith(told)
    assert ["own"] == list(status["connections"])


def test_a_kind_of_crm_that_is_none_ends_it_with_a_sentence(tmp_path: Path) -> None:
    process = start(tmp_path, kind="kommo")
    _, errors = process.communicate(timeout=30)

    assert 3 == process.returncode
    assert "'kommo' cannot be connected; expected bitrix24" in errors
    assert "Traceback" not in errors


WHO: list[tuple[str, str, list[tuple[bytes, bytes]], str]] = [
    ("/status", "127.0.0.1", [], "connector"),
    ("/status", "::1", [], "connector"),
    ("/status", "::ffff:127.0.0.1", [], "connector"),
    ("/status", "192.0.2.7", [], "portal"),
    ("/status", "2001:db8::7", [], "portal"),
    ("/status", "127.0.0.1", [(b"x-forwarded-for", b"192.0.2.7")], "portal"),
    ("/readyz", "192.0.2.7", [], "connector"),
    ("/events/own", "192.0.2.7", [], "connector"),
    ("/pbx/responsible", "127.0.0.1", [], "connector"),
    ("/pbx/responsible", "192.0.2.7", [], "portal"),
    ("/calls", "127.0.0.1", [], "portal"),
]


@pytest.mark.parametrize(("path", "client", "headers", "expected"), WHO)
async def test_status_is_for_programs_on_this_machine(
    path: str, client: str, headers: list[tuple[bytes, bytes]], expected: str
) -> None:
    asked: list[str] = []

    def named(name: str) -> Any:
        async def app(scope: Any, receive: Any, send: Any) -> None:
            asked.append(name)

        return app

    scope: Any = {"type": "http", "path": path, "client": (client, 5), "headers": headers}
    nothing: Any = None
    await both(named("portal"), named("connector"))(scope, nothing, nothing)

    assert [expected] == asked


def test_the_address_of_a_socket_is_one_that_can_be_asked() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]

        assert f"http://127.0.0.1:{port}" == address_of(listening)
