"""Links to recordings: signed, expiring, whole or in ranges."""

import time

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sounds import tone

from cordboard.flow.after_finish import MakeRecording
from cordboard.recordings.links import DAY, Links
from cordboard.recordings.recordings import Recordings
from cordboard.recordings.serving import record_route
from cordboard.settings import Records

pytestmark = pytest.mark.anyio


@pytest.fixture
def recordings(tmp_path):
    tone(tmp_path / "monitor/in ü.wav", 0.5)
    settings = Records(folders=(str(tmp_path / "monitor"),), send="url")
    return Recordings(settings, tmp_path / "spool", "", lambda: time.time_ns() // 1000)


@pytest.fixture
def client(recordings):
    with TestClient(Litestar([record_route(recordings)])) as client:
        yield client


@pytest.fixture
async def link(recordings, tmp_path):
    return (await recordings.make(MakeRecording(str(tmp_path / "monitor/in ü.wav")))).link


async def test_a_link_gives_the_whole_file(client, link, tmp_path):
    answer = client.get(link)

    assert (200, "audio/wav", "bytes") == (
        answer.status_code,
        answer.headers["content-type"],
        answer.headers["accept-ranges"],
    )
    assert (tmp_path / "monitor/in ü.wav").read_bytes() == answer.content


@pytest.mark.parametrize(
    ("asked", "first", "last"), [("bytes=0-9", 0, 9), ("bytes=100-", 100, 8043), ("bytes=-44", 8000, 8043)]
)
async def test_a_range_of_bytes_is_served_alone(client, link, tmp_path, asked, first, last):
    answer = client.get(link, headers={"Range": asked})

    whole = (tmp_path / "monitor/in ü.wav").read_bytes()
    assert (206, f"bytes {first}-{last}/8044") == (answer.status_code, answer.headers["content-range"])
    assert whole[first : last + 1] == answer.content


async def test_a_range_behind_the_end_is_refused(client, link):
    answer = client.get(link, headers={"Range": "bytes=9999-"})

    assert (416, "bytes */8044") == (answer.status_code, answer.headers["content-range"])


async def test_the_length_can_be_asked_for_alone(client, link):
    answer = client.head(link)

    assert (200, b"") == (answer.status_code, answer.content)


async def test_a_changed_link_and_a_foreign_one_are_unknown(client, link, recordings, tmp_path):
    _, _, token, name = link.split("/")
    content, signature = token.split(".")
    foreign = Links(b"another key", "", 7).make(str(tmp_path / "monitor/in ü.wav"), "in.wav", time.time())
    outside = recordings._links.make("/etc/passwd", "passwd", time.time())

    for address in (f"/records/{content}x.{signature}/{name}", f"/records/{content}/{name}", foreign, outside):
        assert 404 == client.get(address).status_code


async def test_a_link_expires(recordings, tmp_path):
    link = recordings._links.make(str(tmp_path / "monitor/in ü.wav"), "in.wav", time.time() - 7 * DAY - 1)

    assert recordings.linked(link.split("/")[2]) is None


async def test_a_link_outlives_a_restart(recordings, link, tmp_path):
    again = Recordings(recordings.settings, tmp_path / "spool", "", lambda: 0)

    assert again.linked(link.split("/")[2]) is not None
    assert 0o600 == (tmp_path / "spool/link-key").stat().st_mode & 0o777
