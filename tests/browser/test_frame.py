"""Sign-in, sign-out, languages, accessibility, and what a page does when the portal goes and comes back."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

ROOT = Path(__file__).parent.parent.parent
AXE = ROOT / "assets/node_modules/axe-core/axe.min.js"
ANNA = 2
PAGES = ["/calls", "/missed", "/missed?tab=handled", "/contacts", "/companies", "/leads", "/deals", "/contact/1"]
PAGES += ["/deal/1", "/contact/new", "/contacts/import", "/tasks", "/tasks?show=done", "/search?q=0000", "/me"]
PAGES += ["/gallery", "/api/docs", "/nowhere"]


def serious_faults(page: Page) -> list[str]:
    assert AXE.exists(), "axe-core is missing: make setup"
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("async () => (await axe.run()).violations")
    return [
        f"{one['id']}: {node['html']} {node['failureSummary']}"
        for one in found
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
    ]


def test_a_wrong_password_is_refused_in_words_and_the_right_one_opens(browser: Browser, portal: Any):
    context = browser.new_context(base_url=portal.url, locale="en-GB")
    page = context.new_page()
    page.goto("/contacts")
    expect(page).to_have_url(f"{portal.url}/login?next=/contacts")

    page.get_by_label("Login").fill(portal.ready["login"])
    page.get_by_label("Password").fill("not this one")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_have_text("Login or password is wrong.")

    page.get_by_label("Password").fill(portal.ready["password"])
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(f"{portal.url}/contacts")
    context.close()


def test_signing_out_closes_every_tab_of_the_session(browser: Browser, portal: Any):
    context = browser.new_context(base_url=portal.url, locale="en-GB")
    page = context.new_page()
    page.goto("/login")
    page.get_by_label("Login").fill(portal.ready["login"])
    page.get_by_label("Password").fill(portal.ready["password"])
    page.get_by_role("button", name="Sign in").click()
    other = context.new_page()
    other.goto("/deals")
    other.wait_for_selector('body[data-live="on"]')

    page.locator(".me summary").click()
    page.get_by_role("button", name="Sign out").click()

    expect(page).to_have_url(f"{portal.url}/login")
    expect(other).to_have_url(f"{portal.url}/login")
    context.close()


def test_a_one_time_link_works_once(browser: Browser, portal: Any, signed_in: dict[str, Any]):
    context = browser.new_context(base_url=portal.url)
    page = context.new_page()

    page.goto(portal.ready["sign_in"])

    expect(page).to_have_url(f"{portal.url}/login")
    context.close()


def test_the_pages_speak_russian_to_who_chose_it(page: Page):
    page.locator(".me summary").click()
    page.get_by_role("button", name="Русский").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Звонки")

    page.locator(".me summary").click()
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Calls")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_no_serious_fault(anna: BrowserContext, portal: Any, theme: str):
    page = anna.new_page()
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    calls = [portal.register(portal.a_number(), create=create) for create in (0, 1)]
    portal.state(calls[0], "talking", portal.conversation(ANNA, "talking", answered=2))

    faults: dict[str, list[str]] = {}
    for path in PAGES:
        page.goto(path)
        page.wait_for_selector("body[data-live=on], main.empty")
        faults[path] = serious_faults(page)

    for call in calls:
        portal.finish(call)
        portal.call("telephony.externalCall.hide", CALL_ID=call, USER_ID=ANNA)
    assert {} == {path: found for path, found in faults.items() if found}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_no_serious_fault_at_the_gate(browser: Browser, portal: Any, theme: str):
    context = browser.new_context(base_url=portal.url, color_scheme=theme)
    page = context.new_page()
    page.goto("/login")

    assert [] == serious_faults(page)
    context.close()


def test_a_portal_that_restarts_is_said_and_the_page_catches_up_without_a_reload(
    browser: Browser, tmp_path: Path, start: Any, portal: Any
):
    child, ready = start(tmp_path, "--sign-in-as", str(ANNA))
    port = ready["url"].rsplit(":", 1)[1]
    context = browser.new_context(base_url=ready["url"], locale="en-GB")
    page = context.new_page()
    page.goto(ready["sign_in"])
    page.wait_for_selector('body[data-live="on"]')
    page.evaluate("window.untouched = true")

    child.terminate()
    child.wait(15)
    expect(page.locator(".interrupted")).to_be_visible(timeout=5000)

    child, ready = start(tmp_path, "--port", port)
    again = type(portal)(ready)
    call = again.register("+79165550199")
    expect(page.locator(".interrupted")).to_be_hidden(timeout=12_000)
    expect(page.locator(f'.card[data-card="{call}"]')).to_be_visible()
    expect(page.locator(".calls tbody tr[data-state]")).to_have_count(1)
    assert page.evaluate("window.untouched")
    context.close()
    child.terminate()
    child.wait(15)
