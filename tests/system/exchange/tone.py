"""Tone: the sound of one telephone, an RTP stream of A-law with its key presses; what comes in is only counted.

Asterisk ends no call for silence here, but a recording of silence would prove nothing, and the keys of a talk
(RFC 4733) are heard only in a stream that runs.
"""

import asyncio
import itertools
import math
import random
import struct
from typing import Any

PACKET = 160  # samples: 20 ms at 8 kHz
ALAW, KEY = 8, 101  # payload types, as in the SDP of dialog.py
KEYS = "0123456789*#ABCD"


class Tone(asyncio.DatagramProtocol):
    """Sends a steady tone to `remote` once started."""

    ports = itertools.cycle(range(30000, 39998, 2))

    def __init__(self, ip: str, hertz: int) -> None:
        self.ip, self.port = ip, 0
        self.wave = tone_wave(hertz)
        self.remote: tuple[str, int] | None = None
        self.received = 0
        self._key, self._let_go = "", asyncio.Event()
        self._number, self._source = random.getrandbits(15), random.getrandbits(32)
        self._transport: asyncio.DatagramTransport | None = None
        self._task: asyncio.Task[None] | None = None

    async def open(self) -> "Tone":
        loop = asyncio.get_running_loop()
        self.port = next(self.ports)
        self._transport, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=(self.ip, self.port))
        return self

    def datagram_received(self, data: bytes, addr: Any) -> None:
        self.received += 1

    def error_received(self, exc: Exception) -> None:
        """The far side has closed already: nothing to do."""

    def start(self) -> None:
        if self._task is None:
            self._task = asyncio.create_task(self._send_all())

    async def press(self, keys: str) -> None:
        """One key after the other, as a person presses them; returns when the last one was let go."""
        for key in keys:
            await asyncio.sleep(0.25)
            self._key = key
            self._let_go.clear()
            await self._let_go.wait()

    async def _send_all(self) -> None:
        loop = asyncio.get_running_loop()
        due, stamp = loop.time(), 0
        while True:
            if self._key:
                stamp = await self._send_key(self._key, stamp)
                self._key = ""
                self._let_go.set()
                due = loop.time()
            at = stamp % len(self.wave)
            self._send(ALAW, stamp, self.wave[at : at + PACKET])
            stamp += PACKET
            due += 0.02
            await asyncio.sleep(max(0.0, due - loop.time()))

    async def _send_key(self, key: str, stamp: int) -> int:
        """Six packets while the key is down, three that say it was let go; the stamp behind it."""
        for packet in range(1, 10):
            is_up = packet > 6
            payload = struct.pack("!BBH", KEYS.index(key), (0x80 if is_up else 0) | 10, PACKET * min(packet, 7))
            self._send(KEY | (0x80 if packet == 1 else 0), stamp, payload)
            await asyncio.sleep(0.005 if is_up else 0.02)
        return stamp + PACKET * 9

    def _send(self, kind: int, stamp: int, payload: bytes) -> None:
        self._number = (self._number + 1) & 0xFFFF
        head = struct.pack("!BBHII", 0x80, kind, self._number, stamp & 0xFFFFFFFF, self._source)
        if self._transport and self.remote:
            self._transport.sendto(head + payload, self.remote)

    def close(self) -> None:
        self._let_go.set()  # the last key of a transfer may end the call while it is down
        if self._task:
            self._task.cancel()
        if self._transport:
            self._transport.close()


def tone_wave(hertz: int) -> bytes:
    """One second of a tone, a whole number of packets long."""
    step = 2 * math.pi * hertz / 8000
    return bytes(to_alaw(int(6000 * math.sin(step * sample))) for sample in range(8000))


def to_alaw(sample: int) -> int:
    """ITU-T G.711 A-law of one 16-bit sample."""
    sign = 0x80 if sample >= 0 else 0
    magnitude = min(abs(sample), 32635)
    if magnitude < 256:
        return (magnitude >> 4 | sign) ^ 0x55
    exponent = magnitude.bit_length() - 8
    return (exponent << 4 | magnitude >> (exponent + 3) & 0x0F | sign) ^ 0x55
