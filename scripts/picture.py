"""Pictures: draws docs/pictures anew, by Chromium on a real portal with the demo's week (`make pictures`).

Every screen in the light theme, those that show the design in the dark one too, and one on a telephone.
"""

import json
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs/pictures"
CORDBOARD = Path(sys.executable).with_name("cordboard")
ANNA = 2
LINE = "74951000001"
NINA = "+79162000000"
#: name of the picture → address
SCREENS = {
    "missed": "/missed",
    "contact": "/contact/1",
    "contacts": "/contacts",
    "deals": "/deals",
    "tasks": "/tasks",
    "my-settings": "/me",
    "search": "/search?q=berg",
}
#: those that are drawn in the dark theme, too
IN_THE_DARK = ("contact", "missed")


class Portal:
    """A portal of its own, filled through its webhook as a connector would."""

    def __init__(self, folder: str) -> None:
        command = [str(CORDBOARD), "portal", "--db", f"sqlite:///{folder}/portal.db", "--port", "0"]
        command += ["--seed", "week", "--json", "--sign-in-as", str(ANNA)]
        self.child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self.child.stdout
        self.ready = json.loads(self.child.stdout.readline())

    def ask(self, method: str, **parameters: Any) -> Any:
        body = json.dumps(parameters).encode()
        request = urllib.request.Request(self.ready["webhook"] + method, body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)["result"]

    def ring(self, number: str, kind: int = 2, show: int = 1) -> str:
        answer = self.ask(
            "telephony.externalCall.register",
            USER_ID=ANNA,
            PHONE_NUMBER=number,
            TYPE=kind,
            LINE_NUMBER=LINE,
            CRM_CREATE=0,
            SHOW=show,
            EXTERNAL_CALL_ID=f"picture-{number}-{kind}",
        )
        return answer["CALL_ID"]

    def talk(self, call: str, seconds: int) -> None:
        began = (datetime.now().astimezone() - timedelta(seconds=seconds)).isoformat()
        conversation = {"ID": call, "EXTENSION": "101", "USER_ID": ANNA, "STATE": "talking", "RANG_AT": began}
        conversation |= {"ANSWERED_AT": began, "ENDED_AT": "", "END": ""}
        self.ask(
            "cordboard.call.state",
            PBX="main",
            LINKEDID=call,
            SEQ=1,
            AT=datetime.now().astimezone().isoformat(),
            CALL_ID=call,
            PLACE="talking",
            SINCE=began,
            CONVERSATIONS=[conversation],
        )


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        portal = Portal(folder)
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        PICTURES.mkdir(parents=True, exist_ok=True)
        try:
            draw_all(portal, browser)
        finally:
            browser.close()
            portal.child.terminate()
            portal.child.wait(15)


def draw_all(portal: Portal, browser: Browser) -> None:
    light = window(portal, browser, "light")
    state: Any = light.context.storage_state()
    dark = window(portal, browser, "dark", state)
    for name, address in SCREENS.items():
        draw(light, name, address)
        if name in IN_THE_DARK:
            draw(dark, f"{name}-dark", address)
    for call in portal.ask("voximplant.statistic.get", FILTER={"CALL_TYPE": 2, ">CALL_DURATION": 60}, ORDER="DESC"):
        draw(light, "call", f"/calls/{call['CALL_ID']}")
        if light.locator(".legs li").count() > 2:
            break
    draw(light, "gallery", "/gallery", whole=True)
    draw(dark, "gallery-dark", "/gallery", whole=True)
    light.goto("/calls")
    light.keyboard.press("Control+KeyK")
    light.keyboard.type("nina")
    light.wait_for_timeout(500)
    save(light, "command-box")
    draw_cards(portal, light, dark)
    draw(window(portal, browser, "light", state, width=390, height=844), "telephone", "/missed")


def draw_cards(portal: Portal, light: Page, dark: Page) -> None:
    """A talk, and another one that rings."""
    actions = ["hangup", "transfer", "park", "take"]
    portal.ask("cordboard.connector.hello", PBX=["main"], ACTIONS=actions, EVENTS_URL="http://127.0.0.1:9/events/x")
    light.goto("/calls")
    light.wait_for_selector('body[data-live="on"]')
    talk = portal.ring(NINA)
    portal.talk(talk, 42)
    light.wait_for_selector('.card-body[data-state="talking"]')
    light.wait_for_timeout(600)
    save(light, "card")
    rings = portal.ring("+79055550123")
    light.wait_for_selector('.card-body[data-state="incoming"]')
    light.wait_for_timeout(600)
    save(light, "cards")
    dark.goto("/calls")
    dark.wait_for_timeout(600)
    save(dark, "cards-dark")
    portal.ask("telephony.externalCall.hide", CALL_ID=talk, USER_ID=ANNA)
    portal.ask("telephony.externalCall.hide", CALL_ID=rings, USER_ID=ANNA)


def window(
    portal: Portal, browser: Browser, theme: Any, state: Any = None, width: int = 1280, height: int = 800
) -> Page:
    """A signed-in window of Anna's."""
    context = browser.new_context(
        base_url=portal.ready["url"],
        viewport={"width": width, "height": height},
        locale="en-GB",
        color_scheme=theme,
        storage_state=state,
        reduced_motion="reduce",
    )
    page = context.new_page()
    if state is None:
        page.goto(portal.ready["sign_in"])
    return page


def draw(page: Page, name: str, address: str, *, whole: bool = False) -> None:
    page.goto(address)
    page.wait_for_timeout(500)
    save(page, name, whole=whole)


def save(page: Page, name: str, *, whole: bool = False) -> None:
    page.screenshot(path=PICTURES / f"{name}.png", full_page=whole)


if __name__ == "__main__":
    main()
