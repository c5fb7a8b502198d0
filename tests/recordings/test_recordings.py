"""Recordings on a disk: found, waited for, joined, converted, and never from elsewhere."""

import asyncio
import os
import shutil
import time

import pytest
from sounds import length, tone

from cordboard.flow.after_finish import FindRecording, Found, Made, MakeRecording, Missing
from cordboard.recordings import finding
from cordboard.recordings.recordings import Recordings
from cordboard.settings import Records

pytestmark = pytest.mark.anyio


def now():
    return time.time_ns() // 1000


@pytest.fixture
def monitor(tmp_path):
    folder = tmp_path / "monitor"
    folder.mkdir()
    return folder


@pytest.fixture
def recordings(monitor, tmp_path):
    return recordings_of(monitor, tmp_path)


def recordings_of(monitor, tmp_path, **settings):
    return Recordings(Records(folders=(str(monitor),), **settings), tmp_path / "spool", "http://pbx.example", now)


def call(*files, ended=0, uniqueids=()):
    """A call that ended a day ago, or so many seconds ago."""
    at = now() - int((ended or 86_400) * 1_000_000)
    return FindRecording(files, "1700000000.1", uniqueids, "2023-11-15T01:13:20+03:00", "79161234567", "101", at)


def old(path, seconds=60):
    os.utime(path, (time.time() - seconds,) * 2)
    return path


async def test_a_file_is_found_by_the_name_that_the_exchange_gave_it(recordings, monitor):
    path = old(tone(monitor / "2023/11/in.wav"))

    assert Found(str(path)) == await recordings.find(call("2023/11/in.wav"))
    assert Found(str(path)) == await recordings.find(call(str(path)))


async def test_a_folder_that_is_mounted_elsewhere_here_is_read_by_the_end_of_the_exchanges_path(recordings, monitor):
    path = old(tone(monitor / "2023/11/in.wav"))

    assert Found(str(path)) == await recordings.find(call("/var/spool/asterisk/monitor/2023/11/in.wav"))


async def test_a_file_that_the_site_has_converted_is_found_under_its_other_suffix(recordings, monitor):
    path = old(tone(monitor / "in.mp3"))

    assert Found(str(path)) == await recordings.find(call("in.wav"))


async def test_without_a_row_the_template_finds_it_by_the_call_or_by_a_conversation(recordings, monitor, tmp_path):
    path = old(tone(monitor / "2023/11/15/in-102-79161234567-20231115-011320-1700000000.1.wav"))
    other = old(tone(monitor / "2023-11/1700000009.4.wav"))
    by_conversation = recordings_of(monitor, tmp_path, template="{year}-{month}/{uniqueid}.*")

    assert Found(str(path)) == await recordings.find(call())
    assert Found(str(other)) == await by_conversation.find(call(uniqueids=("1700000009.4",)))


async def test_a_file_that_was_renamed_since_is_found_by_the_template(recordings, monitor):
    path = old(tone(monitor / "2023/11/15/kept-1700000000.1.wav"))

    assert Found(str(path)) == await recordings.find(call("in.wav"))


async def test_a_kind_of_file_that_no_portal_takes_is_told(recordings, monitor):
    old(tone(monitor / "in.gsm"))

    assert Missing("in.gsm is neither WAV nor MP3") == await recordings.find(call("in.gsm"))


@pytest.mark.parametrize("name", ["../secret.wav", "/etc/passwd", "a\0.wav", "link.wav", "loop.wav", "folder.wav", ""])
async def test_nothing_outside_the_folders_is_ever_taken(recordings, monitor, name):
    tone(monitor.parent / "secret.wav")
    (monitor / "link.wav").symlink_to(monitor.parent / "secret.wav")
    (monitor / "loop.wav").symlink_to(monitor / "loop.wav")
    (monitor / "folder.wav").mkdir()

    assert isinstance(await recordings.find(call(name)), Missing)
    assert isinstance(await recordings.make(MakeRecording(str(monitor / name))), Missing)
    assert await recordings.read(str(monitor / name)) is None


async def test_the_key_of_the_links_is_no_recording(recordings, tmp_path):
    assert await recordings.read(str(tmp_path / "spool/link-key")) is None


async def test_a_file_that_is_still_written_is_waited_for(recordings, monitor, monkeypatch):
    monkeypatch.setattr(finding, "STABLE", 0.3)
    monkeypatch.setattr(finding, "FIRST_PAUSE", 0.05)
    finder = asyncio.create_task(recordings.find(call("late.wav", ended=1)))
    await asyncio.sleep(0.1)
    path = tone(monitor / "late.wav", 0.1)
    await asyncio.sleep(0.2)
    assert not finder.done()
    tone(path, 0.5)

    assert Found(str(path)) == await asyncio.wait_for(finder, 5)
    assert 0.5 == length(path)


async def test_a_file_that_never_comes_is_given_up(recordings, monkeypatch):
    monkeypatch.setattr(finding, "PATIENCE", 0.3)
    begun = time.monotonic()

    answer = await recordings.find(call("never.wav", ended=0.001))

    assert Missing("never.wav is not in the folders of recordings") == answer
    assert time.monotonic() - begun < 5


async def test_a_file_without_sound_is_none(recordings, monitor):
    old(tone(monitor / "empty.wav", 0.0))

    assert Missing("empty.wav holds no sound") == await recordings.find(call("empty.wav"))


async def test_parts_are_joined_in_order_and_a_part_that_is_missing_is_told(recordings, monitor):
    for name, seconds in (("a.wav", 1.0), ("b.wav", 2.0)):
        old(tone(monitor / name, seconds))

    found = await recordings.find(call("a.wav", "b.wav", "c.wav"))

    assert "c.wav is not in the folders of recordings" == found.words
    assert 3.0 == length(found.path)
    assert isinstance(await recordings.make(MakeRecording(found.path)), Made)


async def test_parts_that_cannot_be_joined_leave_the_longest(recordings, monitor):
    old(tone(monitor / "a.wav", 1.0))
    longest = old(tone(monitor / "b.wav", 3.0, 16000))

    found = await recordings.find(call("a.wav", "b.wav"))

    assert (str(longest), True) == (found.path, "different quality" in found.words)


@pytest.mark.parametrize(("rate", "channels"), [(8000, 1), (16000, 2), (48000, 1)])
async def test_a_wav_becomes_an_mp3(monitor, tmp_path, rate, channels):
    recordings = recordings_of(monitor, tmp_path, format="mp3")
    path = tone(monitor / "in.WAV", 2.0, rate, channels=channels)

    made = await recordings.make(MakeRecording(str(path)))

    content = await recordings.read(made.path)
    assert ("in.mp3", True) == (made.name, content[:2] in {b"\xff\xf3", b"\xff\xfb", b"\xff\xf2", b"ID"})
    assert 4000 * channels * 2 == pytest.approx(len(content), rel=0.3)


@pytest.mark.parametrize("trouble", ["noise", "eight bits", "no room"])
async def test_a_wav_that_cannot_be_converted_is_sent_as_it_is(monitor, tmp_path, trouble):
    recordings = recordings_of(monitor, tmp_path, format="mp3")
    path = tone(monitor / "in.wav", width=1 if trouble == "eight bits" else 2)
    if trouble == "noise":
        path.write_bytes(os.urandom(4000))
    elif trouble == "no room":
        shutil.rmtree(tmp_path / "spool")
        (tmp_path / "spool").write_bytes(b"a file in its place")

    assert Made(str(path), "in.wav") == await recordings.make(MakeRecording(str(path)))


async def test_what_was_joined_goes_when_its_link_has_expired(recordings, monitor):
    for name in ("a.wav", "b.wav"):
        old(tone(monitor / name))
    found = await recordings.find(call("a.wav", "b.wav"))
    recordings._clean()
    assert await recordings.read(found.path)

    old(found.path, 8 * 86_400)
    recordings._clean()

    assert await recordings.read(found.path) is None
