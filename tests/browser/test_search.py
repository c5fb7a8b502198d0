"""Search and the keyboard: whatever one remembers of a client or a call leads there, without the mouse."""

from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect


def palette(page: Page) -> Any:
    page.keyboard.press("Control+KeyK")
    return page.locator("#palette")


@pytest.mark.parametrize("writing", ["8 (916) 200-00-00", "+79162000000", "7 916 200 0000", "0000"])
def test_a_number_in_any_writing_finds_its_client_and_its_calls(page: Page, portal: Any, writing: str):
    call = portal.register("+79162000000", show=0)
    portal.finish(call, talked=30, code="200")

    page.goto(f"/search?q={writing.replace('+', '%2B')}")

    expect(page.locator("main")).to_contain_text("Nina Berg")
    expect(page.locator(f'a[href="/calls/{call}"]')).to_be_visible()


def test_the_command_box_goes_to_a_screen_finds_a_client_and_opens_it_by_the_keyboard(page: Page):
    box = palette(page)
    expect(box.get_by_role("link", name="Deals")).to_be_visible()

    page.keyboard.type("nina be")
    expect(box.get_by_role("link", name="Nina Berg")).to_be_visible()
    page.keyboard.press("Enter")

    expect(page).to_have_url("/contact/1")


def test_a_number_typed_into_the_command_box_can_be_called(page: Page):
    box = palette(page)

    page.keyboard.type("8 916 555 12 34")

    expect(box.get_by_role("button", name="Call +7 916 555-12-34")).to_be_visible()


def test_back_closes_the_command_box_and_the_list_stays_where_it_was(page: Page):
    page.evaluate("window.untouched = true")
    box = palette(page)
    expect(box).to_be_visible()

    page.go_back()

    expect(box).to_be_hidden()
    expect(page).to_have_url("/calls")
    assert page.evaluate("window.untouched")


def test_letters_go_to_screens_unless_one_types_or_switched_them_off(page: Page):
    page.keyboard.press("g")
    page.keyboard.press("d")
    expect(page).to_have_url("/deals")

    page.keyboard.press("?")
    page.get_by_label("Single letters act as keys").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("c")
    expect(page).to_have_url("/deals")
    page.evaluate("localStorage.clear()")


def test_the_command_box_says_when_the_portal_does_not_answer_and_keeps_what_was_typed(page: Page):
    page.route("**/search/list*", lambda route: route.abort())
    box = palette(page)

    page.keyboard.type("nina")

    expect(box).to_contain_text("The portal does not answer")
    expect(box.get_by_role("searchbox")).to_have_value("nina")


def test_a_search_that_finds_nothing_says_so_and_how_to_search(anna: BrowserContext):
    page = anna.new_page()
    page.goto("/search?q=zzzz")

    expect(page.locator("main")).to_contain_text("Nothing was found for “zzzz”.")
    expect(page.locator("main")).to_contain_text("by their last digits")
