"""The administration in Chromium: people, keys and lines by page, and what an integrator looks at."""

import json
import re
import urllib.request
from collections.abc import Iterator
from typing import Any
from urllib.error import HTTPError

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from tests.browser.test_frame import serious_faults

PAGES = (
    "/admin",
    "/admin/users",
    "/admin/users/2",
    "/admin/departments",
    "/admin/roles?edit=3",
    "/admin/lines?edit=1",
    "/admin/lists?list=DEAL_STAGE",
    "/admin/exclusions",
    "/admin/applications",
    "/admin/webhooks",
    "/admin/keys",
    "/admin/methods",
    "/admin/methods/telephony.externalCall.register",
    "/admin/requests",
    "/admin/deliveries",
    "/admin/faults",
    "/admin/switches",
)


@pytest.fixture(scope="session")
def administrator_state(browser: Browser, portal: Any) -> Any:
    """Maria's cookies, by her password."""
    context = browser.new_context(base_url=portal.url, locale="en-GB")
    page = context.new_page()
    page.goto("/login")
    page.get_by_label("Login").fill(portal.ready["login"])
    page.get_by_label("Password").fill(portal.ready["password"])
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/calls")
    state: Any = context.storage_state()
    context.close()
    return state


@pytest.fixture
def maria(browser: Browser, portal: Any, administrator_state: Any) -> Iterator[BrowserContext]:
    context = browser.new_context(
        base_url=portal.url, storage_state=administrator_state, locale="en-GB", viewport={"width": 1280, "height": 800}
    )
    context.set_default_timeout(5000)
    yield context
    portal.call("cordboard.faults.clear")
    context.close()


@pytest.fixture
def desk(maria: BrowserContext) -> Page:
    """Maria's page; a mistake of a script or a refusal of the policy fails the test."""
    page = maria.new_page()
    page.on("pageerror", lambda error: pytest.fail(f"script: {error}"))
    return page


def asked(address: str) -> tuple[int, Any]:
    try:
        with urllib.request.urlopen(address) as answer:
            return answer.status, json.load(answer)
    except HTTPError as error:
        return error.code, json.load(error)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_no_serious_fault_on_any_page_of_the_administration(maria: BrowserContext, portal: Any, theme: str):
    page = maria.new_page()
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    portal.call("cordboard.faults.set", FAULT="slow", METHODS=["nothing"], SECONDS=0.1)
    portal.call("server.time")

    faults: dict[str, list[str]] = {}
    for path in PAGES:
        page.goto(path)
        faults[path] = serious_faults(page)

    assert {} == {path: found for path, found in faults.items() if found}


@pytest.mark.parametrize("language", ["en", "ru"])
def test_nothing_is_cut_on_a_narrow_telephone(maria: BrowserContext, language: str):
    page = maria.new_page()
    page.set_viewport_size({"width": 320, "height": 700})
    maria.set_extra_http_headers({"Accept-Language": language})

    wider = {}
    for path in PAGES:
        page.goto(path)
        wider[path] = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")

    assert {} == {path: pixels for path, pixels in wider.items() if pixels > 0}


def test_a_user_is_added_by_the_keyboard_alone_and_can_sign_in(desk: Page, browser: Browser, portal: Any):
    desk.goto("/admin/users/new")
    desk.get_by_label("Name", exact=True).focus()
    for text in ("Olga", "Nowak", "olga", "", "Sales", "117", "", ""):
        desk.keyboard.type(text)
        desk.keyboard.press("Tab")
    for box in ("Sales", "Manager"):
        desk.get_by_label(box, exact=True).focus()
        desk.keyboard.press("Space")
    desk.get_by_role("button", name="Add the user").focus()
    desk.keyboard.press("Enter")

    expect(desk.get_by_role("heading", name="A new password")).to_be_visible()
    password = desk.locator(".secret code").inner_text()
    context = browser.new_context(base_url=portal.url, locale="en-GB")
    page = context.new_page()
    page.goto("/login")
    page.get_by_label("Login").fill("olga")
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(f"{portal.url}/calls")
    page.goto("/admin")
    expect(page.get_by_role("heading", level=1)).to_have_text("You have no right to the settings")
    context.close()


def test_a_form_that_was_refused_keeps_what_was_typed_and_says_which_field(desk: Page):
    desk.goto("/admin/users/new")
    desk.get_by_label("Name", exact=True).fill("Anna")
    desk.get_by_label("Login").fill("anna")
    desk.get_by_label("Extension").fill("101")

    desk.get_by_role("button", name="Add the user").click()

    expect(desk.get_by_label("Login")).to_have_value("anna")
    expect(desk.get_by_label("Login")).to_have_attribute("aria-invalid", "true")
    expect(desk.get_by_text("Another user has this login.")).to_be_visible()
    expect(desk.get_by_text("This extension belongs to another user.")).to_be_visible()


def test_a_webhook_is_shown_once_works_and_is_revoked(desk: Page):
    desk.goto("/admin/webhooks")
    desk.get_by_label("Title").fill("From the browser")
    desk.get_by_role("button", name="Make the webhook").first.click()
    address = desk.locator(".secret code").inner_text()
    works = asked(address + "profile")[0]
    desk.reload()
    expect(desk.locator(".secret")).to_have_count(0)

    row = desk.get_by_role("row", name=re.compile("From the browser"))
    row.get_by_text("Revoke", exact=True).click()
    expect(row.get_by_text("Its address stops working within seconds.")).to_be_visible()
    row.get_by_role("button", name="Revoke the webhook").click()

    expect(desk.get_by_text("From the browser")).to_have_count(0)
    assert (200, 401) == (works, asked(address + "profile")[0])


def test_a_request_appears_in_the_log_within_a_second_and_is_sent_again(desk: Page, portal: Any):
    desk.goto("/admin/requests")

    portal.call("crm.lead.add", fields={"TITLE": "Seen in the log"})
    more = desk.get_by_role("link", name=re.compile("more request"))
    expect(more).to_be_visible(timeout=2000)
    more.click()
    desk.get_by_role("link", name="crm.lead.add").first.click()
    expect(desk.get_by_text("Seen in the log").first).to_be_visible()
    expect(desk.locator("body")).not_to_contain_text(portal.ready["webhook"].split("/")[-2])
    desk.get_by_role("button", name="Send it again").click()

    expect(desk.get_by_role("link", name=re.compile("repeats #"))).to_be_visible()
    assert 2 == len(portal.call("crm.lead.list", filter={"TITLE": "Seen in the log"}, select=["ID"]))


def test_a_method_is_found_and_tried(desk: Page):
    desk.goto("/admin/methods")
    desk.get_by_label("Part of the name").fill("user.current")
    desk.keyboard.press("Enter")
    desk.get_by_role("link", name=re.compile("user.current")).click()

    desk.get_by_label("Parameters as JSON").fill("{")
    desk.get_by_role("button", name="Send").click()
    expect(desk.get_by_text("This is no JSON")).to_be_visible()
    desk.get_by_label("Parameters as JSON").fill("{}")
    desk.get_by_role("button", name="Send").click()

    expect(desk.locator(".tried")).to_contain_text('"LAST_NAME": "Stern"')


def test_a_fault_is_told_on_every_page_until_it_is_switched_off(desk: Page, portal: Any):
    desk.goto("/admin/faults")
    desk.get_by_label("For which methods").fill("profile")
    desk.get_by_role("button", name="Switch it on").click()
    struck = asked(portal.ready["webhook"] + "profile")
    desk.goto("/contacts")
    expect(desk.get_by_text("1 fault is on")).to_be_visible()

    desk.get_by_role("link", name="Look, or switch off").click()
    desk.get_by_role("button", name="Switch off").click()

    expect(desk.get_by_text("Everything is answered as it should be")).to_be_visible()
    expect(desk.get_by_text("1 fault is on")).to_have_count(0)
    assert (503, "QUERY_LIMIT_EXCEEDED") == (struck[0], struck[1]["error"])
    assert 200 == asked(portal.ready["webhook"] + "profile")[0]


def test_an_open_page_says_so_as_soon_as_a_fault_is_on_and_as_soon_as_it_is_over(desk: Page, portal: Any):
    desk.goto("/contacts")
    desk.wait_for_selector('body[data-live="on"]')

    portal.call("cordboard.faults.set", FAULT="OVERLOAD_LIMIT", METHODS=["profile"], TIMES=1)
    expect(desk.get_by_text("1 fault is on")).to_be_visible(timeout=2000)
    asked(portal.ready["webhook"] + "profile")

    expect(desk.get_by_text("1 fault is on")).to_have_count(0, timeout=2000)


def test_an_application_is_let_in_by_a_question_and_comes_back(desk: Page, portal: Any):
    desk.goto("/admin/applications")
    desk.get_by_label("Title").fill("Dialler")
    desk.get_by_label("Address it comes back to").fill(f"{portal.url}/login")
    desk.get_by_role("button", name="Install the application").click()
    client_id = desk.locator(".secret code").first.inner_text()

    desk.goto(f"/oauth/authorize/?client_id={client_id}&state=mine")
    expect(desk.get_by_text("Dialler wants to work here in your name.")).to_be_visible()
    desk.get_by_role("button", name="Allow", exact=True).click()

    expect(desk).to_have_url(re.compile(r"/login\?.*code=\w+.*state=mine"))
