"""Picture: draws docs/pictures/card.png anew, by Chromium on the real portal with the demo's company (`make pictures`).

Some calls have ended before, and one client is on the telephone.
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

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
PICTURE = ROOT / "docs/pictures/card.png"
CORDBOARD = Path(sys.executable).with_name("cordboard")
ANNA = 2
LINE = "74951000001"


class Portal:
    """A portal of its own, filled through its webhook as a connector would."""

    def __init__(self, folder: str) -> None:
        command = [str(CORDBOARD), "portal", "--db", f"sqlite:///{folder}/portal.db", "--port", "0"]
        command += ["--seed", "demo", "--json", "--sign-in-as", str(ANNA)]
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

    def finish(self, call: str, seconds: int, code: str) -> None:
        self.ask("telephony.externalCall.finish", CALL_ID=call, USER_ID=ANNA, DURATION=seconds, STATUS_CODE=code)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        portal = Portal(folder)
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        try:
            draw(portal, browser.new_page(viewport={"width": 1280, "height": 720}, locale="en-GB"))
        finally:
            browser.close()
            portal.child.terminate()
            portal.child.wait(15)


def draw(portal: Portal, page: Page) -> None:
    contacts = portal.ask("crm.contact.list", select=["ID", "PHONE"], order={"ID": "ASC"})
    numbers = [contact["PHONE"][0]["VALUE"] for contact in contacts if contact.get("PHONE")]
    for at, (kind, seconds, code) in enumerate(
        [(2, 252, "200"), (1, 63, "200"), (2, 0, "304"), (1, 0, "486"), (2, 18, "200")]
    ):
        portal.finish(portal.ring(numbers[at], kind, show=0), seconds, code)
    page.goto(portal.ready["sign_in"])
    page.goto(portal.ready["url"] + "/calls")
    page.wait_for_selector('body[data-live="on"]')
    call = portal.ring(numbers[5])
    portal.talk(call, 42)
    page.wait_for_selector('.card-body[data-state="talking"]')
    page.wait_for_timeout(1500)
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURE)


if __name__ == "__main__":
    main()
