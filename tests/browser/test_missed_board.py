"""The missed-calls board in a real browser: rows go by themselves, and every press is possible by the keyboard."""

from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

ANNA, BORIS = 2, 3


@pytest.fixture
def board(anna: BrowserContext) -> Page:
    page = anna.new_page()
    page.on("pageerror", lambda error: pytest.fail(f"script: {error}"))
    page.goto("/missed")
    page.wait_for_selector('body[data-live="on"]')
    return page


def written(number: str) -> str:
    return f"{number[:2]} {number[2:5]} {number[5:8]}-{number[8:10]}-{number[10:]}"


def miss(portal: Any) -> str:
    number = portal.a_number()
    portal.finish(portal.register(number, show=0))
    return number


def test_a_call_back_from_any_phone_takes_the_row_away_on_every_screen(board: Page, anna: BrowserContext, portal: Any):
    other = anna.new_page()
    other.goto("/calls")
    before = board.locator("#missed-board li[data-row]").count()
    number = miss(portal)
    mine = board.locator("#missed-board li", has_text=written(number))
    expect(mine).to_be_visible()
    expect(other.locator("#missed-count")).to_contain_text(str(before + 1))

    call = portal.register(number, user=BORIS, kind=1, show=0)
    portal.finish(call, user=BORIS, talked=40, code="200")

    expect(mine).to_have_count(0)
    expect(other.locator("#missed-count")).not_to_contain_text(str(before + 1))


def test_a_caller_is_taken_on_and_closed_with_a_reason_by_the_keyboard(board: Page, portal: Any):
    number = miss(portal)
    mine = board.locator("#missed-board li", has_text=written(number))

    mine.get_by_role("button", name="I'll call").focus()
    board.keyboard.press("Enter")
    expect(mine).to_contain_text("You call them back")

    mine.get_by_role("button", name="Done").focus()
    board.keyboard.press("Enter")
    expect(board.get_by_label("Why")).to_be_focused()
    board.keyboard.type("wrote a mail")
    board.keyboard.press("Enter")
    expect(mine).to_have_count(0)
    expect(board.locator(".toast").last).to_contain_text("Nobody waits for this any more.")
    board.get_by_role("link", name="Handled").click()
    expect(board.locator("#missed-board")).to_contain_text("wrote a mail")
