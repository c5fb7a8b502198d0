"""The exchange: one Asterisk process in its tree, configured from etc/, and a tap on its AMI.

In:   the folder of the tree (scripts/asterisk-tree) and a name for this run.
Out:  a running Asterisk on 127.0.0.1 (SIP 5060, AMI 5038) whose run directory is TREE/run-of-cordboard/NAME.

The ports are fixed: whoever starts it does so in a network namespace of its own.
"""

import asyncio
import math
import re
import secrets
import shutil
import struct
import subprocess
import time
import wave
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

ETC = Path(__file__).parent / "etc"
SIP = ("127.0.0.1", 5060)
AMI = ("127.0.0.1", 5038)
ACCOUNT = ("connector", "connector-secret")
#: the telephones, three for each of four teams, and who sits there
PEOPLE = {
    "101": "Anna Orlova", "102": "Boris Klein", "103": "Carla Diaz",
    "111": "Иван Петров", "112": "Smith, Eva", "113": "Farid Aliyev",
    "121": "Greta Holm", "122": "Hugo Lind", "123": "Irma Falk",
    "131": "Jonas Berg", "132": "Karin Dahl", "133": "Lars Ek",
}  # fmt: skip

# Files that modules look for and that have nothing to say here.
EMPTY = """
    acl ari ccss cdr_manager cli cli_aliases codecs confbridge dnsmgr extconfig followme http pjproject queuerules
    sorcery stasis udptl voicemail
"""
ANNOUNCER = re.compile(rb"Event: Newchannel\r\n(?:[^\r\n]+\r\n){1,2}Channel: CBAnn/")
FOLDERS = ("etc", "var", "agi", "spool/monitor", "spool/outgoing", "run", "log/cel-custom", "music")


class Asterisk:
    def __init__(self, tree: Path, name: str) -> None:
        self.tree = tree
        # as Asterisk sees it, inside its tree; several may run in one tree, and each is process 1 in its namespace
        self.base = f"/run-of-cordboard/{name}-{secrets.token_hex(4)}"
        self.folder = tree / self.base[1:]
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def cel(self) -> Path:
        return self.folder / "log/cel-custom/cel.csv"

    @property
    def monitor(self) -> Path:
        return self.folder / "spool/monitor"

    def keep_forms(self, out: Path) -> None:
        """The same rows in every form that etc/cel_custom.conf asks for, with that file."""
        shutil.copytree(self.cel.parent, out)
        shutil.copy(self.folder / "etc/cel_custom.conf", out)

    def prepare(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        for name in FOLDERS:
            (self.folder / name).mkdir(parents=True)
        modules = next(self.tree.glob("usr/lib/**/asterisk/modules")).relative_to(self.tree)
        for template in ETC.glob("*.conf"):
            text = filled(template.read_text(encoding="utf-8"), {"BASE": self.base, "MODULES": f"/{modules}"})
            (self.folder / "etc" / template.name).write_text(text, encoding="utf-8")
        telephone = (ETC / "telephone.template").read_text(encoding="utf-8")
        values = ({"NUMBER": number, "TEAM": number[1], "NAME": name} for number, name in PEOPLE.items())
        telephones = "".join(filled(telephone, each) for each in values)
        (self.folder / "etc/telephones.conf").write_text(telephones, encoding="utf-8")
        for name in EMPTY.split():
            (self.folder / "etc" / f"{name}.conf").touch()
        sounds = self.tree / "usr/share/asterisk/sounds"
        if not (sounds / "en").exists():  # Debian names its voice by the country; without prompts no transfer begins
            (sounds / "en").symlink_to(next(sounds.glob("en_*")).name)
        write_music(self.folder / "music/tone.wav", seconds=4, hertz=300)

    def start(self) -> None:
        command = ["chroot", str(self.tree), "/usr/sbin/asterisk", "-f", "-n", "-C", f"{self.base}/etc/asterisk.conf"]
        with (self.folder / "stdout.txt").open("w") as out:
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT)

    def stop(self) -> None:
        if self._process and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(8)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    def kill(self) -> None:
        """As a crash does it: no goodbye to anybody, no row for the calls that are under way."""
        assert self._process
        self._process.kill()
        self._process.wait()

    @property
    def version(self) -> str:
        command = ["chroot", str(self.tree), "/usr/sbin/asterisk", "-V"]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        return said.strip().removeprefix("Asterisk ")

    def remove(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


@dataclass
class Tap:
    """An AMI connection that keeps every byte it receives, as a recording of the native stream and its CEL rows."""

    received: bytearray = field(default_factory=bytearray)
    _actions: int = 0
    _task: asyncio.Task[None] | None = None
    _writer: asyncio.StreamWriter | None = None

    async def open(self, seconds: float = 30) -> "Tap":
        """Connect as soon as Asterisk listens, log in, and wait until it has fully booted."""
        reader, self._writer = await first_connection(seconds)
        self._task = asyncio.create_task(self._read(reader))
        name, secret = ACCOUNT
        self._writer.write(f"Action: Login\r\nUsername: {name}\r\nSecret: {secret}\r\n\r\n".encode())
        await self.wait_for(lambda: b"Event: FullyBooted" in self.received, seconds)
        return self

    async def _read(self, reader: asyncio.StreamReader) -> None:
        while data := await reader.read(65536):
            self.received += data

    async def act(self, action: str, **headers: str) -> None:
        """Send an action and wait until Asterisk says that it will do it."""
        self._actions += 1
        lines = {"Action": action, "ActionID": f"story-{self._actions}", **headers}
        assert self._writer
        self._writer.write("".join(f"{key}: {value}\r\n" for key, value in lines.items()).encode() + b"\r\n")
        done = f"Response: Success\r\nActionID: story-{self._actions}\r\n".encode()
        await self.wait_for(lambda: done in self.received, 10)

    def events(self) -> list[dict[str, str]]:
        """Every whole message so far, as a dictionary."""
        blocks = bytes(self.received).decode("utf-8", "replace").split("\r\n\r\n")[:-1]
        lines = ([line.partition(": ")[::2] for line in block.split("\r\n")] for block in blocks)
        return [dict(found) for found in lines]

    async def wait_for_quiet(self, seconds: float = 60) -> None:
        """Wait until every channel has hung up and CEL has said its last row (it lags behind)."""

        def is_quiet() -> bool:
            text = bytes(self.received)
            born, gone = text.count(b"Event: Newchannel\r\n"), text.count(b"Event: Hangup\r\n")
            # the announcer of a conference room is a channel of which CEL says nothing
            announcers = len(ANNOUNCER.findall(text))
            return born == gone == text.count(b"EventName: CHAN_END\r\n") + announcers

        await self.wait_for(is_quiet, seconds)
        await asyncio.sleep(0.5)

    @staticmethod
    async def wait_for(is_so: Callable[[], bool], seconds: float) -> None:
        async with asyncio.timeout(seconds):
            while not is_so():
                await asyncio.sleep(0.1)

    def close(self) -> None:
        if self._task:
            self._task.cancel()
        if self._writer:
            self._writer.close()


def filled(template: str, values: dict[str, str]) -> str:
    for key, value in values.items():
        template = template.replace(f"@{key}@", value)
    return template


async def first_connection(seconds: float) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    end = time.monotonic() + seconds
    while True:
        try:
            return await asyncio.open_connection(*AMI)
        except OSError:
            if time.monotonic() > end:
                raise
            await asyncio.sleep(0.1)


def write_music(path: Path, seconds: int, hertz: int) -> None:
    samples = (int(5000 * math.sin(2 * math.pi * hertz * at / 8000)) for at in range(8000 * seconds))
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(8000)
        out.writeframes(b"".join(struct.pack("<h", sample) for sample in samples))
