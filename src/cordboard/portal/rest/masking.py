"""Masking: a raw request or answer without its secrets, to be shown.

In:   text as it went over the wire: an address, headers, a form, JSON, XML, a multipart body.
Out:  the same text with the codes of webhooks, tokens, client secrets and passwords replaced by `•••`.

The surprise: it works on the text, not on what was understood of it, since what could not be understood is shown too.
"""

from __future__ import annotations

import re

__all__ = ["MASK", "mask"]

MASK = "•••"

NAMES = (
    r"(?:auth|auth_id|access_token|refresh_token|refresh_id|client_secret|application_token|app_sid|sessid|token"
    r"|password|passwd|secret|api_key)"
)
SLASH = r"(?:/|\\/|%2F)"

NAME = r"[^=&\s\"]{0,200}"

#: `/rest/1/code/method`, also inside an answer, with escaped or percent-coded slashes
WEBHOOK = re.compile(rf"({SLASH}rest{SLASH}+[^/\\%\s?\"<]+{SLASH}+)([^/\\%\s?&\"<]+)", re.IGNORECASE)
#: `auth=…`, `fields[password]=…`, `auth%5Baccess_token%5D=…`, and inside a command of a batch `%3Fauth%3D…`
IN_FORM = re.compile(
    rf"((?:^|[?&\s\"]|%3F|%26)(?:{NAME}(?:\[|%5B))?{NAMES}(?:\]|%5D)?(?:=|%3D))"
    r"[^&\s\"%]+(?:%(?!26)[0-9A-F]{2}[^&\s\"%]*)*",
    re.IGNORECASE,
)
#: the code of an authorisation, which elsewhere is an innocent name
CODE = re.compile(r"((?:^|[?&\s])code=)[^&\s]+", re.IGNORECASE)
IN_JSON = re.compile(rf"(\"{NAMES}\"\s*:\s*)(?:\"(?:[^\"\\]|\\.)*\"?|\d+)", re.IGNORECASE)
IN_XML = re.compile(rf"(<({NAMES})>)[^<]+", re.IGNORECASE)
IN_PART = re.compile(
    rf"(name=\"?(?:[^\"\r\n]{{0,200}}\[)?{NAMES}\]?\"?[^\r\n]{{0,200}}\r?\n(?:[^\r\n]+\r?\n)?\r?\n)[^\r\n]+",
    re.IGNORECASE,
)
IN_HEADER = re.compile(
    r"^((?:proxy-)?authorization|cookie|set-cookie)(:\s*)(?:(bearer|basic)\s+)?.+$", re.IGNORECASE | re.MULTILINE
)


def mask(text: str) -> str:
    """The text without secrets."""
    text = WEBHOOK.sub(rf"\1{MASK}", text)
    text = IN_HEADER.sub(lambda found: f"{found[1]}{found[2]}{found[3] + ' ' if found[3] else ''}{MASK}", text)
    text = IN_JSON.sub(rf'\1"{MASK}"', text)
    if "grant_type" in text:
        text = CODE.sub(rf"\1{MASK}", text)
    for pattern in (IN_FORM, IN_XML, IN_PART):
        text = pattern.sub(rf"\1{MASK}", text)
    return text
