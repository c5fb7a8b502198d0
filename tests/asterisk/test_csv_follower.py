"""Following Master.csv: rotation, restarts, half-written lines; nothing lost, nothing doubled."""

from __future__ import annotations

import asyncio
import bz2
import gzip
import lzma
import os
import time
from pathlib import Path

import pytest

import cordboard.demo
from cordboard.asterisk.cel_csv import CsvRows
from cordboard.asterisk.csv_follower import CsvFollower

pytestmark = pytest.mark.anyio

CAPTURES = Path(cordboard.demo.__file__).parent / "captures"
TEXT = (CAPTURES / "asterisk22" / "in-queue-answered" / "cel.csv").read_text(encoding="utf-8")
HEADER, *LINES = TEXT.splitlines(keepends=True)
ALL = [event.extra + str(event.eventtime) for event in CsvRows().feed(TEXT)]


COMPRESS = {".gz": gzip.compress, ".bz2": bz2.compress, ".xz": lzma.compress}


class Reading:
    """A follower that keeps what it got, and can be stopped and begun again where it was."""

    def __init__(self, path: Path, start: str = "2000-01-01", columns: tuple[str, ...] = ()) -> None:
        self.rows: list[str] = []
        self.position: str | None = None
        self._new = lambda: CsvFollower(path, columns, start, every=0.01)
        self._follower = self._new()
        self._task: asyncio.Task[None] | None = None

    def begin(self) -> None:
        self._task = asyncio.create_task(self._follow())

    async def end(self) -> None:
        assert self._task is not None
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def wait(self, count: int) -> None:
        async with asyncio.timeout(5):
            while len(self.rows) < count or self.position is None:
                await asyncio.sleep(0.01)

    async def until_last(self, row: str) -> None:
        async with asyncio.timeout(5):
            while not self.rows or self.rows[-1] != row:
                await asyncio.sleep(0.01)

    def health(self) -> dict[str, object]:
        return self._follower.health()

    async def _follow(self) -> None:
        self._follower = self._new()
        async for events, position in self._follower.rows(self.position):
            self.rows += [event.extra + str(event.eventtime) for event in events]
            self.position = position


def append(path: Path, text: str) -> None:
    with path.open("a", encoding="utf-8", newline="") as file:
        file.write(text)


async def test_rows_come_as_they_are_written_and_half_a_line_waits(tmp_path: Path) -> None:
    path = tmp_path / "Master.csv"
    reading = Reading(path)
    reading.begin()

    append(path, HEADER + LINES[0] + LINES[1][:30])
    await reading.wait(1)
    append(path, LINES[1][30:])
    await reading.wait(2)

    assert ALL[:2] == reading.rows
    await reading.end()


async def test_a_file_rotated_while_we_read_is_read_to_its_end_first(tmp_path: Path) -> None:
    path = tmp_path / "Master.csv"
    append(path, HEADER + "".join(LINES[:5]))
    reading = Reading(path)
    reading.begin()
    await reading.wait(5)

    path.rename(tmp_path / "Master.csv.1")
    append(tmp_path / "Master.csv.1", "".join(LINES[5:8]))
    append(path, HEADER + "".join(LINES[8:]))
    await reading.wait(len(ALL))

    assert ALL == reading.rows
    await reading.end()


async def test_a_file_rotated_while_we_were_away_loses_and_doubles_nothing(tmp_path: Path) -> None:
    path = tmp_path / "Master.csv"
    append(path, HEADER + "".join(LINES[:5]))
    reading = Reading(path)
    reading.begin()
    await reading.wait(5)
    await reading.end()

    append(path, "".join(LINES[5:8]))
    path.rename(tmp_path / "Master.csv-20261122")
    append(path, HEADER + "".join(LINES[8:]))
    reading.begin()
    await reading.wait(len(ALL))

    assert ALL == reading.rows
    await reading.end()


@pytest.mark.parametrize("suffix", sorted(COMPRESS))
async def test_files_rotated_and_compressed_while_we_were_away_lose_and_double_nothing(
    tmp_path: Path, suffix: str
) -> None:
    path = tmp_path / "Master.csv"
    append(path, HEADER + "".join(LINES[:5]))
    reading = Reading(path)
    reading.begin()
    await reading.wait(5)
    await reading.end()

    append(path, "".join(LINES[5:8]))
    compress(path, f"-20261122{suffix}")
    append(path, HEADER + "".join(LINES[8:12]))
    compress(path, f"-20261123{suffix}")
    append(path, HEADER + "".join(LINES[12:]))
    reading.begin()
    await reading.wait(len(ALL))

    assert ALL == reading.rows
    await reading.end()


async def test_a_file_that_is_being_compressed_is_read_once(tmp_path: Path) -> None:
    path = tmp_path / "Master.csv"
    append(path, HEADER + "".join(LINES[:5]))
    reading = Reading(path)
    reading.begin()
    await reading.wait(5)
    await reading.end()

    append(path, "".join(LINES[5:8]))
    moved = path.rename(tmp_path / "Master.csv.1")
    (tmp_path / "Master.csv.1.gz").write_bytes(gzip.compress(moved.read_bytes())[:50])
    append(path, HEADER + "".join(LINES[8:]))
    reading.begin()
    await reading.wait(len(ALL))

    assert ALL == reading.rows
    await reading.end()


async def test_a_compressed_file_that_was_cut_is_told_and_the_next_one_is_read(tmp_path: Path) -> None:
    path = tmp_path / "Master.csv"
    append(path, HEADER + "".join(LINES[:5]))
    reading = Reading(path)
    reading.begin()
    await reading.wait(5)
    await reading.end()

    append(path, "".join(LINES[5:8]))
    moved = compress(path, ".1.gz")
    moved.write_bytes(moved.read_bytes()[:-40])
    os.utime(moved, (1, 1))
    append(path, HEADER + "".join(LINES[8:]))
    reading.begin()
    await reading.until_last(ALL[-1])

    assert ALL[8:] == reading.rows[-len(ALL[8:]) :]
    assert "cannot be read" in str(reading.health()["broken"])
    await reading.end()


def compress(path: Path, end: str) -> Path:
    """Move and compress a file as logrotate does, with the time of its last write."""
    state = path.stat()
    moved = path.with_name(path.name + end)
    moved.write_bytes(COMPRESS[moved.suffix](path.read_bytes()))
    os.utime(moved, ns=(state.st_atime_ns, state.st_mtime_ns))
    path.unlink()
    return moved


async def test_real_files_without_a_header_line_rotate_too(tmp_path: Path) -> None:
    path = tmp_path / "Master.csv"
    append(path, "".join(LINES[:5]))
    reading = Reading(path, columns=tuple(HEADER.strip().split(",")))
    reading.begin()
    await reading.wait(5)
    await reading.end()

    path.rename(tmp_path / "Master.csv.1")
    append(path, "".join(LINES[5:]))
    reading.begin()
    await reading.wait(len(ALL))

    assert ALL == reading.rows
    await reading.end()


async def test_now_begins_behind_what_is_there_and_keeps_that_place(tmp_path: Path) -> None:
    path = tmp_path / "Master.csv"
    append(path, HEADER + "".join(LINES[:5]))
    reading = Reading(path, start="now")
    reading.begin()
    await reading.wait(0)
    await reading.end()

    append(path, "".join(LINES[5:]))
    reading.begin()
    await reading.wait(len(ALL) - 5)

    assert ALL[5:] == reading.rows
    await reading.end()


def of_today(text: str, shift: float = 0.0) -> str:
    """The capture as if its last row were written now (or `shift` seconds later)."""
    moved = time.time() + shift - max(event.eventtime for event in CsvRows().feed(TEXT)) / 1e6
    names = HEADER.strip().split(",")
    lines: list[str] = []
    for line in text.splitlines(keepends=True):
        row = line.split(",", names.index("eventtime") + 1)
        moment = row[names.index("eventtime")].strip('"')
        lines.append(line if line == HEADER else line.replace(moment, f"{float(moment) + moved:.6f}", 1))
    return "".join(lines)


def identities(text: str) -> list[str]:
    return [event.extra + str(event.eventtime) for event in CsvRows().feed(text)]


async def test_a_file_that_appears_later_is_read_from_its_beginning(tmp_path: Path) -> None:
    path = tmp_path / "Master.csv"
    reading = Reading(path, start="now")
    reading.begin()
    await asyncio.sleep(0.05)

    text = of_today(TEXT)
    append(path, text)
    await reading.wait(len(ALL))

    assert identities(text) == reading.rows
    await reading.end()


async def test_the_history_of_a_file_that_was_mounted_late_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "Master.csv"
    reading = Reading(path, start="now")
    reading.begin()
    await asyncio.sleep(0.05)

    append(tmp_path / "mounted", TEXT)
    (tmp_path / "mounted").rename(path)
    await reading.wait(0)
    new = of_today("".join(LINES))
    append(path, new)
    await reading.wait(len(ALL))

    assert identities(HEADER + new) == reading.rows
    await reading.end()


async def test_a_passing_fault_does_not_make_history_of_the_file_news(tmp_path: Path) -> None:
    path = tmp_path / "Master.csv"
    path.mkdir()  # as an empty mount point: there is something, but no file that can be read
    reading = Reading(path, start="now")
    reading.begin()
    await asyncio.sleep(0.05)

    append(tmp_path / "there", HEADER + of_today("".join(LINES[:5])))
    path.rmdir()
    (tmp_path / "there").rename(path)
    await reading.wait(0)
    new = of_today("".join(LINES[5:]))
    append(path, new)
    await reading.wait(len(ALL) - 5)

    assert identities(HEADER + new) == reading.rows
    await reading.end()


async def test_another_file_in_the_place_of_the_one_read_last_brings_nothing_older(tmp_path: Path) -> None:
    path = tmp_path / "Master.csv"
    append(path, HEADER + "".join(LINES[3:6]))
    reading = Reading(path)
    reading.begin()
    await reading.wait(3)
    await reading.end()

    path.unlink()  # compressed by rotation, or the settings name another path
    append(path, HEADER + "".join([*LINES[:3], *LINES[6:]]))
    reading.begin()
    await reading.wait(len(ALL) - 3)

    assert ALL[3:] == reading.rows
    await reading.end()


async def test_a_file_rotated_twice_while_we_were_away_loses_nothing_between(tmp_path: Path) -> None:
    path, first, second = (tmp_path / name for name in ("Master.csv", "Master.csv.1", "Master.csv.2"))
    append(path, HEADER + "".join(LINES[:5]))
    reading = Reading(path)
    reading.begin()
    await reading.wait(5)
    await reading.end()

    path.rename(second)
    append(first, HEADER + "".join(LINES[5:8]))
    append(path, HEADER + "".join(LINES[8:]))
    append(tmp_path / "Master.csv.bak", TEXT)
    append(tmp_path / "Master.csv.3.gz", TEXT)
    now = time.time()
    for file, age in ((second, 200), (first, 100), (path, 0)):
        os.utime(file, (now - age, now - age))
    reading.begin()
    await reading.wait(len(ALL))

    assert ALL == reading.rows
    await reading.end()
