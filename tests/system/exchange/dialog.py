"""Call: one SIP dialog of a telephone, made or received, from the INVITE to the BYE.

In:   what a person does: `ring`, `answer`, `refuse`, `keys`, `hold`, `refer`, `hang_up`; the requests of the exchange.
Out:  messages on the telephone's socket; `times` and the telephone's log: when each thing happened, measured outside
      Asterisk.
"""

import asyncio
import itertools
import re
from typing import Protocol
from urllib.parse import quote

import sip
from sip import Message
from tone import Tone

Address = tuple[str, int]
ALLOW = "INVITE, ACK, CANCEL, BYE, REFER, NOTIFY, UPDATE, OPTIONS"


class Socket(Protocol):
    """What a call needs of its telephone."""

    name: str
    ip: str
    pbx: Address
    hertz: int

    @property
    def contact(self) -> str: ...
    def via(self) -> str: ...
    def log(self, call: str, event: str, detail: str) -> float: ...
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
        self.reason = ""  #: the Reason header with which the exchange ended it
        self.connected, self.ended, self._acknowledged = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self.times: dict[str, float] = {}
        self._cseq = itertools.count(1)
        self._sound: Tone | None = None
        self._remote_sound: Address | None = None
        self._held = False
        self._descriptions = itertools.count(1)

    # -- what a person does

    async def ring(self, seconds: float = 0) -> "Call":
        self._reply(self.invite, 180)
        self.note("ringing")
        await asyncio.sleep(seconds)
        return self

    async def answer(self) -> None:
        assert not self.ended.is_set(), f"{self.label}: there is nobody any more to answer"
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

    async def refuse(self, code: int, *, move_to: str = "") -> None:
        """Refuse with a SIP code; with 302 the call is to go on to `move_to`."""
        self.final = code
        contact = f"<sip:{move_to}@{self.telephone.pbx[0]}>" if move_to else self.telephone.contact
        self.telephone.send(sip.answer_to(self.invite, code, self.tag, contact))
        self.note("rejected", str(code))
        self._finish()

    async def keys(self, keys: str) -> None:
        """Press keys in the talk."""
        assert self._sound, f"{self.label}: keys need a talk"
        self.note("keys", keys)
        await self._sound.press(keys)

    async def hold(self) -> None:
        self._held = True
        self.note("hold")
        request = self.request("INVITE", await self.sdp())
        response = await self.telephone.transact(request)
        self.telephone.send(self.request("ACK", "", response.cseq[0]))

    async def refer(self, number: str) -> None:
        """Blind transfer by the telephone: the other side goes on to a number."""
        self.note("blind-transfer", number)
        await self._refer(f"<sip:{number}@{self.telephone.pbx[0]}>")

    async def join_with(self, other: "Call") -> None:
        """Attended transfer by the telephone: both of our other sides go on with each other."""
        self.note("attended-transfer", other.label)
        replaced = f"{other.call_id};to-tag={other.remote_tag};from-tag={other.tag}"
        await self._refer(f"<{other.target}?Replaces={quote(replaced, safe='')}>")

    async def _refer(self, target: str) -> None:
        headers = (("refer-to", target), ("referred-by", self.local_uri))
        response = await self.telephone.transact(self.request("REFER", "", None, *headers))
        assert response.code == 202, f"{self.label}: the transfer was refused with {response.code}"

    async def hang_up(self) -> None:
        """End the talk, or give up while it still rings."""
        if self.ended.is_set():
            return
        if self.connected.is_set():
            self.note("hung-up")
            self._finish()
            await self.telephone.transact(self.request("BYE"))
        else:
            self.note("cancelled")
            await self.telephone.transact(self._cancel())
            await self.wait_ended(5)

    async def wait_connected(self, seconds: float = 20) -> None:
        await asyncio.wait_for(self.connected.wait(), seconds)

    async def wait_ended(self, seconds: float = 40) -> None:
        await asyncio.wait_for(self.ended.wait(), seconds)

    # -- the wire

    def note(self, event: str, detail: str = "") -> None:
        self.times.setdefault(event, self.telephone.log(self.label, event, detail))

    async def sdp(self) -> str:
        self._sound = self._sound or await Tone(self.telephone.ip, self.telephone.hertz).open()
        if self._remote_sound:
            self._sound.remote = self._remote_sound
        return self._description(self._sound)

    def _description(self, sound: Tone) -> str:
        ip, version = self.telephone.ip, next(self._descriptions)
        lines = ["v=0", f"o=- 1 {version} IN IP4 {ip}", "s=-", f"c=IN IP4 {ip}", "t=0 0"]
        lines += [f"m=audio {sound.port} RTP/AVP 8 101", "a=rtpmap:8 PCMA/8000", "a=rtpmap:101 telephone-event/8000"]
        lines += ["a=fmtp:101 0-16", "a=ptime:20", "a=sendonly" if self._held else "a=sendrecv", ""]
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
            self.reason = response.get("reason")
            self.note("refused", str(response.code))
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
            self._ended_by_pbx("hung-up-by-pbx", request)
        elif request.method == "CANCEL":
            self._reply(request, 200)
            if not self.final:
                self.final = 487
                self._reply(self.invite, 487)
                self._ended_by_pbx("cancelled-by-pbx", request)
        elif request.method in ("INVITE", "UPDATE") and request.get("via") != self.invite.get("via") and self._sound:
            self.take_sdp(request.body)
            self._reply(request, 200, self._description(self._sound))
        elif request.method != "INVITE":
            self._reply(request, 200)

    def _ended_by_pbx(self, event: str, request: Message) -> None:
        self.reason = "; ".join(value for _, value in request.all("reason"))
        self.note(event, self.reason)
        self._finish()

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
