"""Call: one SIP dialog of a telephone, made or received, from the INVITE to the BYE.

In:   what a person does: `ring`, `answer`, `refuse`, `hang_up`; and the requests of the exchange.
Out:  messages on the telephone's socket, and `times`: when each thing happened, measured outside Asterisk.
"""

import asyncio
import itertools
import re
import time
from typing import Protocol

import sip
from sip import Message
from tone import Tone

Address = tuple[str, int]
ALLOW = "INVITE, ACK, CANCEL, BYE, OPTIONS"


class Socket(Protocol):
    """What a call needs of its telephone."""

    ip: str
    hertz: int

    @property
    def contact(self) -> str: ...
    def via(self) -> str: ...
    def send(self, message: Message) -> None: ...
    async def transact(self, request: Message, seconds: float = 8) -> Message: ...
    def credentials(self, challenge: Message, method: str, uri: str) -> tuple[str, str]: ...


class Call:
    """One dialog of a telephone, made or received."""

    def __init__(self, telephone: Socket, label: str) -> None:
        self.telephone, self.label = telephone, label
        self.call_id, self.tag, self.remote_tag = sip.token(16), sip.token(8), ""
        self.local_uri = self.remote_uri = self.target = ""
        self.caller = self.dialled = ""
        self.invite = Message("", [])
        self.made_by_us = False
        self.final = 0  #: the final code of the INVITE
        self.connected, self.ended, self._acknowledged = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self.times: dict[str, float] = {}
        self._cseq = itertools.count(1)
        self._sound: Tone | None = None
        self._remote_sound: Address | None = None

    # -- what a person does

    async def ring(self, seconds: float = 0) -> "Call":
        self._reply(self.invite, 180)
        self.note("ringing")
        await asyncio.sleep(seconds)
        return self

    async def answer(self) -> None:
        self.take_sdp(self.invite.body)
        sdp = await self.sdp()
        self.note("answered")
        self.final = 200
        self._start_sound()
        for wait in (0.5, 1, 2, 4):
            self._reply(self.invite, 200, sdp)
            try:
                await asyncio.wait_for(self._acknowledged.wait(), wait)
                return
            except TimeoutError:
                continue
        raise AssertionError(f"{self.label}: nobody acknowledged the answer")

    async def refuse(self, code: int) -> None:
        self.final = code
        self._reply(self.invite, code)
        self.note("refused")
        self._finish()

    async def hang_up(self) -> None:
        """End the talk, or give up while it still rings."""
        if self.ended.is_set():
            return
        self.note("hung-up")
        if self.connected.is_set():
            await self.telephone.transact(self.request("BYE"))
            self._finish()
        else:
            await self.telephone.transact(self._cancel())
            await self.wait_ended(5)

    async def wait_connected(self, seconds: float = 20) -> None:
        await asyncio.wait_for(self.connected.wait(), seconds)

    async def wait_ended(self, seconds: float = 40) -> None:
        await asyncio.wait_for(self.ended.wait(), seconds)

    # -- the wire

    def note(self, event: str) -> None:
        self.times.setdefault(event, time.time())

    async def sdp(self) -> str:
        telephone = self.telephone
        self._sound = self._sound or await Tone(telephone.ip, telephone.hertz).open()
        lines = ["v=0", f"o=- 1 1 IN IP4 {telephone.ip}", "s=-", f"c=IN IP4 {telephone.ip}", "t=0 0"]
        lines += [f"m=audio {self._sound.port} RTP/AVP 8", "a=rtpmap:8 PCMA/8000", "a=ptime:20", "a=sendrecv", ""]
        if self._remote_sound:
            self._sound.remote = self._remote_sound
        return "\r\n".join(lines)

    def take_sdp(self, body: str) -> None:
        """Learn where the other side wants its sound."""
        ip = re.search(r"^c=IN IP4 (\S+)", body, re.MULTILINE)
        port = re.search(r"^m=audio (\d+)", body, re.MULTILINE)
        if ip and port:
            self._remote_sound = (ip[1], int(port[1]))
            if self._sound:
                self._sound.remote = self._remote_sound

    def request(self, method: str, body: str = "", cseq: int | None = None, *extra: tuple[str, str]) -> Message:
        telephone = self.telephone
        to = self.remote_uri + (f";tag={self.remote_tag}" if self.remote_tag else "")
        headers = [
            ("via", telephone.via()),
            ("max-forwards", "70"),
            ("from", f"{self.local_uri};tag={self.tag}"),
            ("to", to),
            ("call-id", self.call_id),
            ("cseq", f"{cseq or next(self._cseq)} {method}"),
            ("contact", telephone.contact),
            ("allow", ALLOW),
            *extra,
        ]
        if body:
            headers.append(("content-type", "application/sdp"))
        return Message(f"{method} {self.target} SIP/2.0", headers, body)

    async def place(self) -> None:
        """Send the INVITE, answer its challenge, wait for the final response."""
        sdp = await self.sdp()
        self.invite = self.request("INVITE", sdp)
        response = await self.telephone.transact(self.invite, seconds=60)
        if response.code in (401, 407):
            self._acknowledge_refusal(response)
            self.invite = self.request("INVITE", sdp, None, self.telephone.credentials(response, "INVITE", self.target))
            response = await self.telephone.transact(self.invite, seconds=60)
        self.final = response.code
        if response.code != 200:
            self._acknowledge_refusal(response)
            self.note("refused-by-pbx")
            self._finish()
            return
        self.remote_tag = sip.tag_of(response.get("to"))
        self.target = sip.uri_of(response.get("contact")) or self.target
        self.take_sdp(response.body)
        self.telephone.send(self.request("ACK", "", response.cseq[0]))
        self.note("connected")
        self._start_sound()

    def on_request(self, request: Message) -> None:
        """What the exchange sends inside the dialog."""
        if request.method == "ACK":
            self._acknowledged.set()
        elif request.method == "BYE":
            self._reply(request, 200)
            self.note("hung-up-by-pbx")
            self._finish()
        elif request.method == "CANCEL":
            self._reply(request, 200)
            if not self.final:
                self.final = 487
                self._reply(self.invite, 487)
                self.note("cancelled-by-pbx")
                self._finish()
        elif request.method != "INVITE" or request.get("via") != self.invite.get("via"):
            self._reply(request, 200)

    def _cancel(self) -> Message:
        keep = [header for name in ("via", "from", "to", "call-id") for header in self.invite.all(name)]
        return Message(
            f"CANCEL {self.target} SIP/2.0", [*keep, ("max-forwards", "70"), ("cseq", f"{self.invite.cseq[0]} CANCEL")]
        )

    def _acknowledge_refusal(self, response: Message) -> None:
        keep = [header for name in ("via", "from", "call-id") for header in self.invite.all(name)]
        more = [("to", response.get("to")), ("max-forwards", "70"), ("cseq", f"{response.cseq[0]} ACK")]
        self.telephone.send(Message(f"ACK {self.target} SIP/2.0", [*keep, *more]))

    def _reply(self, request: Message, code: int, body: str = "") -> None:
        self.telephone.send(sip.answer_to(request, code, self.tag, self.telephone.contact, body))

    def _start_sound(self) -> None:
        self.connected.set()
        if self._sound:
            self._sound.start()

    def _finish(self) -> None:
        self.ended.set()
        if self._sound:
            self._sound.close()
