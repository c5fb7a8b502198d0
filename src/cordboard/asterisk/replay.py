"""ReplayPbx: a small exchange that plays captured calls as Asterisk would let us see them.

In:   scripts of captured calls (`played_call.py`), at any speed.
Out:  an AMI server on a TCP port (greeting, sign-in, ping, CoreShowChannels, event filters, several clients) and a CEL
      CSV file with a header line, both fed at the captured distances.

The surprise: it is no stand-in inside our process but a server on the other side of a socket and of a file, so that
what follows it is the very chain of a real installation. A client that comes in the middle of a call hears only what
happens from then on, and finds the living channels by CoreShowChannels, as on a real PBX.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

from cordboard.asterisk.ami.wire import Framer, Message, encode_action, read_message
from cordboard.asterisk.played_call import Numbers, Play, Script, snapshot, write_row

GREETING = b"Asterisk Call Manager/11.0.0\r\n"


class ReplayPbx:
    """One played exchange."""

    def __init__(self, csv_path: Path, *, username: str = "cordboard", secret: str = "") -> None:
        self.port = 0
        self.username = username
        self.secret = secret or secrets.token_hex(8)
        self.csv_path = csv_path
        #: living channels by uniqueid, as CoreShowChannels lists them
        self.channels: dict[str, dict[str, str]] = {}
        #: what is done by an action: its name in lower case → who does it; others are unknown
        self.actions: dict[str, Callable[[Message], Awaitable[None]]] = {}
        self._numbers = Numbers()
        self._clients: set[Client] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._doing: set[asyncio.Future[None]] = set()
        self._server: asyncio.Server | None = None
        # it has run for a while: at a high speed the events lie a little in the past
        self._started = time.time() - 3600
        self._columns: tuple[str, ...] = ()

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Listen; `port` then says where."""
        self._server = await asyncio.start_server(self._serve, host, port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Close like `core stop now`: every connection at once, without a word."""
        if self._server is not None:
            self._server.close()
        for client in list(self._clients):
            client.writer.close()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def play(self, script: Script, *, speed: float = 1.0, exchange: Mapping[str, str] | None = None) -> Play:
        """Play a call to its end; what it was called this time."""
        play = self.prepare(script, speed=speed, exchange=exchange)
        await self.perform(play)
        return play

    def prepare(self, script: Script, *, speed: float = 1.0, exchange: Mapping[str, str] | None = None) -> Play:
        """A performance that begins now; its new ids are known before its first event."""
        return Play(script, time.time_ns() // 1000, self._numbers, speed=speed, exchange=exchange)

    async def perform(self, play: Play) -> None:
        """Send and write everything of a performance at its moment."""
        clock = asyncio.get_running_loop().time
        begin = clock()
        for after, lane, text in play.lines():
            if (wait := begin + after - clock()) > 0:
                await asyncio.sleep(wait)
            if lane == "cel":
                self._write(play.script.columns, text)
            else:
                self._send(text)

    def originated(self, action: Message, *, picked_up: bool) -> None:
        """Tell how an Originate went, as the exchange does when the first telephone is picked up or gives up."""
        response, uniqueid = ("Success", action.get("ChannelId")) if picked_up else ("Failure", "<unknown>")
        told = {"ActionID": action.get("ActionID"), "Response": response, "Uniqueid": uniqueid}
        self._send("\r\n".join(f"{key}: {value}" for key, value in {"Event": "OriginateResponse", **told}.items()))

    def obey(self, action: Message) -> bool:
        """Begin to do an action; false for one that is unknown here."""
        done = self.actions.get(action.get("Action").lower())
        if done is None:
            return False
        task = asyncio.ensure_future(done(action))
        self._doing.add(task)
        task.add_done_callback(self._doing.discard)
        return True

    def _write(self, columns: tuple[str, ...], row: str) -> None:
        """Append a row. The header line is written once, by the first call of all."""
        if not self._columns:
            self._columns = columns
            if not self.csv_path.exists() or self.csv_path.stat().st_size == 0:
                row = write_row(columns) + "\n" + row
        elif columns != self._columns:
            raise ValueError("a capture with other columns cannot be played into the same file")
        with self.csv_path.open("a", encoding="utf-8", newline="") as file:
            file.write(row + "\n")

    def _send(self, text: str) -> None:
        self._remember(read_message(text))
        data = text.encode() + b"\r\n\r\n"
        for client in self._clients:
            client.hear(text, data)

    def _remember(self, event: Message) -> None:
        uniqueid = event.get("Uniqueid")
        match event.event:
            case "Newchannel":
                self.channels[uniqueid] = snapshot(event)
            case "Hangup":
                self.channels.pop(uniqueid, None)
            case "Newstate" | "BridgeEnter" | "BridgeLeave" | "NewCallerid" | "NewConnectedLine":
                if uniqueid in self.channels:
                    self.channels[uniqueid].update(snapshot(event))
                    self.channels[uniqueid]["BridgeId"] = (
                        event.get("BridgeUniqueid") if event.event != "BridgeLeave" else ""
                    )  # fmt: skip
            case _:
                pass

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        client = Client(self, writer)
        self._clients.add(client)
        try:
            writer.write(GREETING)
            framer = Framer()
            while not client.leaves and (data := await reader.read(1 << 14)):
                for action in framer.feed(data):
                    client.act(action)
                await writer.drain()
        except OSError:
            pass
        finally:
            self._clients.discard(client)
            self._tasks.discard(task)
            writer.close()

    @property
    def listeners(self) -> int:
        """How many clients hear events at the moment."""
        return sum(client.hears for client in self._clients)

    @property
    def uptime(self) -> int:
        return int(time.time() - self._started)


class Client:
    """One AMI connection: what it may do, and which events it hears."""

    def __init__(self, pbx: ReplayPbx, writer: asyncio.StreamWriter) -> None:
        self.writer = writer
        self.leaves = False
        self._pbx = pbx
        self._signed_in = False
        self.hears = False
        self._challenge = ""
        self._filters: list[re.Pattern[str]] = []

    def hear(self, text: str, data: bytes) -> None:
        """An event, if this client wants it."""
        if (
            self.hears
            and not self.writer.is_closing()
            and (not self._filters or any(found.search(text) for found in self._filters))
        ):
            self.writer.write(data)

    def act(self, action: Message) -> None:
        """Do an action and answer it."""
        name = action.get("Action").lower()
        if name == "challenge":
            self._challenge = str(secrets.randbelow(10**9))
            self._answer(action, "Success", Challenge=self._challenge)
        elif name == "login":
            self._sign_in(action)
        elif not self._signed_in:
            self._answer(action, "Error", Message="Permission denied")
        else:
            self._serve(name, action)

    def _serve(self, name: str, action: Message) -> None:
        match name:
            case "ping":
                self._answer(action, "Success", Ping="Pong", Timestamp=f"{time.time():.6f}")
            case "logoff":
                self._answer(action, "Goodbye", Message="Thanks for all the fish.")
                self.leaves = True
            case "events":
                self.hears = action.get("EventMask", "off").lower() != "off"
                self._answer(action, "Success", Events="On" if self.hears else "Off")
            case "filter":
                self._filters.append(re.compile(action.get("Filter")))
                self._answer(action, "Success", Message="Filter added successfully")
            case "corestatus":
                self._answer(action, "Success", CoreCurrentCalls=str(len(self._pbx.channels)))
            case "coreshowchannels":
                self._show_channels(action)
            case _ if self._pbx.obey(action):
                self._answer(action, "Success", Message=f"{action.get('Action')} accepted")
            case _:
                self._answer(action, "Error", Message="Invalid/unknown command")

    def _sign_in(self, action: Message) -> None:
        key = hashlib.md5((self._challenge + self._pbx.secret).encode(), usedforsecurity=False).hexdigest()
        given, right = (
            (action.get("Key"), key) if action.get("AuthType").upper() == "MD5"
            else (action.get("Secret"), self._pbx.secret)
        )  # fmt: skip
        if action.get("Username") != self._pbx.username or not secrets.compare_digest(given.encode(), right.encode()):
            self._answer(action, "Error", Message="Authentication failed")
            self.leaves = True
            return
        self._signed_in = True
        self.hears = action.get("Events", "on").lower() != "off"
        self._answer(action, "Success", Message="Authentication accepted")
        if self.hears:
            uptime = str(self._pbx.uptime)
            self._say(
                "FullyBooted", Privilege="system,all", Uptime=uptime, LastReload=uptime, Status="Fully Booted"
            )  # fmt: skip

    def _show_channels(self, action: Message) -> None:
        number = action.get("ActionID")
        self._answer(action, "Success", EventList="start", Message="Channels will follow")
        for channel in self._pbx.channels.values():
            self._say("CoreShowChannel", ActionID=number, **channel)
        self._say(
            "CoreShowChannelsComplete", ActionID=number, EventList="Complete", ListItems=str(len(self._pbx.channels))
        )  # fmt: skip

    def _answer(self, action: Message, response: str, **headers: str) -> None:
        number = action.get("ActionID")
        self._write("Response", response, {**({"ActionID": number} if number else {}), **headers})

    def _say(self, event: str, **headers: str) -> None:
        self._write("Event", event, headers)

    def _write(self, kind: str, name: str, headers: dict[str, str]) -> None:
        self.writer.write(encode_action(name, headers.items()).replace(b"Action", kind.encode(), 1))
