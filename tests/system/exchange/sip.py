"""SIP messages: as much of the protocol as a telephone on loopback needs, with no input or output.

In:   bytes of one UDP datagram, or a start line with headers.
Out:  `Message`, its bytes, and the answer to a digest challenge.

Header names are lower case inside, compact forms are spelled out.
"""

import hashlib
import random
import re

REASONS = {
    100: "Trying",
    180: "Ringing",
    200: "OK",
    302: "Moved Temporarily",
    400: "Bad Request",
    481: "Call/Transaction Does Not Exist",
    486: "Busy Here",
    487: "Request Terminated",
    603: "Decline",
}

COMPACT = {
    "v": "via",
    "f": "from",
    "t": "to",
    "i": "call-id",
    "m": "contact",
    "l": "content-length",
    "c": "content-type",
}


class Message:
    """One request or response."""

    def __init__(self, start: str, headers: list[tuple[str, str]], body: str = "") -> None:
        self.start, self.headers, self.body = start, headers, body

    @classmethod
    def parse(cls, data: bytes) -> "Message":
        head, _, body = data.decode("utf-8", "replace").partition("\r\n\r\n")
        start, *lines = head.split("\r\n")
        headers: list[tuple[str, str]] = []
        for line in lines:
            name, _, value = line.partition(":")
            name = name.strip().lower()
            headers.append((COMPACT.get(name, name), value.strip()))
        return cls(start, headers, body)

    def get(self, name: str) -> str:
        return next((value for key, value in self.headers if key == name), "")

    def all(self, name: str) -> list[tuple[str, str]]:
        return [header for header in self.headers if header[0] == name]

    @property
    def is_response(self) -> bool:
        return self.start.startswith("SIP/2.0")

    @property
    def code(self) -> int:
        return int(self.start.split()[1])

    @property
    def method(self) -> str:
        return self.start.split()[0]

    @property
    def cseq(self) -> tuple[int, str]:
        number, method = self.get("cseq").split()
        return int(number), method

    @property
    def transaction(self) -> str:
        """What ties a response to its request: the branch and the method."""
        branch = re.search(r"branch=([^;]+)", self.get("via"))
        return (branch[1] if branch else "") + self.cseq[1]

    def encode(self) -> bytes:
        body = self.body.encode()
        lines = [self.start, *(f"{name}: {value}" for name, value in self.headers), f"content-length: {len(body)}"]
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def answer_to(request: Message, code: int, tag: str, contact: str, body: str = "") -> Message:
    """The response to a request; `tag` is the answering side's own."""
    to = request.get("to")
    if code > 100 and "tag=" not in to:
        to += f";tag={tag}"
    headers = [
        *request.all("via"),
        ("from", request.get("from")),
        ("to", to),
        ("call-id", request.get("call-id")),
        ("cseq", request.get("cseq")),
        ("contact", contact),
    ]
    if body:
        headers.append(("content-type", "application/sdp"))
    return Message(f"SIP/2.0 {code} {REASONS.get(code, 'Other')}", headers, body)


def uri_of(value: str) -> str:
    """The address inside a From, To or Contact header."""
    match = re.search(r"<([^>]*)>", value)
    return match[1] if match else value.split(";")[0].strip()


def user_of(value: str) -> str:
    match = re.match(r"sips?:([^@;>]*)", uri_of(value))
    return match[1] if match else ""


def tag_of(value: str) -> str:
    match = re.search(r";\s*tag=([^;>\s]+)", value)
    return match[1] if match else ""


def token(length: int = 10) -> str:
    return "".join(random.choices("abcdefghijklmnopqrstuvwxyz0123456789", k=length))


def new_branch() -> str:
    return "z9hG4bK" + token(12)


def digest(challenge: str, method: str, uri: str, user: str, password: str) -> str:
    """The value of an Authorization header that answers a Digest challenge."""
    asked = {key: value.strip('"') for key, value in re.findall(r'(\w+)=("[^"]*"|[^,\s]+)', challenge)}
    secret = _md5(f"{user}:{asked['realm']}:{password}")
    request = _md5(f"{method}:{uri}")
    said = {"username": user, "realm": asked["realm"], "nonce": asked["nonce"], "uri": uri}
    if "opaque" in asked:
        said["opaque"] = asked["opaque"]
    if "auth" in asked.get("qop", ""):
        cnonce = token(8)
        said["response"] = _md5(f"{secret}:{asked['nonce']}:00000001:{cnonce}:auth:{request}")
        said["cnonce"] = cnonce
        return _digest_header(said) + ", qop=auth, nc=00000001"
    said["response"] = _md5(f"{secret}:{asked['nonce']}:{request}")
    return _digest_header(said)


def _digest_header(said: dict[str, str]) -> str:
    return "Digest " + ", ".join(f'{key}="{value}"' for key, value in said.items()) + ", algorithm=MD5"


def _md5(text: str) -> str:
    return hashlib.md5(text.encode()).hexdigest()
