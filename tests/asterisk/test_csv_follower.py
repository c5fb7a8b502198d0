"""Following Master.csv: rotation, restarts, half-written lines; nothing lost, nothing doubled."""

from __future__ import annotations

import asyncio
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


class Reading:
    """A follower that keeps what it got, and can be stopped and begun again where it was."""

    def __init__(self, path: Path, start: str = "2000-01-01", columns: tuple[str, ...] = ()) -> None:
        self.rows: list[str] = []
        self.position: str | None = None
        self._follower = lambda: CsvFollower(path, columns, start, every=0.01)
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

    async def _follow(self) -> None:
        async for events, position in self._follower().rows(self.position):
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


async def test_a_file_that_appears_later_is_read_from_its_beginning(tmp_path: Path) -> None:
    path = tmp_path / "Master.csv"
    reading = Reading(path, start="now")
    reading.begin()
    await asyncio.sleep(0.05)

    append(path, TEXT)
    await reading.wait(len(ALL))

    assert ALL == reading.rows
    await reading.end()
