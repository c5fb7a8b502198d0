"""Tone: the sound of one telephone, an RTP stream of A-law; what comes in is only counted.

Asterisk ends no call for silence here, but a recording of silence would prove nothing.
"""

import asyncio
import itertools
import math
import random
import struct
from typing import Any

PACKET = 160  # samples: 20 ms at 8 kHz


class Tone(asyncio.DatagramProtocol):
    """Sends a steady tone to `remote` once started."""

    ports = itertools.cycle(range(30000, 39998, 2))

    def __init__(self, ip: str, hertz: int) -> None:
        self.ip, self.port = ip, 0
        self.wave = tone_wave(hertz)
        self.remote: tuple[str, int] | None = None
        self.received = 0
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

    async def _send_all(self) -> None:
        loop = asyncio.get_running_loop()
        due, number, source = loop.time(), random.getrandbits(15), random.getrandbits(32)
        for index in itertools.count():
            if self._transport and self.remote:
                at = index * PACKET % len(self.wave)
                head = struct.pack("!BBHII", 0x80, 8, (number + index) & 0xFFFF, index * PACKET & 0xFFFFFFFF, source)
                self._transport.sendto(head + self.wave[at : at + PACKET], self.remote)
            due += 0.02
            await asyncio.sleep(max(0.0, due - loop.time()))

    def close(self) -> None:
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
