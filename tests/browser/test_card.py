"""The call card in a real browser: it rings, knows the client, talks, ends; in every tab, after a reload."""

import re
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

ANNA, BORIS = 2, 3


def card(page: Page, call: str) -> Any:
    return page.locator(f'.card[data-card="{call}"]')


def body(page: Page, call: str) -> Any:
    return card(page, call).locator(".card-body")


def seconds(text: str) -> int:
    minutes, rest = text.split(":")
    return int(minutes) * 60 + int(rest)


def test_a_card_rings_knows_the_client_talks_and_ends(page: Page, portal: Any):
    contact = portal.a_contact()

    call = portal.register(contact["PHONE"][0]["VALUE"])

    ringing = body(page, call)
    expect(ringing).to_have_attribute("data-state", "incoming")
    expect(ringing).to_contain_text("Incoming call")
    expect(ringing).to_contain_text("On the line Advertising")
    expect(ringing).to_contain_text(f"{contact['NAME']} {contact['LAST_NAME']}")
    expect(page.locator("#pill")).to_contain_text(contact["LAST_NAME"])

    portal.state(call, "talking", portal.conversation(ANNA, "talking", answered=65))

    expect(body(page, call)).to_have_attribute("data-state", "talking")
    timer = body(page, call).locator(".card-timer time").first
    first = seconds(timer.inner_text())
    assert 65 <= first <= 68
    # the page counts four times a second, so what is shown may be a quarter of a second old: two seconds must be over
    page.wait_for_timeout(2600)
    assert first + 2 <= seconds(timer.inner_text()) <= first + 4

    portal.finish(call, talked=252, code="200")

    expect(body(page, call)).to_have_attribute("data-state", "ended")
    expect(body(page, call)).to_contain_text("4:12")
    card(page, call).get_by_label("Close the card").click()
    expect(card(page, call)).to_have_count(0)


def test_two_tabs_both_live_and_one_of_them_makes_the_sound(anna: BrowserContext, page: Page, portal: Any):
    other = anna.new_page()
    other.goto("/contacts")
    other.wait_for_selector('body[data-live="on"]')
    other.mouse.click(640, 10)

    call = portal.register(portal.a_number())

    expect(body(page, call)).to_have_attribute("data-state", "incoming")
    expect(body(other, call)).to_have_attribute("data-state", "incoming")
    rang = [tab.evaluate("document.body.dataset.rang || '0'") for tab in (page, other)]
    assert ["0", "1"] == rang

    card(page, call).get_by_label("Close the card").click()

    expect(card(other, call)).to_have_count(0)
    portal.finish(call)


def test_a_reload_in_the_middle_shows_the_same_card_and_the_timer_goes_on(page: Page, portal: Any):
    call = portal.register(portal.a_number())
    portal.state(call, "talking", portal.conversation(ANNA, "talking", answered=120))
    expect(body(page, call)).to_have_attribute("data-state", "talking")

    page.reload()

    expect(body(page, call)).to_have_attribute("data-state", "talking")
    assert 120 <= seconds(body(page, call).locator(".card-timer time").first.inner_text()) <= 125
    portal.finish(call, talked=130, code="200")


def test_an_unknown_number_becomes_a_lead_and_the_card_says_so(page: Page, portal: Any):
    call = portal.register(portal.a_number(), create=1)

    expect(body(page, call)).to_contain_text("Unknown number")
    expect(body(page, call)).to_contain_text(re.compile(r"New lead #\d+ was created for this number"))
    expect(body(page, call)).to_contain_text("it's you")
    portal.finish(call)


def test_hide_takes_the_card_away_at_once_and_show_brings_it_back(page: Page, portal: Any):
    call = portal.register(portal.a_number())
    expect(card(page, call)).to_be_visible()

    portal.call("telephony.externalCall.hide", CALL_ID=call, USER_ID=ANNA)
    expect(card(page, call)).to_have_count(0)

    portal.call("telephony.externalCall.show", CALL_ID=call, USER_ID=ANNA)
    expect(card(page, call)).to_be_visible()
    portal.finish(call)


def test_a_call_registered_without_a_card_gets_one_only_by_show(page: Page, portal: Any):
    call = portal.register(portal.a_number(), show=0)
    expect(page.locator(f"#call-{call.replace('.', '-')}")).to_be_visible()
    expect(card(page, call)).to_have_count(0)

    portal.call("telephony.externalCall.show", CALL_ID=call, USER_ID=ANNA)

    expect(card(page, call)).to_be_visible()
    portal.finish(call)


def test_the_card_of_the_one_who_did_not_answer_says_who_did_and_goes(page: Page, portal: Any):
    call = portal.register(portal.a_number(), user=BORIS, show=0)
    portal.call("telephony.externalCall.show", CALL_ID=call, USER_ID=[ANNA, BORIS])
    expect(body(page, call)).to_have_attribute("data-state", "incoming")

    declined = portal.conversation(ANNA, "ended", end="answered-elsewhere")
    portal.state(call, "talking", declined, portal.conversation(BORIS, "talking", answered=0))

    expect(body(page, call)).to_contain_text("Boris Klein answered")
    expect(card(page, call)).to_have_count(0, timeout=8000)
    portal.finish(call, user=BORIS, talked=5, code="200")


def test_a_missed_call_stays_until_it_is_closed_and_is_missed_in_the_list(page: Page, portal: Any):
    call = portal.register(portal.a_number())
    expect(card(page, call)).to_be_visible()

    portal.finish(call)

    expect(body(page, call)).to_have_attribute("data-state", "missed")
    expect(page.locator(f"#call-{call.replace('.', '-')}")).to_contain_text("Missed")
    page.reload()
    expect(body(page, call)).to_have_attribute("data-state", "missed")
    card(page, call).get_by_label("Close the card").click()
    expect(card(page, call)).to_have_count(0)


def test_a_note_survives_the_changes_of_its_call_and_a_reload(page: Page, portal: Any):
    call = portal.register(portal.a_number())
    note = card(page, call).get_by_label("Note")
    note.fill("wants a refund <b>today</b>")
    expect(card(page, call).locator(".card-saved")).to_have_text("Saved")

    portal.state(call, "talking", portal.conversation(ANNA, "talking", answered=1))
    expect(body(page, call)).to_have_attribute("data-state", "talking")
    expect(note).to_have_value("wants a refund <b>today</b>")

    page.reload()
    expect(card(page, call).get_by_label("Note")).to_have_value("wants a refund <b>today</b>")
    portal.finish(call, talked=9, code="200")


def test_escape_minimizes_to_the_pill_and_the_pill_brings_the_card_back(page: Page, portal: Any):
    call = portal.register(portal.a_number())
    expect(card(page, call)).to_be_visible()
    page.keyboard.press("Alt+KeyC")

    page.keyboard.press("Escape")
    expect(card(page, call)).to_be_hidden()

    page.locator("#pill button").click()
    expect(card(page, call)).to_be_visible()
    portal.finish(call)


def test_a_finished_call_stands_once_in_the_open_timeline_of_its_client(anna: BrowserContext, portal: Any):
    contact = portal.a_contact()
    page = anna.new_page()
    page.goto(f"/contact/{contact['ID']}")
    page.wait_for_selector('body[data-live="on"]')
    before = page.locator("#timeline li:not(.empty)").count()

    call = portal.register(contact["PHONE"][0]["VALUE"])
    portal.finish(call, talked=63, code="200")

    expect(page.locator("#timeline li:not(.empty)")).to_have_count(before + 1)
    expect(page.locator("#timeline li").first).to_contain_text("Talked 1:03")


def hello(portal: Any, *actions: str) -> None:
    address = "http://127.0.0.1:9/events/portal"
    portal.call("cordboard.connector.hello", PBX=["main"], ACTIONS=list(actions), EVENTS_URL=address)


def test_an_unknown_caller_gets_a_name_by_the_keyboard_with_two_keys(page: Page, portal: Any):
    call = portal.register(portal.a_number())
    expect(card(page, call)).to_be_visible()

    page.keyboard.press("l")
    expect(card(page, call).get_by_label("Name")).to_be_focused()
    page.keyboard.type("Rosa Lind")
    page.keyboard.press("Enter")

    expect(body(page, call).locator(".card-name")).to_have_text("Rosa Lind")
    expect(page.locator(".toast")).to_contain_text("New lead: Rosa Lind")
    portal.finish(call)


def test_a_call_passed_on_opens_with_the_note_and_the_first_ones_card_says_to_whom(page: Page, portal: Any):
    call = portal.register(portal.a_number(), user=BORIS, show=0)
    portal.call("telephony.externalCall.show", CALL_ID=call, USER_ID=[ANNA, BORIS])
    gone = portal.conversation(BORIS, "ended", answered=30, end="transferred")
    rings = portal.conversation(ANNA, "ringing", rang=1)

    portal.state(call, "ringing", gone, rings, TRANSFER={"BY": BORIS, "TO": ANNA, "NOTE": "wants a refund"})

    expect(body(page, call)).to_have_attribute("data-state", "incoming")
    expect(body(page, call).locator(".card-said")).to_contain_text("From Boris Klein: wants a refund")
    gone, talks = (
        portal.conversation(ANNA, "ended", answered=9, end="transferred"),
        portal.conversation(BORIS, "talking"),
    )
    portal.state(call, "talking", gone, talks, TRANSFER={"BY": ANNA, "TO": BORIS})
    expect(body(page, call)).to_contain_text("Passed to Boris Klein")
    portal.finish(call, user=BORIS, talked=40, code="200")


@pytest.mark.parametrize(("code", "words"), [("486", "Busy"), ("404", "Wrong number"), ("603", "Refused")])
def test_an_outgoing_call_that_failed_says_why_and_offers_to_call_again(page: Page, portal: Any, code: str, words: str):
    call = portal.register(portal.a_number(), kind=1)
    expect(body(page, call)).to_contain_text("Calling…")

    portal.finish(call, code=code)

    expect(body(page, call).locator(".card-state")).to_have_text(words)
    expect(body(page, call).get_by_role("button", name="Call again")).to_be_visible()
    page.wait_for_timeout(300)
    expect(card(page, call)).to_be_visible()


def test_the_buttons_of_a_talk_are_those_that_the_exchange_can_do(page: Page, portal: Any):
    hello(portal, "hangup", "park")
    call = portal.register(portal.a_number())

    portal.state(call, "talking", portal.conversation(ANNA, "talking", answered=3))

    expect(body(page, call).get_by_role("button", name="Hang up")).to_be_visible()
    expect(body(page, call).get_by_role("button", name="Transfer")).to_have_count(0)
    body(page, call).get_by_role("button", name="Park").click()
    expect(page.locator(".toast")).to_contain_text("The exchange is asked.")
    hello(portal)
    portal.finish(call, talked=5, code="200")


def test_a_form_on_the_card_stays_while_the_call_goes_on_and_escape_closes_it_first(page: Page, portal: Any):
    call = portal.register(portal.a_number())
    card(page, call).get_by_role("button", name="New contact").click()
    name = card(page, call).get_by_label("Name")
    name.fill("Rosa")

    portal.state(call, "talking", portal.conversation(ANNA, "talking", answered=1))
    expect(body(page, call)).to_have_attribute("data-state", "talking")

    expect(name).to_have_value("Rosa")
    expect(name).to_be_focused()
    page.keyboard.press("Escape")
    expect(name).to_have_count(0)
    expect(card(page, call)).to_be_visible()
    portal.finish(call, talked=5, code="200")


def test_an_incoming_call_is_announced_once_and_takes_no_focus(page: Page, portal: Any):
    page.goto("/search?q=x")
    page.wait_for_selector('body[data-live="on"]')
    page.get_by_role("main").get_by_role("searchbox").focus()

    call = portal.register("+79162000000")

    expect(page.locator("#announce")).to_have_text("Incoming call, Nina Berg, Advertising")
    expect(page.get_by_role("main").get_by_role("searchbox")).to_be_focused()
    portal.finish(call)
