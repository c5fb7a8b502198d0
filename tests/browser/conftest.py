"""The browser ring: Debian's Chromium against the real portal, which runs as a child and is driven by its webhook.

`portal` starts once for all; `anna` is a signed-in browser window of Anna Orlova (user 2, extension 101).
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
ANNA, BORIS = 2, 3
ADVERTISING = "74951000009"
PATIENCE = 5000


@dataclass
class Portal:
    """The running portal as a connector sees it."""

    ready: dict[str, Any]

    def __post_init__(self) -> None:
        self._numbers = count(1)

    @property
    def url(self) -> str:
        return self.ready["url"]

    def call(self, method: str, **parameters: Any) -> Any:
        body = json.dumps(parameters).encode()
        request = Request(self.ready["webhook"] + method, body, {"Content-Type": "application/json"})
        try:
            with urlopen(request) as answer:
                return json.load(answer)["result"]
        except HTTPError as error:
            raise AssertionError(f"{method}: {error.read().decode()}") from error

    def a_contact(self) -> dict[str, Any]:
        """Somebody the portal knows, with a number."""
        found = self.call("crm.contact.list", select=["ID", "NAME", "LAST_NAME", "PHONE"], order={"ID": "ASC"})
        number = next(self._numbers) % 10
        return found[number]

    def a_number(self) -> str:
        """A number the portal has never seen."""
        return f"+7916555{next(self._numbers):04}"

    def register(self, number: str, *, user: int = ANNA, kind: int = 2, show: int = 1, create: int = 0) -> str:
        answer = self.call(
            "telephony.externalCall.register",
            USER_ID=user,
            PHONE_NUMBER=number,
            TYPE=kind,
            LINE_NUMBER=ADVERTISING,
            CRM_CREATE=create,
            SHOW=show,
            EXTERNAL_CALL_ID=f"browser-{next(self._numbers)}",
        )
        return answer["CALL_ID"]

    def state(self, call: str, place: str, *conversations: dict[str, Any], **more: Any) -> None:
        self.call(
            "cordboard.call.state",
            PBX="main",
            LINKEDID=call,
            SEQ=next(self._numbers),
            AT=moment(),
            CALL_ID=call,
            PLACE=place,
            SINCE=moment(),
            CONVERSATIONS=list(conversations),
            **more,
        )

    def conversation(
        self, user: int, state: str, *, rang: float = 3, answered: float | None = None, end: str = ""
    ) -> dict[str, Any]:
        """An item of CONVERSATIONS, with times in seconds ago."""
        return {
            "ID": f"c{user}",
            "EXTENSION": str(99 + user),
            "USER_ID": user,
            "STATE": state,
            "RANG_AT": moment(rang),
            "ANSWERED_AT": moment(answered) if answered is not None else "",
            "ENDED_AT": moment() if end else "",
            "END": end,
        }

    def finish(self, call: str, *, user: int = ANNA, talked: int = 0, code: str = "304") -> None:
        self.call("telephony.externalCall.finish", CALL_ID=call, USER_ID=user, DURATION=talked, STATUS_CODE=code)


def moment(ago: float = 0) -> str:
    return (datetime.now().astimezone() - timedelta(seconds=ago)).isoformat()


def start_portal(folder: Path, *arguments: str) -> tuple[subprocess.Popen[str], dict[str, Any]]:
    command = [str(Path(sys.executable).parent / "cordboard"), "portal", "--db", f"sqlite:///{folder / 'portal.db'}"]
    command += ["--seed", "demo", "--json", *arguments]
    command += [] if "--port" in arguments else ["--port", "0"]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=folder)
    assert child.stdout is not None
    line = child.stdout.readline()
    assert line, f"the portal did not start, exit code {child.wait()}"
    return child, json.loads(line)


@pytest.fixture
def start() -> Any:
    """Starts another portal: `child, ready = start(folder, *arguments)`."""
    return start_portal


@pytest.fixture(scope="session")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    child, ready = start_portal(tmp_path_factory.mktemp("portal"), "--sign-in-as", str(ANNA))
    try:
        yield Portal(ready)
    finally:
        child.terminate()
        child.wait(15)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("Chromium is not installed: apt-get install chromium fonts-dejavu-core")
    with sync_playwright() as playwright:
        window = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield window
        window.close()


@pytest.fixture(scope="session")
def signed_in(browser: Browser, portal: Portal) -> dict[str, Any]:
    """Anna's cookies, by the one-time link that the portal printed."""
    context = browser.new_context(base_url=portal.url)
    context.new_page().goto(portal.ready["sign_in"])
    state: Any = context.storage_state()
    context.close()
    return state


@pytest.fixture
def anna(browser: Browser, portal: Portal, signed_in: dict[str, Any]) -> Iterator[BrowserContext]:
    context = browser.new_context(
        base_url=portal.url, storage_state=signed_in, locale="en-GB", viewport={"width": 1280, "height": 800}
    )
    context.set_default_timeout(PATIENCE)
    yield context
    close_cards(context)
    context.close()


def close_cards(context: BrowserContext) -> None:
    """Anna's desk is tidied after each test: cards of missed calls stay until somebody closes them."""
    page = context.new_page()
    page.goto("/calls")
    page.evaluate(
        """async () => {
            const form_token = document.body.dataset.formToken;
            for (const card of document.querySelectorAll(".card")) {
                const body = new URLSearchParams({ form_token });
                await fetch(`/cards/${card.dataset.card}/close`, { method: "POST", body });
            }
        }"""
    )


@pytest.fixture
def page(anna: BrowserContext) -> Page:
    """Anna's list of calls; a mistake of a script or a refusal of the policy fails the test."""
    page = anna.new_page()
    page.on("pageerror", lambda error: pytest.fail(f"script: {error}"))
    page.goto("/calls")
    page.wait_for_selector('body[data-live="on"]')
    return page
