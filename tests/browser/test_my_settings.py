"""My settings: password, where I am signed in, sound and do not disturb."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

NEW = "four words make one"
NARROW = ("/calls", "/missed", "/contacts", "/contact/1", "/contact/new", "/tasks", "/me", "/search?q=0000", "/gallery")


def sign_in(browser: Browser, portal: Any, login: str, password: str) -> tuple[BrowserContext, Page]:
    context = browser.new_context(base_url=portal.url, locale="en-GB")
    context.set_default_timeout(5000)
    page = context.new_page()
    page.goto("/login")
    page.get_by_label("Login").fill(login)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    return context, page


@pytest.fixture
def maria(browser: Browser, portal: Any) -> Iterator[Page]:
    context, page = sign_in(browser, portal, portal.ready["login"], portal.ready["password"])
    yield page
    context.close()


def test_a_new_password_needs_the_old_one_and_signs_every_other_browser_out(maria: Page, browser: Browser, portal: Any):
    login, old = portal.ready["login"], portal.ready["password"]
    elsewhere, other = sign_in(browser, portal, login, old)
    other.goto("/contacts")
    other.wait_for_selector('body[data-live="on"]')

    maria.goto("/me")
    for present, new, again, words in (
        ("wrong", NEW, NEW, "This is not your present password."),
        (old, "short", "short", "Choose at least ten characters."),
        (old, NEW, f"{NEW}s", "The two new passwords differ."),
    ):
        change_password(maria, present, new, again)
        expect(maria.locator("main")).to_contain_text(words)
    change_password(maria, old, NEW, NEW)

    expect(maria.locator(".done")).to_contain_text("Your password is changed")
    expect(other).to_have_url(f"{portal.url}/login")
    portal.ready["password"] = NEW
    elsewhere.close()


def change_password(page: Page, old: str, new: str, again: str) -> None:
    page.get_by_label("Present password").fill(old)
    page.get_by_label("New password").fill(new)
    page.get_by_label("Once more").fill(again)
    page.get_by_role("button", name="Change the password").click()


def test_signing_out_everywhere_else_leaves_this_browser(maria: Page, browser: Browser, portal: Any):
    elsewhere, other = sign_in(browser, portal, portal.ready["login"], portal.ready["password"])
    other.wait_for_selector('body[data-live="on"]')

    maria.goto("/me")
    maria.get_by_role("button", name="Sign out everywhere else").click()

    expect(other).to_have_url(f"{portal.url}/login")
    expect(maria.locator(".plain-list li")).to_have_count(1)
    elsewhere.close()


def test_do_not_disturb_makes_no_sound_and_the_card_and_pill_still_tell_of_the_call(page: Page, portal: Any):
    page.locator(".me summary").click()
    page.get_by_role("button", name="Do not disturb").click()

    call = portal.register(portal.a_number())

    expect(page.locator(f'.card[data-card="{call}"]')).to_be_visible()
    expect(page.locator("#pill button")).to_be_visible()
    assert page.evaluate("document.body.dataset.rang") is None
    portal.finish(call)
    page.evaluate("localStorage.clear()")


def test_ring_me_shows_a_card_and_says_what_is_in_the_way(page: Page):
    page.evaluate("localStorage.setItem('quiet', 'on')")
    page.goto("/me")

    page.get_by_role("button", name="Ring me").click()

    told = page.locator(".ring-told")
    expect(told.locator('[data-told="quiet"]')).to_be_visible()
    expect(told.locator('[data-told="nopermission"]')).to_be_visible()
    expect(page.locator("#ring-test .card")).to_be_visible()
    page.evaluate("localStorage.clear()")


def test_the_pages_hold_together_in_a_language_with_long_words_on_a_small_telephone(anna: BrowserContext, portal: Any):
    page = anna.new_page()
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto("/me")
    page.evaluate(
        """async () => {
            const body = new URLSearchParams({ form_token: document.body.dataset.formToken, language: "xx" });
            await fetch("/me/language", { method: "POST", body });
        }"""
    )

    widths = {}
    for path in NARROW:
        page.goto(path)
        widths[path] = page.evaluate("document.documentElement.scrollWidth")

    page.evaluate(
        """async () => {
            const body = new URLSearchParams({ form_token: document.body.dataset.formToken, language: "en" });
            await fetch("/me/language", { method: "POST", body });
        }"""
    )
    assert {} == {path: width for path, width in widths.items() if width > 320}
