"""The AMI client and the live lane against the played exchange, over real sockets."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

import cordboard.demo
from cordboard.asterisk.ami.client import AmiClient
from cordboard.asterisk.ami.errors import AmiError, AmiLost, AmiRefused, AmiUnreachable
from cordboard.asterisk.live import LONGEST_PAUSE, LiveLane, pause
from cordboard.asterisk.played_call import read_script
from cordboard.asterisk.replay import ReplayPbx
from cordboard.asterisk.source import LaneDown, LaneUp

pytestmark = pytest.mark.anyio

CAPTURES = Path(cordboard.demo.__file__).parent / "captures"


@dataclass
class Ami:
    host: str
    port: int
    username: str
    secret: str


async def started(tmp_path: Path) -> ReplayPbx:
    pbx = ReplayPbx(tmp_path / "Master.csv")
    await pbx.start()
    return pbx


async def until(true: Callable[[], bool], seconds: float = 5) -> None:
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.01)


async def test_signing_in_asking_and_leaving(tmp_path: Path) -> None:
    pbx = await started(tmp_path)
    client = AmiClient("127.0.0.1", pbx.port, pbx.username, pbx.secret)

    await client.connect()
    answer = await client.action("Ping")
    channels = await client.list_action("CoreShowChannels")

    assert "Pong" == answer.get("Ping")
    assert [] == channels
    assert "Asterisk Call Manager/11.0.0" == client.greeting
    await client.close()
    await pbx.stop()


async def test_a_wrong_secret_is_said_without_telling_it(tmp_path: Path) -> None:
    pbx = await started(tmp_path)

    with pytest.raises(AmiRefused, match="compare") as refused:
        await AmiClient("127.0.0.1", pbx.port, pbx.username, "hunter2").connect()

    assert "hunter2" not in str(refused.value)
    await pbx.stop()


async def test_an_unknown_action_is_an_error_with_the_words_of_the_pbx(tmp_path: Path) -> None:
    pbx = await started(tmp_path)
    client = AmiClient("127.0.0.1", pbx.port, pbx.username, pbx.secret)
    await client.connect()

    with pytest.raises(AmiError, match="unknown command"):
        await client.action("Dance")

    await client.close()
    await pbx.stop()


async def test_nobody_at_the_address_is_unreachable() -> None:
    with pytest.raises(AmiUnreachable, match=r"127\.0\.0\.1:1"):
        await AmiClient("127.0.0.1", 1, "a", "b").connect()


async def serve_deaf(
    sign_in: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]],
) -> asyncio.Server:
    return await asyncio.start_server(sign_in, "127.0.0.1", 0)


async def test_a_link_that_is_dead_but_open_is_noticed_by_ping() -> None:
    async def deaf_after_login(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"Asterisk Call Manager/11.0.0\r\n")
        for number, extra in ((1, b"Challenge: 1\r\n"), (2, b"Message: Authentication accepted\r\n")):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"Response: Success\r\nActionID: cordboard-%d\r\n%b\r\n" % (number, extra))
        await reader.read()

    server = await serve_deaf(deaf_after_login)
    port = server.sockets[0].getsockname()[1]
    client = AmiClient("127.0.0.1", port, "a", "b", ping_every=0.1, timeout=0.2)
    await client.connect()

    with pytest.raises(AmiLost, match="dead"):
        await asyncio.wait_for(anext(client.events()), 5)

    await client.close()
    server.close()


async def test_the_lane_comes_back_by_itself_and_says_what_is_alive(tmp_path: Path) -> None:
    pbx = await started(tmp_path)
    heard: list[object] = []
    lane = LiveLane(Ami("127.0.0.1", pbx.port, pbx.username, pbx.secret))

    async def listen() -> None:
        async for event in lane.events():
            heard.append(event)

    listening = asyncio.create_task(listen())
    await until(lambda: len(heard) == 1)
    script = read_script(CAPTURES / "asterisk22" / "in-answered")
    playing = asyncio.create_task(pbx.play(script, speed=2))
    await until(lambda: len(pbx.channels) == 2)
    await pbx.stop()
    await pbx.start(port=pbx.port)
    await until(lambda: sum(isinstance(event, LaneUp) for event in heard) == 2)

    ups = [event for event in heard if isinstance(event, LaneUp)]
    assert frozenset() == ups[0].alive
    assert 1 == len(ups[1].alive or ())
    assert 1 == sum(isinstance(event, LaneDown) for event in heard)
    play = await playing
    assert ups[1].channels == frozenset(play.ids.values())
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)
    await pbx.stop()


def test_a_pbx_that_is_away_for_days_is_still_tried_every_half_minute() -> None:
    assert [0.5, 1.0, LONGEST_PAUSE, LONGEST_PAUSE] == [pause(failures) for failures in (0, 1, 10, 5_000)]
