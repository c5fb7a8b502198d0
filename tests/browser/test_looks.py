"""What holds on every screen: addresses, notifications, drafts, reduced motion, a portal that does not answer."""

from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, expect

PHONE = "+79162000000"
NAME = """() => {
    const it = document.activeElement;
    return it.innerText.trim() || it.ariaLabel || it.placeholder;
}"""
RECORD_NOTICES = """
    window.notices = [];
    window.Notification = class extends EventTarget {
        static permission = "granted";
        constructor(title, options) { super(); window.notices.push({ title, ...options, it: this }); }
        close() { this.closed = true; }
    };
    document.hasFocus = () => false;
"""


def test_a_tab_in_the_background_notifies_once_and_a_click_leads_to_the_card(anna: BrowserContext, portal: Any):
    page = anna.new_page()
    page.add_init_script(RECORD_NOTICES)
    page.goto("/contacts")
    page.wait_for_selector('body[data-live="on"]')

    call = portal.register(PHONE)

    expect(page.locator(f'.card[data-card="{call}"]')).to_be_visible(timeout=2000)
    page.wait_for_timeout(200)
    assert 1 == page.evaluate("notices.length")
    notice = page.evaluate("({ title: notices[0].title, body: notices[0].body })")
    assert {"title": "Incoming call", "body": "Nina Berg, Advertising"} == notice
    page.evaluate("notices[0].it.dispatchEvent(new Event('click'))")
    expect(page.locator(f'.card[data-card="{call}"]')).to_be_focused()
    portal.finish(call)
    expect(page.locator(f'.card[data-card="{call}"] .card-body')).to_have_attribute("data-state", "missed")
    page.wait_for_timeout(200)
    assert page.evaluate("notices[0].it.closed")


def test_a_note_is_there_after_the_browser_is_gone(
    page: Page, browser: Browser, portal: Any, signed_in: dict[str, Any]
):
    call = portal.register(portal.a_number())
    card = page.locator(f'.card[data-card="{call}"]')
    card.get_by_label("Note").fill("wants a refund")
    expect(card.locator(".card-saved")).to_have_text("Saved", timeout=10_000)

    other = browser.new_context(base_url=portal.url, storage_state=signed_in, locale="en-GB")
    again = other.new_page()
    again.goto("/calls")

    expect(again.locator(f'.card[data-card="{call}"]').get_by_label("Note")).to_have_value("wants a refund")
    other.close()
    portal.finish(call)


def test_an_address_holds_its_tab_and_filter_in_another_window(anna: BrowserContext):
    page = anna.new_page()
    page.goto("/tasks")
    page.get_by_role("link", name="Done", exact=True).click()
    page.get_by_role("link", name="Everybody's").click()

    other = anna.new_page()
    other.goto(page.url)

    expect(other.locator(".tabs [aria-current]")).to_have_text(["Done", "Everybody's"])


def test_nothing_moves_for_who_asked_for_less_motion(anna: BrowserContext, portal: Any):
    page = anna.new_page()
    page.emulate_media(reduced_motion="reduce")
    page.goto("/calls")
    page.wait_for_selector('body[data-live="on"]')

    call = portal.register(portal.a_number())

    card = page.locator(f'.card[data-card="{call}"]')
    expect(card).to_be_visible()
    moving = card.evaluate(
        "card => [card, ...card.querySelectorAll('*')].map(one => getComputedStyle(one).animationName)"
    )
    assert {"none"} == set(moving)
    portal.finish(call)


def test_what_cannot_be_saved_is_said_and_stays_typed(anna: BrowserContext):
    page = anna.new_page()
    page.goto("/contact/1")
    page.wait_for_selector('body[data-live="on"]')
    page.route("**/client/**", lambda route: route.abort())

    page.get_by_label("Note", exact=True).fill("Wants chairs")
    page.get_by_role("button", name="Add the note").click()

    expect(page.locator('.toast[data-kind="failed"]')).to_contain_text("could not be saved")
    expect(page.get_by_label("Note", exact=True)).to_have_value("Wants chairs")


def test_everything_on_the_call_card_is_reached_by_tab_in_the_order_of_reading(page: Page, portal: Any):
    call = portal.register(portal.a_number())
    card = page.locator(f'.card[data-card="{call}"]')
    expect(card).to_be_visible()
    page.keyboard.press("Alt+KeyC")

    reached: list[str] = []
    for _ in range(12):
        page.keyboard.press("Tab")
        inside = card.evaluate("card => card.contains(document.activeElement)")
        if not inside:
            break
        reached.append(page.evaluate(NAME))

    order = ["Copy the number", "New lead", "New contact", "Link", "Spam", "Keep the card open", "Minimize the card"]
    assert [*order, "Close the card", "Write a note…", "Next step"] == reached
    portal.finish(call)
