"""The Asterisk Manager Interface as bytes: messages in, actions out, and no connection anywhere.

In:   bytes from the PBX, cut at any place.
Out:  `Message`s with all their headers; the greeting beside them. `encode_action` makes the bytes of an action.

The surprise: the first line is a greeting without the empty line that ends everything else, keys may repeat
(`Output:`, `Variable:`), and their capitals differ from event to event (`Uniqueid`, `UniqueID`). Two messages of
three are of no use to a call, so a framer may be told the wanted events and skips the others by their first line,
before anything is decoded.
"""

from __future__ import annotations

from collections.abc import Iterable

BLANK = b"\r\n\r\n"
GREETING = b"Asterisk Call Manager"

#: no message of Asterisk comes near this; more without an empty line is another protocol
LONGEST_MESSAGE = 8 * 1024 * 1024


class FramingError(ValueError):
    """What comes is not AMI."""


class Message:
    """One message: an event (`Event:` first) or the answer to an action (`Response:` first)."""

    __slots__ = ("_folded", "_lines", "headers")

    def __init__(self, headers: dict[str, str], lines: list[str]) -> None:
        #: the headers as spelled by Asterisk; of a repeated key the last
        self.headers = headers
        self._lines = lines
        self._folded: dict[str, str] | None = None

    def get(self, key: str, default: str = "") -> str:
        """The value of a header, whatever its capitals."""
        value = self.headers.get(key)
        if value is not None:
            return value
        if self._folded is None:
            self._folded = {name.lower(): text for name, text in self.headers.items()}
        return self._folded.get(key.lower(), default)

    def all(self, key: str) -> list[str]:
        """Every value of a key that may repeat, in order."""
        key = key.lower()
        pairs = (split_line(line) for line in self._lines)
        return [value for name, value in pairs if name.lower() == key]

    @property
    def event(self) -> str:
        """The event's name; empty for an answer."""
        return self.headers.get("Event", "")

    def __repr__(self) -> str:
        return f"Message({self._lines!r})"


class Framer:
    """Cuts the bytes of one connection into messages."""

    def __init__(self, wanted: Iterable[str] | None = None) -> None:
        #: `Asterisk Call Manager/11.0.0`, once it has come
        self.greeting = ""
        self._wanted = None if wanted is None else FirstLines(wanted)
        self._parts: list[bytes] = []
        self._waiting = 0
        self._started = False

    @property
    def rest(self) -> bytes:
        """The bytes of a message that has not ended yet."""
        return b"".join(self._parts)

    def feed(self, data: bytes) -> list[Message]:
        """The messages that these bytes complete."""
        self._parts.append(data)
        self._waiting += len(data)
        if self._started and BLANK not in data and not self._ends_across_the_cut(data):
            if self._waiting > LONGEST_MESSAGE:
                raise FramingError("no message ends in 8 MB: this is not Asterisk's manager interface")
            return []
        text = b"".join(self._parts)
        if not self._started:
            text = self._take_greeting(text)
        if not self._started:
            messages, rest = [], text
        elif self._wanted is None:
            end = text.rfind(BLANK) + 4
            messages, rest = (read_messages(text[: end - 4]), text[end:]) if end > 3 else ([], text)
        else:
            blocks = text.split(BLANK)
            rest = blocks.pop()
            messages = read_wanted(blocks, self._wanted)
        self._parts = [rest]
        self._waiting = len(rest)
        return messages

    def _ends_across_the_cut(self, data: bytes) -> bool:
        if len(self._parts) < 2:
            return False
        tail = b"".join(self._parts[-5:-1])[-3:] if len(self._parts[-2]) < 3 else self._parts[-2][-3:]
        return BLANK in tail + data[:3]

    def _take_greeting(self, text: bytes) -> bytes:
        if len(text) < len(GREETING) and GREETING.startswith(text):
            return text
        if not text.startswith(GREETING):
            # a recording that begins in the middle of a connection
            self._started = True
            return text
        end = text.find(b"\r\n")
        if end < 0:
            return text
        self.greeting = text[:end].decode("utf-8", "replace")
        self._started = True
        return text[end + 2 :]


class FirstLines(dict[bytes, bool]):
    """First line → whether its message is wanted: events by name, answers always; learned as lines come."""

    def __init__(self, wanted: Iterable[str]) -> None:
        self._names = frozenset(wanted)

    def __missing__(self, line: bytes) -> bool:
        if len(self) > 1000:
            self.clear()
        name = line.removeprefix(b"Event: ")
        self[line] = verdict = name == line or (name.decode("utf-8", "replace") in self._names)
        return verdict


def read_messages(data: bytes) -> list[Message]:
    """All messages of whole text."""
    return [read_message(block) for block in data.decode("utf-8", "replace").split("\r\n\r\n") if block]


def read_wanted(blocks: list[bytes], wanted: FirstLines) -> list[Message]:
    """The wanted ones of whole messages; the others are never decoded."""
    kept = [block for block in blocks if wanted[block[: block.find(b"\r\n")]]]
    # a few events (TestEvent) end with one empty line too many, which then begins the next block
    clean = [block.removeprefix(b"\r\n") for block in kept]
    return [
        read_message(block.decode("utf-8", "replace"))
        for block in clean
        if block and wanted[block[: block.find(b"\r\n")]]
    ]


def read_message(block: str) -> Message:
    """One message from its text, without the empty line behind it."""
    lines = block.split("\r\n")
    try:
        return Message(dict([line.split(": ", 1) for line in lines]), lines)  # pyright: ignore[reportArgumentType]
    except ValueError:
        pairs = [split_line(line) for line in lines if line]
        return Message(dict(pairs), lines)


def split_line(line: str) -> tuple[str, str]:
    """A line's key and value; a line without a colon is text of its own, under an empty key."""
    key, colon, value = line.partition(":")
    return (key, value.removeprefix(" ")) if colon else ("", line)


def encode_action(name: str, headers: Iterable[tuple[str, str]]) -> bytes:
    """An action's bytes. A line break in a value would begin a header of its own, so it is refused."""
    lines = [("Action", name), *headers]
    for key, value in lines:
        if any(mark in text for text in (key, value) for mark in "\r\n"):
            raise ValueError(f"the value of {key!r} holds a line break, which AMI cannot carry")
    return "".join(f"{key}: {value}\r\n" for key, value in lines).encode() + b"\r\n"
