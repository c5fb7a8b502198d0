"""`attachRecord` by address: fetched from allowed places of a real little server, and from nowhere else."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import pytest
from tests.portal.rest.acceptance import Office
from tests.portal.rest.conftest import Rest
from tests.portal.rest.examples import WAV

from cordboard.settings import Portal as Settings


class Exchange(BaseHTTPRequestHandler):
    """Recordings under `/rec/`; one that moved, one that is missing."""

    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        name = self.path.rpartition("/")[2]
        self.send_response({"moved.wav": 302, "gone.wav": 404}.get(name, 200))
        self.send_header("Location", "/secret/passwords.wav")
        self.end_headers()
        self.wfile.write(WAV)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing."""


@pytest.fixture
def exchange() -> Iterator[str]:
    Exchange.asked.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Exchange)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def office(rest: Rest, exchange: str) -> Office:
    rest.portal.settings = Settings(fetch_from=(f"{exchange}/rec/",))
    return Office(rest)


def test_a_recording_is_fetched_from_an_allowed_place_and_its_address_kept(office: Office, exchange: str) -> None:
    finished = office.finished()

    file_id = office.attach(finished, RECORD_URL=f"{exchange}/rec/talk.wav?day=1").result["FILE_ID"]

    [row] = office.calls()
    assert (file_id, f"{exchange}/rec/talk.wav?day=1") == (row["RECORD_FILE_ID"], row["CALL_RECORD_URL"])
    assert "talk.wav" == office.rest.call("disk.file.get", {"id": file_id}).result["NAME"]


def test_a_name_may_be_given_and_flac_is_taken_by_address(office: Office, exchange: str) -> None:
    finished = office.finished()

    named = office.attach(finished, RECORD_URL=f"{exchange}/rec/talk", FILENAME="talk.flac")

    assert isinstance(named.result["FILE_ID"], int)


@pytest.mark.parametrize(
    ("path", "text", "asked"),
    [
        ("/secret/passwords.wav", "Server returns HTTP error code 403", []),
        ("/rec/../secret/passwords.wav", "Server returns HTTP error code 403", []),
        ("/rec/gone.wav", "Server returns HTTP error code 404", ["/rec/gone.wav"]),
        ("/rec/moved.wav", "Server returns HTTP error code 302", ["/rec/moved.wav"]),
        ("/rec/talk.ogg", "Wrong file extension. Only wav and mp3 are allowed", ["/rec/talk.ogg"]),
    ],
)
def test_what_may_not_or_cannot_be_fetched_is_refused(
    office: Office, exchange: str, path: str, text: str, asked: list[str]
) -> None:
    finished = office.finished()

    refusal = office.attach(finished, RECORD_URL=exchange + path).refusal

    assert (400, "", text) == refusal
    assert asked == Exchange.asked
    assert [None] == [row["RECORD_FILE_ID"] for row in office.calls()]


def test_a_place_where_nobody_answers_is_told(office: Office) -> None:
    office.rest.portal.settings = Settings(fetch_from=("http://127.0.0.1:9/",))

    status, code, text = office.attach(office.finished(), RECORD_URL="http://127.0.0.1:9/a.wav").refusal

    assert (400, "", True) == (status, code, text.startswith("NETWORK_ERROR: "))
